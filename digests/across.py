"""Is a translated sentence supported by sentences of another language? Numbers, dates, names, negation, mood, and the
meaning by multilingual vectors: it must lie closest to the sentences it claims to rest on. Japanese and English."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from digests.dates import Mention, said_by
from digests.degrees import overdone_across
from digests.evidence import Line, Source, line, source
from digests.ground import SUPPORTED, Reason, Unsupported, Verdict
from digests.language import morphemes
from digests.modality import DENIES_JA
from digests.names import names
from digests.ports import Embedder, Vectors
from digests.quantities import Quantity, known
from digests.sentences import sentences
from digests.transliteration import alike, exonyms
from digests.wordlists import words_of

LANGUAGES = frozenset({"ja", "en"})
LEAD = 0.0
"""Cosine by which the support must be nearer to the sentence than any other line of the article."""
RISE = 0.06
"""And than the article's lines are on average."""
_LENGTHS = (0.9, 5.0)
"""English letters for each Japanese character of the support, least and most."""
_BODIES = words_of(
    "ministry bank finance government council committee department party agency national federal university prime "
    "minister president chief foreign defense defence trade court supreme high parliament congress senate house lower "
    "upper police company group institute center centre school hospital city town village prefecture province state "
    "republic kingdom island islands river lake mount mountain sea ocean north south east west northern southern "
    "eastern western central office bureau authority association union federation board commission assembly mayor "
    "governor secretary ambassador director professor institution foundation agreement treaty act law plan project "
    "fund cooperative corporation airport port harbor harbour station bay line world international public general "
    "rare earth earths new old great market exchange"
)
"""English words written with capitals in names of bodies and places: Japanese writes them as common nouns."""
_KATAKANA = re.compile(r"[ァ-ヺー]{2,}")
_LATIN = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'’-]*")
_PEOPLE = re.compile(r"(?:n|ns|an|ans|ean|ese|ish|i)$")
"""What makes a people of a place: Carmelia, Carmelian."""
_WORDED = {
    1.0: "",
    2.0: "両|二|双方|both|couple|pair|two|twin",
    10.0: "decade",
    12.0: "dozen",
    50.0: "half|半",
    0.5: "half|半",
}
"""Small numbers, as a regular expression of how they are said without a number."""
_OPEN = {
    "ja": re.compile(
        "可能|恐れ|おそれ|見通し|見込|とみ|かもしれ|だろう|予定|方針|検討|目指|考え|意向|たい(?!し)|べき|ことになる|とされ|計画|"
        "期待|得る|られる|できる|と述べ|と話|と語|疑い|ようだ|らしい|かねない|予想|予測"
    ),
    "en": re.compile(
        r"\b(?:wants?|wish(?:es)?|seeks?|hop(?:es?|ing)|aims?|plans?|planned|intends?|would|could|may|might|should|"
        r"expect(?:s|ed)?|likely|possibl[ey]|perhaps|if|consider(?:s|ing)?|propos(?:es|ed)|will|to be)\b"
    ),
}
"""What keeps a sentence from stating a fact, anywhere in it."""
_DENIED = {
    "ja": DENIES_JA,
    "en": re.compile(
        r"n[o’']t\b|\b(?:no|not|never|none|nor|neither|nothing|nobody|without|hardly|doubts?|doubted|unlikely|fail(?:s|ed)?|"
        r"refus(?:es|ed)|den(?:ies|ied)|reject(?:s|ed)?|lacks?|lacked|barely|only|unable|against)\b"
    ),
}
"""What may be a denial in the other language; “only” for 「しか…ない」."""
_WISH = re.compile(r"\b(?:wants? an?|wants? to|hopes? to|plans? to|aims? to|intends? to|seeks? to)\b")
"""English for 「…たい考え」, besides what `modality` knows."""
_SPAN = 3
"""Latin words in a row that one Japanese name may be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The lines of an article with their vectors, to see which of them a translated sentence is nearest to."""

    texts: tuple[str, ...]
    vectors: Vectors


def shelf(texts: Sequence[str], embedder: Embedder) -> Shelf:
    return Shelf(texts=tuple(texts), vectors=embedder.embed(texts))


def translated(
    sentence: Line, language: str, origin: Source, here: Sequence[int], lines: Shelf, embedder: Embedder
) -> Unsupported | None:
    """What is wrong with `sentence`, in `language`, resting on `origin` in another; None when nothing is found.
    `here`: which of `lines` make up `origin`."""
    found = _worded(sentence, language, origin)
    if found is None and not _near(lines.vectors @ embedder.embed([sentence.text])[0], here):
        return Unsupported(text=sentence.text, reason="wording")
    return found


def ground_across(
    text: str, summary: str, languages: tuple[str, str], embedder: Embedder, *, reference: date | None = None
) -> Verdict:
    """Is every sentence of `summary` supported by `text`? `languages`: that of the text, that of the summary, two of
    `LANGUAGES`. Each sentence is taken to rest on the line nearest to it."""
    of_text, of_summary = languages
    written = [piece.text for piece in sentences(summary, of_summary)] or [summary]
    lines = shelf([piece.text for piece in sentences(text, of_text)] or [text], embedder)
    near = embedder.embed(written) @ lines.vectors.T
    found = [
        _placed(line(one, of_summary, reference), languages, lines, row, reference)
        for one, row in zip(written, near, strict=True)
    ]
    scores = [SUPPORTED * near if wrong else SUPPORTED + (1 - SUPPORTED) * near for wrong, near in found]
    wrong = tuple(problem for problem, _ in found if problem is not None)
    return Verdict(score=round(sum(scores) / len(scores), 6), unsupported=wrong)


def _placed(
    one: Line, languages: tuple[str, str], lines: Shelf, near: Vectors, reference: date | None
) -> tuple[Unsupported | None, float]:
    """What is wrong with a sentence resting on the line nearest to it, and how near that is (0-1). `near`: how near
    each of `lines` is."""
    best = int(near.argmax())
    wrong = _worded(one, languages[1], source(lines.texts[best], languages[0], reference))
    if wrong is None and not _near(near, [best]):
        wrong = Unsupported(text=one.text, reason="wording")
    return wrong, float(np.clip(near[best], 0, 1))


def unknown_names(sentence: Line, language: str, origin: Source) -> tuple[str, ...]:
    """Names in `sentence` that `origin`, in the other language, does not have in its own spelling."""
    said = names(sentence.text, sentence.words, language)
    if language == "ja":
        return tuple(name for name in said if not _borrowed(name) and not _heard_in_latin(name, origin))
    text = origin.folded
    return tuple(name for name in said if name not in _BODIES and not _heard_in_kana(name, text, origin))


def _borrowed(name: str) -> bool:
    """Is it an everyday word in katakana, 「サービス」, and no name?"""
    return bool(_KATAKANA.fullmatch(name)) and all(m.known and m.kind != "固有名詞" for m in morphemes(name))


def _worded(sentence: Line, language: str, origin: Source) -> Unsupported | None:
    """What the words alone show to be wrong."""
    found = _facts(sentence, language, origin) or _stance(sentence, language, origin)
    if found is None and not _length(sentence.text, language, origin):
        return Unsupported(text=sentence.text, reason="wording")
    return found


def _facts(sentence: Line, language: str, origin: Source) -> Unsupported | None:
    undated = [m for m in sentence.dates if not said_by(m, origin.dates, origin.reference) and not _year(m, origin)]
    dated = [m for m in sentence.dates if m not in undated]
    counted = [q for q in sentence.quantities if not any(m.start <= q.start < m.end for m in dated)]
    lost = [q for q in counted if not known(q, origin.quantities) and not _in_words(q, origin)]
    folded = sentence.folded
    reasons: tuple[tuple[Reason, tuple[str, ...]], ...] = (
        ("number", tuple(folded[q.start : q.end] for q in lost)),
        ("date", tuple(folded[m.start : m.end] for m in undated)),
        ("name", unknown_names(sentence, language, origin)),
        ("degree", overdone_across(sentence, language, origin)),
    )
    return next((Unsupported(text=sentence.text, reason=r, what=what) for r, what in reasons if what), None)


def _in_words(quantity: Quantity, origin: Source) -> bool:
    """Is it a small number that the other language says without one: 「両国」, “both”, “a decade”?"""
    said = _WORDED.get(quantity.value)
    return said is not None and bool(re.search(said, origin.folded))


def _year(mention: Mention, origin: Source) -> bool:
    """A bare year is a date in Japanese and a number in English."""
    alone = mention.year is not None and mention.month is None and mention.day is None and mention.word is None
    return alone and any(q.value == mention.year for q in origin.quantities)


def _heard_in_latin(name: str, origin: Source) -> bool:
    """A Japanese name in an English text: listed, or heard in one to three words of it."""
    listed = [other for other in exonyms(name) if other != "us"]  # also a pronoun
    if any(re.search(rf"(?<![a-z]){re.escape(other)}(?![a-z])", origin.folded) for other in listed):
        return True
    kana = name if _KATAKANA.fullmatch(name) else "".join(m.reading for m in morphemes(name))
    if _LATIN.fullmatch(name):
        return name.lower() in origin.folded
    return not listed and any(alike(kana, run) for run in _runs(origin))


def _runs(origin: Source) -> Iterable[str]:
    """Capitalised words, and those next to each other as one."""
    for each in origin.lines:
        words = [word for word in _LATIN.findall(unicodedata.normalize("NFKC", each.text)) if word[:1].isupper()]
        for size in range(1, _SPAN + 1):
            for at in range(len(words) - size + 1):
                yield "".join(words[at : at + size])


def _heard_in_kana(name: str, text: str, origin: Source) -> bool:
    """A word of an English name in a Japanese text: as it is, listed, or heard in kana or a reading."""
    listed = exonyms(name)
    if name in text or any(other in text for other in listed):
        return True
    forms = dict.fromkeys((name, _PEOPLE.sub("", name)))
    return not listed and any(alike(kana, form) for form in forms for kana in _readings(origin))


def _readings(origin: Source) -> Iterable[str]:
    for each in origin.lines:
        clean = unicodedata.normalize("NFKC", each.text)
        yield from _KATAKANA.findall(clean)
        for part in re.split(r"[・=＝\s]", clean):
            yield from _KATAKANA.findall(part)
        words = [m for m in morphemes(clean) if m.pos == "名詞" and (m.kind == "固有名詞" or not m.known)]
        yield from (m.reading for m in words)
        yield from (a.reading + b.reading for a, b in itertools.pairwise(words))


def _stance(sentence: Line, language: str, origin: Source) -> Unsupported | None:
    other = origin.language
    if sentence.stance.negations and not any(_DENIED[other].search(line.folded) for line in origin.lines):
        return Unsupported(text=sentence.text, reason="negation")
    denied = all(line.stance.negations for line in origin.lines)
    if origin.lines and denied and not _DENIED[language].search(sentence.folded):
        return Unsupported(text=sentence.text, reason="negation")
    held_open = all(line.stance.possible or _WISH.search(line.folded) for line in origin.lines)
    if origin.lines and held_open and not _OPEN[language].search(sentence.folded):
        return Unsupported(text=sentence.text, reason="modality")
    return None


def _length(text: str, language: str, origin: Source) -> bool:
    """A translation is not much longer than what it translates; it may be shorter."""
    own, other = len(text), sum(len(line.text) for line in origin.lines)
    letters, characters = (other, own) if language == "ja" else (own, other)
    most = letters <= _LENGTHS[1] * characters if language == "en" else characters * _LENGTHS[0] <= letters
    return characters > 0 and most


def _near(near: Vectors, here: Sequence[int]) -> bool:
    """Is the support among the lines nearest to the sentence? `near`: how near it is to each line of the article."""
    others = np.delete(near, list(here))
    if not here or not len(others):
        return bool(here)
    own = float(near[list(here)].max())
    return own >= float(others.max()) + LEAD and own >= float(others.mean()) + RISE
