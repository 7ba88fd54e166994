"""What a text denies and what it only holds possible, and of which word it says so: 「発表しなかった」 denies 発表,
「増える可能性がある」 holds 増える possible, “may not rise” does both to rise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digests.tokens import Token
from digests.wordlists import words_of

_NOT = words_of(
    "not no never none nobody nothing neither nor without cannot hardly barely deny fail refuse reject lack unlikely "
    "impossible unable"
)
_MAY = words_of(
    "may might could would should possibl possibly perhaps mayb likely expect expected plan hope aim propos alleg "
    "allegedly reportedly suspect apparently appear seem suggest claim consid predict forecast potential potentially "
    "intend believ think if whether fear would-b"
)
_MAY_SURFACE = words_of("may might could would should")
_NOT_JA = frozenset({"ない", "無い", "ぬ", "ず", "まい"})
_NOT_PREFIX_JA = frozenset({"不", "未", "非", "無"})
_MAY_JA = re.compile(
    "可能性|恐れ|おそれ|見通し|見込み|見込まれ|見込む|とみられ|と見られ|とみている|かもしれ|だろう|であろう|予定|方針|検討|"
    "目指|めざ|考えだ|考え(?:を示|である)|意向|たい(?:と|考え|。|$)|べき|模様|もよう|という(?:。|$)|疑い|ようだ|そうだ|らしい|"
    "期待|懸念|推定|推測|予測|予想|うる(?:。|$)|得る(?:。|$)|かねない|計画|と(?:話|述べ|語|主張|指摘|説明)|によると|によれば|見方|なら(?:、|ば)|れば"
)
"""Words that keep a Japanese statement from being a plain fact, attribution included."""
_STRONG_MAY_JA = re.compile(
    "可能性|恐れ|おそれ|見通し|見込み|見込まれ|見込む|とみられ|と見られ|とみている|かもしれ|だろう|であろう|予定|方針|検討|"
    "目指|めざ|考えだ|意向|たい(?:と|考え|。|$)|べき|模様|もよう|疑い|ようだ|らしい|かねない|推定|予測|予想|計画|うる(?:。|$)"
)
_TAKES_BACK_JA = re.compile(
    "^い(?:考え|と|意向|方針|意欲|$)|^(?:する|した|られる)?(?:可能性|恐れ|おそれ|見通し|見込み|とみられ|と見られ|かもしれ|だろう|わけではな|ことはな|ない|なかった|予定|方針|計画|とは言えな|もよう|模様|とはいえな|疑い|という誤)"
)
_ABILITY = re.compile("不可能|可能に|可能な|可能と")
_REACH_EN = 3
_TAIL_JA = 24
"""Characters at the end of a Japanese sentence in which its mood is."""


@dataclass(frozen=True, slots=True)
class Stance:
    """Stems that are denied and stems that are held possible."""

    denied: frozenset[str]
    possible: frozenset[str]
    negations: int
    hedged: bool


def stance(text: str, words: Sequence[Token], language: str) -> Stance:
    """Which words of the sentence `text` (its `words`) are denied or only possible."""
    if language == "ja":
        return _japanese(text, words)
    return _spaced(words)


def hedges(rest: str, language: str) -> bool:
    """Does the rest of a sentence that was cut off take back or soften what stands before it? `rest` is squeezed."""
    if language == "ja":
        return bool(_TAKES_BACK_JA.search(rest[:24]))
    return False


def _spaced(words: Sequence[Token]) -> Stance:
    denied: set[str] = set()
    possible: set[str] = set()
    negations = 0
    for i, word in enumerate(words):
        ahead = [w.stem for w in words[i + 1 : i + 6] if w.content and w.stem not in _MAY][:_REACH_EN]
        if word.stem in _NOT or word.surface in _NOT:
            negations += 1
            denied.update(ahead)
        if word.stem in _MAY or word.surface in _MAY:
            possible.update(ahead)
    hedged = any(word.stem in _MAY or word.surface in _MAY_SURFACE for word in words)
    return Stance(frozenset(denied), frozenset(possible), negations, hedged)


def _japanese(text: str, words: Sequence[Token]) -> Stance:
    denied: set[str] = set()
    negations = 0
    for i, word in enumerate(words):
        if word.stem in _NOT_JA and not _idiom(words, i):
            negations += 1
            before = next((w.stem for w in reversed(words[:i]) if w.content), "")
            denied.add(before)
        elif word.surface in _NOT_PREFIX_JA and word.pos == "接頭辞" and i + 1 < len(words):
            negations += 1
            denied.add(words[i + 1].stem)
    hedged = bool(_MAY_JA.search(_ABILITY.sub("", text)[-_TAIL_JA:]))
    tail = _STRONG_MAY_JA.search(text[-_TAIL_JA:])
    verbs = [w.stem for w in words if w.content][-4:] if tail else []
    return Stance(frozenset(denied - {""}), frozenset(verbs), negations, hedged)


def _idiom(words: Sequence[Token], i: int) -> bool:
    """「なければならない」「かもしれない」「かねない」「に違いない」「だけでなく」 deny nothing."""
    before = "".join(w.surface for w in words[max(0, i - 4) : i + 1])
    after = "".join(w.surface for w in words[i : i + 4])
    return bool(
        re.search(
            r"(?:ばなら|てはなら|かもしれ|かも知れ|かね|違い|にほかなら|せざるを得|ざるをえ)(?:ない|ず|なく|なかっ)?$",
            before,
        )
        or re.search(r"(?:だけで|のみで|ばかりで)(?:は)?なく?$", before)
        or re.match(r"な(?:けれ|く)(?:ば|て(?:は|も)?)(?:なら|いけ)", after)
    )
