"""What stands in an article's text and is not the article: bylines, captions, credits, share prompts, notes, datelines.

Told from its form alone, so that nothing a journalist wrote as a sentence is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from importlib.resources import files
from typing import Any

_Forms = Mapping[str, re.Pattern[str]]
_TOLD = re.compile(r"\b(?:will|would|said|says|told|since|had|believes?|because|than|first)\b")
"""Words of a report, which captions do without."""
LONGEST_CREDIT = 90
"""Characters of a sentence in which a credit must end."""
_CREDIT_END = re.compile(
    r"(?:[がの](?:[^、。「」はがを]{0,12}日(?:に|付で|の)?|別の?)?(?:報道|記事|(?:伝え|報じ)たところ))?に(?:よると|よれば)[、，]?\s?"
)
FAR = re.compile("[\u3000-\uffff]")
_YEAR = re.compile(r"\d\d{3}")
_TAIL = 28
"""Characters that a date with its year, and what may follow it in a caption, end in."""
_SHOUTED = re.compile(r"[A-Z][A-Z &'’.\-]{3,40}")
_SENTENCE_END = re.compile(r"[.!?。！？…][\"”’'」』）)\]]*$")


def dateline(head: str) -> int:
    """How many characters at the start of a line are a dateline such as `NEW YORK (Reuters) - `; 0 if there is none."""
    if plainly_begun(head, 0, len(head)):
        return 0
    return max((match.end() for form in _datelines() if (match := form.match(head))), default=0)


def plainly_begun(text: str, start: int, end: int) -> bool:
    """Whether `text[start:end]` begins with a word of small letters, capitalised or not: no dateline begins so, but one
    in brackets, and no bullet."""
    return (
        text[start : start + 1].isalpha() and text[start + 1 : start + 2].islower() and text.find("(", start, end) < 0
    )


def credit(head: str) -> int:
    """How many characters at the start of a Japanese sentence only credit other media (「共同通信によると、」), or 0.
    Authorities and firms are not media: who says so belongs to what they say."""
    ends = _CREDIT_END.search(head, 0, LONGEST_CREDIT)
    if not ends or not _forms()["outlets"].fullmatch(head, 0, ends.start()):
        return 0
    return ends.end()


def listed(head: str) -> int:
    """How many characters at the start of a Japanese sentence are a list of other headlines that its page put before it
    without a mark: up to a credit, a date or a name with a date; 0 where there is none, or its end is not told."""
    forms = _forms()
    begins = forms["list"].match(head)
    ends = forms["list_end"].search(head, begins.end()) if begins else None
    return ends.start() if ends else 0


def marked(texts: Sequence[str], language: str, dated: int = 0) -> list[str | None]:
    """For each sentence of an article, in order: which kind of boilerplate it is, or None. The first behind a dateline
    is number `dated`: what agencies put before it are captions, credits and notes, often a copy of the lead."""
    whole = "\n".join(texts)
    inside = [word for word in _tables()["inside"] if word in whole]
    forms = _forms()
    kinds = [_kind(text, inside, forms) for text in texts]
    kinds[:dated] = [kind or "caption" for kind in kinds[:dated]]
    for i in [i for i, kind in enumerate(kinds) if kind in ("credit", "caption")]:
        _mark_captions(texts, kinds, i)
    return kinds


def _mark_captions(texts: Sequence[str], kinds: list[str | None], at: int) -> None:
    """Beside a photo credit, a sentence that is written like a caption is one."""
    for i in (at - 1, at + 1):
        if 0 <= i < len(texts) and kinds[i] is None and looks_like_caption(texts[i]):
            kinds[i] = "caption"


def _kind(text: str, inside: Sequence[str], forms: _Forms) -> str | None:
    """Which kind of boilerplate a sentence is, by its form alone; None: it may be the article's own. `inside`: words of
    floating forms that its article holds."""
    if len(text) > 600:
        return None
    found = forms["lines"].fullmatch(text) if _may_be_line(text, inside, forms) else None
    if found:
        return found.lastgroup
    if ("/" in text or "(" in text or "REUTERS" in text) and forms["credit_tail"].search(text):
        return "credit"
    if looks_like_caption(text):
        return "caption"
    if _SHOUTED.fullmatch(text) and " " in text and not _SENTENCE_END.search(text):
        return "heading"
    return None


def _may_be_line(text: str, inside: Sequence[str], forms: _Forms) -> bool:
    """Whether it is worth the time to try all forms of lines: those that begin with anything at all need a word, or are
    of scripts of the Far East."""
    if not text.isascii() and FAR.search(text):
        return True
    for word in inside:
        if word in text:
            return True
    return forms["anchored"].fullmatch(text) is not None


def is_floating(form: str) -> bool:
    """Whether a form of lines may begin with anything."""
    return form.removeprefix("(?:").startswith((".", "[^", "\\S"))


def looks_like_caption(text: str) -> bool:
    """Photo agencies end a caption with its full date, and write it in the present tense."""
    if not _YEAR.search(text, max(0, len(text) - _TAIL)):
        return False
    if not _forms()["caption_date"].search(text) or _TOLD.search(text):
        return False
    return _is_pictured(text)


def _is_pictured(text: str) -> bool:
    forms = _forms()
    return bool(forms["present"].match(text) or forms["caption_form"].search(text))


@lru_cache(maxsize=1)
def _tables() -> Mapping[str, Any]:
    """`data/boilerplate.json`: expressions by kind, read once a process."""
    found: Mapping[str, Any] = json.loads((files("digests") / "data" / "boilerplate.json").read_text(encoding="utf-8"))
    return found


@lru_cache(maxsize=1)
def _forms() -> _Forms:
    tables = _tables()
    lines = "|".join(f"(?P<{kind}>{'|'.join(forms)})" for kind, forms in tables["lines"].items())
    anchored = "|".join(form for forms in tables["lines"].values() for form in forms if not is_floating(form))
    single = ("credit_tail", "caption_date", "caption_form", "present", "outlets", "list", "list_end")
    forms = {"lines": lines, "anchored": anchored, **{name: tables[name] for name in single}}
    return {name: re.compile(form) for name, form in forms.items()}


@lru_cache(maxsize=1)
def _datelines() -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(form) for form in _tables()["datelines"])
