"""What a text denies and what it only holds possible, and of which word it says so: 「発表しなかった」 denies 発表,
「増える可能性がある」 holds 増える possible, “may not rise” does both to rise."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from digests.quantities import squeezed
from digests.stems import stems_of
from digests.tokens import Token
from digests.wordlists import words_of

_NOT = words_of(
    "not no never none nobody nothing neither nor without cannot hardly barely deny fail refuse reject lack unlikely "
    "impossible unable"
)
_MAY_SURFACE = words_of("may might could would should")
_MAY = _MAY_SURFACE | stems_of(
    "possible possibly perhaps maybe likely expect expects expected plan plans planned hope hopes hoped aim aims "
    "propose proposes allege alleges allegedly reportedly suspect suspects apparently appear seem suggest "
    "suggests claim claims consider considers considering predict forecast scheduled intend intends believe "
    "believes think if whether fear fears want wants wanted wish wishes seek seeks recommend recommends demand "
    "demands urge urges promise promises promised need needs would-be due"
)
_WILL = words_of("will shall 'll")
"""Before these and the verb nothing has happened yet."""
_TELLING = stems_of(
    "claim claims argue argues allege alleges believe believes think thinks fear fears suspect suspects warn warns "
    "insist insists predict predicts expect expects estimate estimates accuse accuses blame blames suggest suggests"
)
"""Stems of saying or holding what need not be so."""
_GOES_ON = words_of("and or but because as while who which where when after before since although though")
_SPEAKER = 8
"""Words of who speaks, behind what is said, at most."""
_SAYING = words_of("say says said saying told tells according reported reportedly announced")
DENIES_JA = re.compile("ない|なかった|なく|(?<![ま必])ず(?![つっ])|せぬ")
"""What says no in a Japanese text, wherever its words are cut."""
_NOT_JA = frozenset({"ない", "無い", "ぬ", "ず", "まい"})
_NOT_PREFIX_JA = frozenset({"不", "未", "非", "無"})
_MAY_JA = re.compile(
    "可能性|恐れ|おそれ|見通し|見込み|見込まれ|見込む|とみられ|と見られ|とみている|かもしれ|だろう|であろう|予定|方針|検討|"
    "目指|めざ|考えだ|考え(?:を示|である)|意向|たい(?:と|考え|。|$)|べき|模様|もよう|という(?:。|$)|疑い|ようだ|そうだ|らしい|"
    "かどうか|か否か|求め|提言|要請|訴え|促し|約束|期待|懸念|推定|推測|予測|予想|うる(?:。|$)|得る(?:。|$)|かねない|計画|と(?:話|述べ|語|主張|指摘|説明)|によると|によれば|見方|なら(?:、|ば)|れば"
)
"""Words that keep a Japanese statement from being a plain fact, attribution included."""
_STRONG_MAY_JA = re.compile(
    "可能性|恐れ|おそれ|見通し|見込み|見込まれ|見込む|とみられ|と見られ|とみている|かもしれ|だろう|であろう|予定|方針|検討|"
    "かどうか|か否か|よう(?:に)?(?:求め|提言|要請|訴え|促)|目指|めざ|考え(?:だ|を示)|意向|たい(?:と|考え|。|$)|べき|模様|もよう|疑い|ようだ|らしい|かねない|推定|予測|予想|計画|うる(?:。|$)"
)
_TAKES_BACK_JA = re.compile(
    "^い(?:考え|と|意向|方針|意欲|$)|^(?:する|した|られる)?(?:可能性|恐れ|おそれ|見通し|見込み|とみられ|と見られ|かもしれ|だろう|わけではな|ことはな|ない|なかった|予定|方針|計画|とは言えな|もよう|模様|とはいえな|疑い|という誤)"
)
_BEFORE_EN = re.compile(
    r"\b(?:(?:sa(?:y|ys|id)|claim(?:s|ed)?|argue[sd]?|allege[sd]?|believe[sd]?|thinks?|thought|fear(?:s|ed)?|suspects?|"
    r"warn(?:s|ed)?|insist(?:s|ed)?|predict(?:s|ed)?|expects?|hope[sd]?|suggest(?:s|ed)?|denie[sd]|doubts?)(?:\sthat)?|"
    r"whether|if|unless|until)(?:\s(?:the|a|an|all|its|his|her|their))*\s*$"
)
"""What may stand before a sentence that is somebody's, or open: “Critics say the …”."""
_BEHIND_EN = re.compile(
    r"\s*,\s[^,]{2,60}\s(?:said|says|claimed|claims|argued|argues|believes?|warned|suggested|suggests)\b|"
    r",?\s(?:according to|if|unless|provided|except|under \d|over \d|aged)\b"
)
_SPEAKER_JA = re.compile("^[^、「]{1,30}?(?:は|が)、?")
_ABILITY = re.compile("不可能|可能に|可能な|可能と")
_TELLS_JA = re.compile(
    "と(?:述べ|話[しす]|語|主張|指摘|説明|批判|訴え|反論|警告|強調|みて|見て|み(?:る|られ)|考えて|懸念|している)|として[^。]{0,20}(?:起訴|提訴|逮捕|送検|告訴|告発)|"
    "との(?:見方|批判|指摘|声|懸念|意見|考え|主張)|によると|によれば|という(?:。|$)|によりますと"
)
"""Words that give something as somebody's: what was announced or came to light is taken as it is."""
_IF_JA = re.compile("場合|れば|たら[、は]|なら(?:、|ば)|限り(?:、|で)|なければ|未満は|以外は")
_TO_COME_JA = frozenset({"する", "させる", "される", "れる", "られる"})
_BASE_JA = tuple("うくすつぬぶむるぐ")
_IF_EN = words_of("if unless provided")
_ASKING = re.compile(r"\b(?:ask|asked|wonder|know|see|said|question|unclear|as)\s+if\b")
_REACH_EN, _AHEAD = 3, 2
_LEAST_TOLD, _MOSTLY = 2, 0.7
"""How many of a sentence's stems somebody must have said for it to be his."""
_TAIL_JA = 24
"""Characters at the end of a Japanese sentence in which its mood is."""


@dataclass(frozen=True, slots=True)
class Stance:
    """Stems that are denied and stems that are held possible."""

    denied: frozenset[str]
    possible: frozenset[str]
    negations: int
    hedged: bool
    coming: frozenset[str] = frozenset()
    """What is only going to happen: “will close”."""
    past: frozenset[str] = frozenset()
    """What it says has happened."""
    told: frozenset[str] = frozenset()
    """Stems in somebody's mouth or mind."""
    tells: bool = False
    """It says whose words or thoughts it gives."""
    bound: frozenset[str] = frozenset()
    """Stems of what depends on a condition."""


def stance(text: str, words: Sequence[Token], language: str) -> Stance:
    """Which words of the sentence `text` (its `words`) are denied or only possible."""
    if language == "ja":
        return _japanese(text, words)
    return _spaced(text, words)


def firmer(said: Stance, content: frozenset[str], written: Stance) -> bool:
    """Does a sentence with the stems `content` state as a fact what a line only holds possible, expects, gives as
    somebody's words or makes depend on something?"""
    if said.hedged or said.tells:
        return False
    enough = max(_LEAST_TOLD, _MOSTLY * len(content))
    if len(written.told & content) >= enough or (not said.bound and len(written.bound & content) >= enough):
        return True
    return bool(written.possible & content or (written.coming & said.past and not (said.coming or said.negations)))


def hedges(before: str, rest: str, language: str) -> bool:
    """Does what stood before or behind a sentence that was cut out of another take it back or soften it?"""
    if language == "ja":
        return bool(_TAKES_BACK_JA.search(squeezed(rest)[:24]))
    return bool(_BEFORE_EN.search(before) or _BEHIND_EN.match(rest))


def _spaced(text: str, words: Sequence[Token]) -> Stance:
    denied: set[str] = set()
    possible: set[str] = set()
    coming: set[str] = set()
    negations = 0
    hedged = False
    for i, word in enumerate(words):
        if word.stem in _NOT or word.surface in _NOT:
            negations += 1
            denied.update([w.stem for w in words[i + 1 : i + 6] if w.content and w.stem not in _MAY][:_REACH_EN])
        if (word.stem in _MAY or word.surface in _MAY) and not (i and word.name and word.surface == "may"):
            hedged = True
            possible.update(_verbs(words, i))
        if word.surface in _WILL:
            coming.update(_verbs(words, i)[:1])
    told, tells = _told(words)
    return Stance(
        frozenset(denied),
        frozenset(possible),
        negations,
        hedged,
        coming=frozenset(coming),
        past=frozenset(word.stem for word in words if word.content and _is_past(word)),
        told=told,
        tells=tells,
        bound=frozenset() if _ASKING.search(text.lower()) else _bound(words),
    )


def _is_past(word: Token) -> bool:
    return word.surface.endswith("ed") or (word.surface != word.stem and not word.surface.endswith(("s", "ing", "e")))


def _verbs(words: Sequence[Token], i: int) -> list[str]:
    """Up to two content stems behind the word at `i`, within its clause, names left out."""
    ahead = words[i + 1 : min(_clause_end(words, i), i + 7)]
    return [w.stem for w in ahead if w.content and not w.name and w.stem not in _MAY][:_AHEAD]


def _clause_start(words: Sequence[Token], at: int) -> int:
    """Where the clause of the word at `at` begins."""
    return max((n for n in range(at + 1) if words[n].joint), default=0)


def _clause_end(words: Sequence[Token], at: int) -> int:
    """Where the next clause begins."""
    return next((n for n in range(at + 1, len(words)) if words[n].joint), len(words))


def _bound(words: Sequence[Token]) -> frozenset[str]:
    """Content stems of the clause before “if”, or of the one behind its comma where it opens a clause."""
    at = next((n for n, word in enumerate(words) if word.surface in _IF_EN), None)
    if at is None:
        return frozenset()
    start, end = _clause_start(words, at), at
    if start == at:
        start = _clause_end(words, at)
        end = _clause_end(words, start)
    return frozenset(word.stem for word in words[start:end] if word.content)


def _told(words: Sequence[Token]) -> tuple[frozenset[str], bool]:
    """(content stems that somebody says or holds, whether anybody does)"""
    at = next((n for n, word in enumerate(words) if word.stem in _TELLING), None)
    if at is None:
        return frozenset(), not _SAYING.isdisjoint(word.surface for word in words)
    end = next((n for n in range(at + 1, len(words)) if words[n].joint and words[n].surface in _GOES_ON), len(words))
    behind = [word for word in words[at + 1 : end] if word.content]
    if len(behind) < _REACH_EN:
        joint = _clause_start(words, at)
        if words[joint].surface in _GOES_ON or at - joint > _SPEAKER:
            return frozenset(), True
        behind = [word for word in words[:joint] if word.content]
    return frozenset(word.stem for word in behind), True


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
    coming, past = _times(words)
    return Stance(
        frozenset(denied - {""}),
        frozenset(verbs),
        negations,
        hedged,
        coming=coming,
        past=past,
        told=_told_japanese(text, words),
        tells=bool(_TELLS_JA.search(text)),
        bound=_bound_japanese(text, words),
    )


def _bound_japanese(text: str, words: Sequence[Token]) -> frozenset[str]:
    """Content stems behind the words of a condition."""
    found = _IF_JA.search(text)
    behind = text[found.end() :].lower() if found else ""
    return frozenset(word.stem for word in words if word.content and word.surface in behind)


def _told_japanese(text: str, words: Sequence[Token]) -> frozenset[str]:
    """Content stems before the words that give something as somebody's, without who says so."""
    found = _TELLS_JA.search(text)
    if not found:
        return frozenset()
    said = _SPEAKER_JA.sub("", text[: found.start()])
    return frozenset(word.stem for word in words if word.content and word.surface in said.lower())


def _times(words: Sequence[Token]) -> tuple[frozenset[str], frozenset[str]]:
    """(verbs in a form that says nothing has happened yet, verbs in the past): 「始まる」, 「始まった」."""
    coming, past = set[str](), set[str]()
    for i, word in enumerate(words):
        if not word.content or word.pos not in {"動詞", "名詞"}:
            continue
        tail = []
        for following in words[i + 1 : i + 5]:
            if following.content or following.pos == "助詞":
                break
            tail.append(following.surface)
        form = "".join(tail)
        is_verb = word.pos == "動詞"
        if form.endswith(("た", "だ")) and (is_verb or len(form) > 1):
            past.add(word.stem)
        elif form in _TO_COME_JA or (not form and is_verb and word.surface.endswith(_BASE_JA)):
            coming.add(word.stem)
    return frozenset(coming - past), frozenset(past)


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
