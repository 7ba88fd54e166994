"""An article that was changed after it was posted: is the change worth telling, and what do the messages say then.

Pure. A typo mended, a count of comments or a page that went away is no correction; another number, another headline, a
sentence that says something else is one.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from digests.catalog import Catalog
from digests.layout import Cost, gist, gist_of, pack
from digests.message import Block, Heading, Message, Paragraph, Part, Small, Span
from digests.model import Article, Digest, Entry
from digests.plain import without_tags
from digests.ports import Limits
from digests.sentences import sentences

SHARE = 0.1
"""Share of the text that must be new or gone before it counts, where no sentence says something else."""
LEFT = 0.4
"""Share of the old text below which a page has not been corrected but taken away, or put behind a wall."""
MENDED = 0.75
"""Likeness from which a word is the same one, spelt better."""
_REPLACED = 0.6
"""Likeness from which a sentence stands in the place of another."""
_COMPARED = 400
"""Sentences of each text that are compared."""
_SHORT = 12
"""Letters; shorter lines are furniture (“3 comments”), whatever changes in them."""
_WORD = re.compile(r"[a-z\u00df-\u024f]+(?:['’][a-z]+)?|[0-9]+(?:[.,][0-9]+)*%?|[ぁ-ゖ]+|[ァ-ヺー]+|[^\W_]")
_SMALL = frozenset(
    ("a", "an", "and", "as", "at", "by", "for", "from", "had", "has", "in", "is", "its", "of", "on", "or")
)
_SMALL |= {"that", "the", "this", "to", "was", "were", "with"}
_TELLING = frozenset(
    "月火水木金土日曜上下左右東西南北前後新旧否無不非未有可反増減高低勝負生死一二三四五六七八九十百千万億兆"
)
"""Characters of which a single other one says something else."""

Words = tuple[str, ...]


def fingerprint(entry: Entry) -> bytes:
    """What an entry says, in eight bytes: another one is a reason to look at the page again."""
    words = (*_words(entry.title), "\0", *_words(without_tags(entry.content[:20_000])), "\0", str(entry.updated or ""))
    return hashlib.blake2b(" ".join(words).encode("utf-8", "surrogatepass"), digest_size=8).digest()


def is_corrected(old: Article, new: Article) -> bool:
    """Is `new` the same article, materially changed in its headline or text?"""
    before, after = _said(old), _said(new)
    if _length(after) < LEFT * _length(before) or not after:
        return False
    if not _says_the_same(_words(old.title), _words(new.title)):
        return True
    gone, come = [s for s in before if s not in set(after)], [s for s in after if s not in set(before)]
    pairs = [(sentence, like) for sentence in gone if (like := _likest(sentence, come))]
    if any(not _says_the_same(sentence, like) for sentence, like in pairs):
        return True
    mended = {sentence for pair in pairs for sentence in pair}
    changed = _length([sentence for sentence in (*gone, *come) if sentence not in mended])
    return changed >= SHARE * (_length(before) + _length(after))


def _said(article: Article) -> list[Words]:
    """Its sentences as words without marks and width, and without furniture."""
    pieces = sentences(article.text, article.language)
    found = (_words(piece.text) for piece in pieces if not piece.boilerplate)
    return [sentence for sentence in found if len("".join(sentence)) > _SHORT][:_COMPARED]


def _words(text: str) -> Words:
    return tuple(_WORD.findall(unicodedata.normalize("NFKC", text).casefold()))


def _length(said: Sequence[Words]) -> int:
    return sum(len(word) for sentence in said for word in sentence)


def _says_the_same(one: Words, other: Words) -> bool:
    """Do they differ in spelling, small words and endings alone?"""
    matcher = SequenceMatcher(None, one, other, autojunk=False)
    changes = ((one[a:b], other[c:d]) for kind, a, b, c, d in matcher.get_opcodes() if kind != "equal")
    return all(_is_trivial(old, new) for old, new in changes)


def _is_trivial(old: Words, new: Words) -> bool:
    if all(word in _SMALL or "ぁ" <= word[0] <= "ゖ" for word in (*old, *new)):
        return True
    if len(old) != 1 or len(new) != 1:
        return False
    before, after = old[0], new[0]
    if before[0].isdigit() or after[0].isdigit():
        return False
    if len(before) == len(after) == 1:
        return before not in _TELLING and after not in _TELLING
    return SequenceMatcher(None, before, after, autojunk=False).ratio() >= MENDED


def _likest(sentence: Words, others: Sequence[Words]) -> Words | None:
    """The sentence that stands in its place now, if one does."""
    best, score = None, _REPLACED
    for other in others:
        matcher = SequenceMatcher(None, " ".join(sentence), " ".join(other), autojunk=False)
        if matcher.real_quick_ratio() > score and matcher.quick_ratio() > score and (found := matcher.ratio()) > score:
            best, score = other, found
    return best


# --- what the messages say then -------------------------------------------------------------------------------------


def revised_digest(
    old: Sequence[Message], new: Message, when: str, limits: Limits, cost: Cost, catalog: Catalog
) -> tuple[Message, ...] | None:
    """The messages of one digest, `old` as they stand in the channel, with what `new` says and a mark that it was
    updated `when`. None where it needs more messages than there are. Same as `old` where nothing it prints changed."""
    pages = pack(_marked(new, when, catalog), limits, cost)
    if [_unmarked(page) for page in old] == [_unmarked(page) for page in pages]:
        return tuple(old)
    if len(pages) > len(old):
        return None
    moved = Small(spans=(Span(text=catalog("edition.moved-up")),))
    rest = [replace(message, parts=(Part(blocks=(moved,)),)) for message in old[len(pages) :]]
    return (*pages, *rest)


def revised_overview(old: Message, article: Article, digest: Digest, catalog: Catalog) -> Message:
    """The overview with the article's line as it reads now; the same message where it has no such line, or it reads as
    before."""
    return replace(old, parts=tuple(_with_line(part, article, digest, catalog) for part in old.parts))


def _with_line(part: Part, article: Article, digest: Digest, catalog: Catalog) -> Part:
    blocks = (_line(b, article, digest, catalog) if isinstance(b, Paragraph) else b for b in part.blocks)
    return replace(part, blocks=tuple(blocks))


def _line(line: Paragraph, article: Article, digest: Digest, catalog: Catalog) -> Paragraph:
    place = next((n for n, s in enumerate(line.spans) if s.bold and s.url == article.url), None)
    if place is None:
        return line
    title, told = line.spans[place], gist_of(digest)
    rest = list(line.spans[place + 1 :])
    has_gist = bool(rest) and rest[0].url is None and not rest[0].text.startswith(" ") and rest[0].text.startswith("\n")
    new = [replace(title, text=article.title), *([Span(text=f"\n{gist(told)}")] if told and has_gist else rest[:1])]
    if [title, *rest[:1]] == new:
        return line
    mark = Span(text=f" {catalog('edition.updated.mark')}", italic=True)
    rest = [span for span in rest[1:] if span != mark]
    return replace(line, spans=(*line.spans[:place], new[0], mark, *new[1:], *rest))


def _marked(message: Message, when: str, catalog: Catalog) -> Message:
    head, *rest = message.parts
    blocks = list(head.blocks)
    place = 1 if blocks and isinstance(blocks[0], Heading) else 0
    blocks.insert(place, Small(spans=(Span(text=catalog("edition.updated", when=when), italic=True),)))
    return replace(message, parts=(replace(head, blocks=tuple(blocks)), *rest))


def _unmarked(message: Message) -> tuple[tuple[Block, ...], ...]:
    """What is printed, without the mark."""
    blocks = (tuple(b for b in part.blocks if not _is_mark(b)) for part in message.parts)
    return tuple(part for part in blocks if part)


def _is_mark(block: Block) -> bool:
    return isinstance(block, Small) and all(span.italic for span in block.spans)
