"""Text into sentences with exact offsets. Knows quotations, brackets, abbreviations and lines; knows no language model.

One left-to-right pass over the text: time is linear in its length, whatever the text is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from digests.abbreviations import ends_sentence, is_ordinary
from digests.boilerplate import LONGEST_CREDIT, credit, dateline, listed, marked, plainly_begun

LONGEST = 1000
"""Characters of one piece; text without any punctuation is cut at a joint below this."""
LONGEST_SPACED = 250
"""The same for scripts that write no full stop and put a space between clauses."""
BEFORE_DATELINE = 7
"""Sentences that stand before a dateline at most: captions, credits, notes. A later one opens a report of its own."""
LONGEST_QUOTATION = 400
"""Characters a quotation or bracket may span and still be kept whole."""
LONGEST_LIST = 600
"""Characters of other headlines that a page may put before its first sentence."""
LEAST_BEHIND_CREDIT = 10
"""Characters of a sentence that must be left behind a credit."""

_SPACED = frozenset({"th", "lo", "km", "my"})
_LINES = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_OPENERS = "「『（(【《〈［[“„«‹｢"
_CLOSERS = "」』）)】》〉］]””»›｣"
_PARTNER = dict(zip(_CLOSERS, _OPENERS, strict=True)) | {"”": "“„", "“": "„"}
_BRACKET = re.compile(rf"[{re.escape(_OPENERS + _CLOSERS)}\"]")
_AFTER = re.escape("」』）)】》〉］]”’\"'»›｣")
_MARK = "[.!?…。！？｡．؟۔।॥።။៕‼⁇⁈⁉]"
_END = re.compile(rf"(?P<mark>{_MARK}{_MARK}*(?:\s[.!?](?=\s))?)(?P<after>[{_AFTER}]*)")
"""The first mark stands by itself: a form that begins with a repetition is looked for several times as slowly."""
_CJK_MARKS = frozenset("。！？｡．‼⁇⁈⁉")
_CARRIES_ON = re.compile(r"[、，,・…―ー：:]|[ぁ-ん](?<!お)")
_CONNECTIVE = re.compile(
    r"これ|この|こう|それ|その|そし|しか|また|なお|さら|ただ|だが|でも|ところ|もっと|ここ|あの|やが|すで|すると|いず|さて|では"
)
_PARTICLE = re.compile(r"[とのをがはにでもや、，・]")
_STARTS_LOWER = re.compile(r"[^\W\d_]")
_EDGE = " \t\u3000\xa0\u200b\u200c\u2060\ufeff\xad"
_BULLET = re.compile(r"(?:[•・‣▪■□◆◇▼▽▲△●○◎★☆※＊*►▶➤⇒→>＞|-]+|\d{1,2}[.)](?=\s))[ \t\u3000\xa0]+|[•‣▪■□◆◇▼▽●◎★☆►▶➤]+")
_JOINT = re.compile(r"[;；:：、，,\s]")
_DATED, _SAME_DAY = re.compile(r"\d日"), re.compile(r"同日|この日")
_MARKS_JOINED = re.compile(r"[\u0300-\u036f\u200d\ufe0e\ufe0f\u3099\u309a\u0e31\u0e34-\u0e3a\u0e47-\u0e4e]")
_WORD = re.compile(r"[^\W_]|[^\w\s!-/:-@\[-`{-~\u2000-\u206f\u3000-\u303f\uff00-\uff0f]")


class Piece(NamedTuple):
    """A sentence, or a line that is none. `text` is `article[start:end]`; `paragraph` counts lines that hold text."""

    start: int
    end: int
    text: str
    paragraph: int
    boilerplate: bool
    heading: bool = False
    """Boilerplate that announces what follows: never printed, but it belongs to a section."""


def sentences(text: str, language: str) -> tuple[Piece, ...]:
    """Every sentence of `text` in order, without overlap; `start`/`end` count code points.

    Newlines end sentences. A dateline and a bullet at the start of a line belong to no piece, nor does the credit that
    Japanese reports of other media's news open with.
    """
    spans: list[tuple[int, int, int]] = []
    for paragraph, line in enumerate(_LINES.finditer(text)):
        for start, end in _in_line(text, *line.span(), language):
            start, end = _trimmed(text, start, end)
            if language == "ja":
                start, end = _itself(text, start, end)
            if start < end and (text[start].isalnum() or _WORD.search(text, start, end)):
                spans.append((start, end, paragraph))
    texts = [text[start:end] for start, end, _ in spans]
    kinds = marked(texts, language, _dated(text, spans))
    numbers = {paragraph: n for n, paragraph in enumerate(dict.fromkeys([p for _, _, p in spans]))}
    return tuple(
        [
            Piece(start, end, own, numbers[paragraph], kind is not None, kind == "heading")
            for (start, end, paragraph), own, kind in zip(spans, texts, kinds, strict=True)
        ]
    )


def _dated(text: str, spans: Sequence[tuple[int, int, int]]) -> int:
    """Which of the first sentences stands behind a dateline; 0 if none does."""
    ends = [0, *(end for _, end, _ in spans)]
    heads = [text[end:start].lstrip() for end, (start, _, _) in zip(ends, spans[: BEFORE_DATELINE + 1], strict=False)]
    return next((k for k, head in enumerate(heads) if head and dateline(head)), 0)


def _in_line(text: str, start: int, end: int, language: str) -> Iterator[tuple[int, int]]:
    """Spans of the sentences of one line, untrimmed."""
    line = text[start:end]
    begin = 0 if plainly_begun(line, 0, 200) else _line_head(line)
    longest = LONGEST_SPACED if language in _SPACED else LONGEST
    for joint in (*_ends(line, begin, language), len(line)):
        if joint - begin <= longest:
            yield start + begin, start + joint
        else:
            yield from ((start + a, start + b) for a, b in _cut(line, begin, joint, longest))
        begin = joint


def _line_head(line: str) -> int:
    """How many characters at the start of a line are a bullet or a dateline."""
    blank = len(line) - len(line.lstrip(_EDGE))
    bullet = _BULLET.match(line, blank)
    head = bullet.end() if bullet else blank
    return head + dateline(line[head : head + 200])


def _ends(line: str, begin: int, language: str) -> Iterator[int]:
    """Where sentences end within a line; the end of the line itself is not told."""
    kept = iter((*_kept_whole(line), (len(line), len(line))))
    opened, closed = next(kept)
    for match in _END.finditer(line, begin):
        start, end = match.span()
        while closed < end and not opened < start <= closed:
            opened, closed = next(kept)
        quoted = opened < start <= closed
        if quoted and end <= closed:
            continue
        if _is_plain_end(line, begin, start, end) or _is_end(line, begin, match, quoted, language):
            begin = end
            yield begin


def _kept_whole(line: str) -> list[tuple[int, int]]:
    """Outermost quotations and brackets that are closed, and near enough, as (opening, closing) indices."""
    stack: list[tuple[str, int]] = []
    pairs: list[tuple[int, int]] = []
    for match in _BRACKET.finditer(line):
        mark, at = match.group(), match.start()
        if mark == '"':
            mark = "“" if _opens(line, at) else "”"
        if mark in _OPENERS:
            stack.append((mark, at))
            continue
        _close(stack, pairs, mark, at)
        if len(stack) > 64:
            del stack[:32]
    return _outermost(sorted(pairs))


def _opens(line: str, at: int) -> bool:
    """Is this straight quotation mark an opening one? It is when nothing but space or a bracket stands before it."""
    return (at == 0 or line[at - 1] in _EDGE + _OPENERS + "—–-") and not line[at + 1 : at + 2].isspace()


def _close(stack: list[tuple[str, int]], pairs: list[tuple[int, int]], mark: str, at: int) -> None:
    partners = _PARTNER.get(mark, "")
    for depth in range(len(stack) - 1, max(-1, len(stack) - 5), -1):
        if stack[depth][0] in partners:
            if at - stack[depth][1] <= LONGEST_QUOTATION:
                pairs.append((stack[depth][1], at))
            del stack[depth:]
            return


def _outermost(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    kept: list[tuple[int, int]] = []
    for pair in pairs:
        if not kept or pair[0] > kept[-1][1]:
            kept.append(pair)
    return kept


def _is_plain_end(line: str, begin: int, start: int, end: int) -> bool:
    """Whether it is a full stop between a word that is no abbreviation and a capital letter: most are."""
    if end - start > 1 or not line.startswith(". ", start) or not line[end + 1 : end + 2].isupper():
        return False
    return is_ordinary(line[line.rfind(" ", begin, start) + 1 : start])


def _is_end(line: str, begin: int, match: re.Match[str], quoted: bool, language: str) -> bool:
    mark, end = match["mark"], match.end()
    following = line[end : end + 12]
    if not following.strip():
        return True
    if mark[-1] in _CJK_MARKS:
        return _is_cjk_end(line, match, quoted, following)
    if following[0].isspace():
        return _is_spaced_end(line, begin, match, following.lstrip(), language)
    return _is_tight_end(line, match, following)


def _is_cjk_end(line: str, match: re.Match[str], quoted: bool, following: str) -> bool:
    mark = match["mark"]
    if quoted:
        return bool(_CONNECTIVE.match(following)) or not _CARRIES_ON.match(following)
    if mark == "．":
        before = line[match.start() - 1 : match.start()]
        return bool(before) and ord(before) > 0x2E80 and not before.isdigit() and not following[0].isdigit()
    if mark[-1] in "。｡":
        return not (line.endswith("娘", 0, match.start()) and _PARTICLE.match(following))
    latin = re.match(r"[A-Za-zａ-ｚＡ-Ｚ]", following) is not None and line[match.start() - 1 : match.start()].isascii()
    return not (_PARTICLE.match(following) or latin)


def _is_spaced_end(line: str, begin: int, match: re.Match[str], following: str, language: str) -> bool:
    """A mark with a space after it: does what follows begin a sentence?"""
    before = line[max(0, match.start() - 24) : match.start()]
    if following.startswith((".", "…", ",")):
        return False
    if match["mark"] in ".!?" and before[-1:].isspace() and not match["after"]:
        return True  # tokenised text: the full stop stands alone
    first = _STARTS_LOWER.search(following)
    if first and first.group().islower() and first.start() <= 1:
        return False
    if not match["mark"].endswith(".") or match["after"][:1] in tuple('"”»'):
        return True
    return ends_sentence(line[begin : match.start()][-24:], following, language)


def _is_tight_end(line: str, match: re.Match[str], following: str) -> bool:
    """A mark with no space after it ends a sentence after a closing quotation, and between scripts without spaces."""
    before = line[match.start() - 1 : match.start()]
    if match["after"] and following[0].isupper() and before.islower():
        return match["after"][-1] in '"”»)'
    wide = following[0] > "\u2e80" and before > "\u2e80"
    return wide and match["mark"][-1] in "!?" and not _PARTICLE.match(following)


def _cut(line: str, begin: int, end: int, longest: int) -> Iterator[tuple[int, int]]:
    """The span itself, or pieces of at most `longest` characters, cut behind a comma or space where there is one."""
    while end - begin > longest:
        joint = begin + longest
        behind = [match.end() for match in _JOINT.finditer(line, begin + longest // 2, joint)]
        joint = behind[-1] if behind else _between_characters(line, joint)
        yield begin, joint
        begin = joint
    yield begin, end


def _between_characters(line: str, at: int) -> int:
    """`at`, moved back (a little) so that no combining mark is parted from its letter."""
    for back in range(at, at - 8, -1):
        if not _MARKS_JOINED.match(line, back) and line[back - 1] != "\u200d":
            return back
    return at


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and ((char := text[start]).isspace() or char in _EDGE):
        start += 1
    while end > start and ((char := text[end - 1]).isspace() or char in _EDGE):
        end -= 1
    return start, end


def _itself(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of a Japanese sentence without other headlines glued to it, and without the media it credits ahead of
    what they report, where a sentence is left."""
    start += listed(text[start : min(end, start + LONGEST_LIST)])
    begin = start + credit(text[start : min(end, start + LONGEST_CREDIT)])
    back = _DATED.search(text, start, begin) and _SAME_DAY.search(text, begin, end)
    return (start if back or end - begin < LEAST_BEHIND_CREDIT else begin), end
