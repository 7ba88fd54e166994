"""How much, how often, how sure of being the greatest: what makes more of a statement than its source does. “All” for
“some”, “at most” for “at least”, a day for a week, the first of its kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from digests.evidence import Line, Source
from digests.quantities import Quantity, known

_LOWER_EN = re.compile(
    r"\b(?:at least|more than|above|over|exceed(?:s|ed|ing)?|no (?:fewer|less) than|topp?(?:s|ed))\s[$£€¥]?$"
)
_UPPER_EN = re.compile(
    r"\b(?:at most|fewer than|less than|under|below|up to|no more than|almost|nearly|close to)\s[$£€¥]?$"
)
_LOWER_JA = re.compile("以上|超|余り|を(?:超え|上回)|強(?!化)"), re.compile("(?:少なくとも|最低)(?:でも)?$")
_UPPER_JA = (
    re.compile("以下|未満|近く|弱|足らず|を下回|に満たな"),
    re.compile("(?:最大|最長|最高|最多|(?:多|長)くても)(?:で|でも)?$"),
)
_COUNTER = re.compile(r"[^\W\d_ぁ-ん]{0,3}(?:の)?")
_RATE_EN = re.compile(
    r"(?:\ba|\bper|\bevery|\beach)\s(hour|day|night|week|month|quarter|year)\b|\b(hour|dai|week|month|quarter|year)ly\b"
)
_RATE_JA = re.compile("(時間|日|泊|週|月|年)(?:間|当たり|あたり|に|額|[0-9]|で)|毎(時|日|週|月|年)|1(日|泊)")
_WHOLE = {
    "en": re.compile(
        r"\b(?:all|every|everyone|everybody|whole|entire|entirely|always|only|both|fully|completely|nationwide)\b"
    ),
    "ja": re.compile(
        "全て|すべて|全員|全部|全体|全額|全域|全国|全土|皆|みんな|必ず|常に|だけ|のみ|とも(?:に)?(?:[^し]|$)|いずれも|限ら"
    ),
}
_MOST = {
    "en": re.compile(r"\b(?:most|mostly|majority|nearly all|almost all)\b"),
    "ja": re.compile("大半|大部分|ほとんど|過半|大多数"),
}
_SOME = {
    "en": re.compile(
        r"\b(?:some|part|parts|partly|few|several|handful|many|mainly|one|two|third|fifth|quarter|half)\b"
    ),
    "ja": re.compile("一部|数[人件カか社割]|多く|主に|割|分の|半"),
}
_GREAT = (
    "larg|bigg|great|high|low|old|young|long|short|fast|slow|rich|poor|strong|weak|busi|hott|cold|tall|deep|small|new|hard|"
    "heavi|dead"
)
_BEST = {
    "en": re.compile(rf"\b(?:first|best|worst|ever|most [a-z]+|unprecedented|(?:{_GREAT})l?i?est)\b(?!-)"),
    "ja": re.compile(
        r"初(?!旬|期|日|回|段|夏|冬|春|秋|公判|代)|最(?:大|古|長|高|悪|多|少|強|速|新|良|も)(?!で?\d)|史上|世界一|唯一|前例のない|異例"
    ),
}


def overdone(sentence: Line, source: Source, support: Sequence[Line]) -> tuple[str, ...]:
    """What `sentence` says more of than the source: words of quantity or of the superlative, a bound, a rate."""
    language = source.language
    if language not in _WHOLE:
        return ()
    return (
        *_quantified(sentence, support, language),
        *_superlative(sentence, source, language),
        *_bounded(sentence, source),
    )


def overdone_across(sentence: Line, language: str, origin: Source) -> tuple[str, ...]:
    """The same for a sentence in `language` about an origin in another: bounds turned, and superlatives where
    the origin has none."""
    turned = [
        sentence.folded[number.start : number.end]
        for number in sentence.quantities
        if _turned(number, sentence, _same(number, origin))
    ]
    said = _BEST[language].search(sentence.folded)
    if said and not any(_BEST[origin.language].search(one.folded) for one in origin.lines):
        turned.append(said.group())
    return tuple(turned)


def _quantified(sentence: Line, support: Sequence[Line], language: str) -> Iterable[str]:
    whole, most, some = (kind[language] for kind in (_WHOLE, _MOST, _SOME))
    written = " ".join(one.folded for one in support)
    said = whole.search(sentence.folded)
    if said and not whole.search(written):
        yield said.group()
    said = most.search(sentence.folded)
    if said and not (most.search(written) or whole.search(written)) and some.search(written):
        yield said.group()


def _superlative(sentence: Line, source: Source, language: str) -> Iterable[str]:
    said = _BEST[language].findall(sentence.folded)
    written = {best for one in source.lines for best in _BEST[language].findall(one.folded)} if said else ()
    return [best for best in said if best not in written]


def _bounded(sentence: Line, source: Source) -> Iterable[str]:
    """Bounds and rates of its numbers that no such number of the source has."""
    for number in sentence.quantities:
        same = _same(number, source)
        if _turned(number, sentence, same):
            yield sentence.folded[number.start : number.end]
        rate = _rates(number, sentence.folded)
        rates = [_rates(q, one.folded) for one, q in same]
        if rate and all(rate.isdisjoint(other) for other in rates) and any(rates):
            yield sentence.folded[number.start : number.end]


def _same(number: Quantity, source: Source) -> list[tuple[Line, Quantity]]:
    """Where the source has the number."""
    return [(one, q) for one in source.lines for q in one.quantities if known(number, [q])]


def _turned(number: Quantity, sentence: Line, same: Sequence[tuple[Line, Quantity]]) -> bool:
    """Is it the least in `sentence`, and everywhere in the source the most, or the other way round?"""
    bound = _bound(number, sentence.folded)
    return bound != 0 and {_bound(q, one.folded) for one, q in same} == {-bound}


def _bound(number: Quantity, text: str) -> int:
    """1: the number is the least, -1: the most, 0: neither."""
    before, after = text[max(0, number.start - 20) : number.start], text[number.end : number.end + 8]
    after = after[match.end() :] if (match := _COUNTER.match(after)) else after
    for value, ahead, (behind, before_it) in ((1, _LOWER_EN, _LOWER_JA), (-1, _UPPER_EN, _UPPER_JA)):
        if behind.match(after) or ahead.search(before) or before_it.search(before):
            return value
    return 0


def _rates(number: Quantity, text: str) -> set[str]:
    after = text[number.end : number.end + 40]
    before = text[max(0, number.start - 6) : number.start]
    found = [*_RATE_EN.finditer(after), *_RATE_JA.finditer(before)]
    return {part for match in found for part in match.groups() if part}
