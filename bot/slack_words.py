"""What somebody typed after `/digest`, read as a command of the table. Pure: words in, a command out."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.commands import Command, Option
from digests.catalog import Catalogs

_QUOTES = {'"': '"', "“": "”", "”": "”", "„": "”", "«": "»", "「": "」", "『": "』", "＂": "＂"}
# Slack sends `<https://example.com|example.com>` where the app asks for escaped text.
_LINK = re.compile(r"<(https?://[^|>\s]+)(?:\|[^>]*)?>")
_MENTION = re.compile(r"<[@#!][^|>\s]*\|([^>]*)>")
_ADDRESS = re.compile(r"https?://\S+", re.IGNORECASE)
_HALF = r"[ap]\.?m\.?"
_CLOCK = re.compile(rf"(?:午前|午後|朝)?\d{{1,2}}(?:[:：時](?:\d{{0,2}}分?|半)(?:{_HALF})?|{_HALF})", re.IGNORECASE)
_APART = re.compile(rf"(?<=\d)\s+(?={_HALF}(?:\s|$))", re.IGNORECASE)
_ZONE = re.compile(r"[A-Za-z_]+/[A-Za-z_/+-]+|UTC|JST", re.IGNORECASE)
_WINDOWS = {"subscribe": "admin-new", "search": "window-search"}
_JAPANESE = re.compile("[\u3040-\u30ff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A command with its options. `language` is what the words themselves show of the reader's, if anything."""

    command: str
    options: Mapping[str, str] = field(default_factory=dict)
    language: str | None = None
    opens: str = ""
    """The verb of the window that asks for what was left out, where there is one."""


def asked(text: str, commands: Sequence[Command], catalogs: Catalogs) -> Asked:
    """The command in `text`: named in any language; a bare address is an article, other words a search, nothing or
    an incomplete command a request for help."""
    words = tuple(split(_APART.sub("", unescaped(text)) if _is_admins(commands) else unescaped(text)))
    if not words:
        opens = "" if _is_admins(commands) else "window-search"
        return Asked(command=_default(commands), opens=opens)
    command, language = _named(words[0], commands, catalogs)
    language = language or ("ja" if _JAPANESE.search(text) else None)
    if command is None:
        command = _meant(words, commands)
    else:
        words = words[1:]
    if command is None:
        said = {"unclear": " ".join(words)} if _is_admins(commands) else {}
        return Asked(command=_default(commands), options=said, language=language)
    options = _named_options(command, words, catalogs) if command.section == "admin" else _options(command, words)
    if any(option.required and not options.get(option.name) for option in command.options):
        return Asked(command=_default(commands), language=language, opens=_WINDOWS.get(command.name, ""))
    return Asked(command=command.name, options=options, language=language)


def split(text: str) -> Iterator[str]:
    """Words between white space of any width; a quoted run (" ", “ ”, 「 」, 『 』) that begins a word is one word.

    An apostrophe is no quote (Putin's), and a quote that is never closed is a character like any other.
    """
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        end = text.find(_QUOTES[text[at]], at + 1) if text[at] in _QUOTES else -1
        after = end + 1
        if end > at and (after == len(text) or text[after].isspace()):
            word, at = text[at + 1 : end].strip(), after
        else:
            word = re.split(r"\s", text[at:], maxsplit=1)[0]
            at += len(word)
        if word:
            yield word


def unescaped(text: str) -> str:
    """What a person typed or wrote, without Slack's own marks around links and mentions."""
    text = _MENTION.sub(r" \1 ", _LINK.sub(r" \1 ", text))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _named(word: str, commands: Sequence[Command], catalogs: Catalogs) -> tuple[Command | None, str | None]:
    """The command of this name and the language the name is in; English names say nothing of the language."""
    folded = _folded(word)
    for command in commands:
        if folded == _folded(command.name):
            return command, None
        for language in catalogs.languages:
            catalog, key = catalogs.of(language), f"{command.key}.name"
            if catalog.has(key) and folded == _folded(catalog(key)):
                return command, language
    return None, None


def _meant(words: Sequence[str], commands: Sequence[Command]) -> Command | None:
    """What words without a command mean: a digest (for admins a preview) of an address, or `search`."""
    if len(words) == 1 and _ADDRESS.fullmatch(words[0]):
        name = "preview" if _is_admins(commands) else "article"
        return next((command for command in commands if command.name == name), None)
    return next((command for command in commands if command.name == "search"), None)


def _options(command: Command, words: Sequence[str]) -> Mapping[str, str]:
    """One word for each option, and for the last one all that is left."""
    names = [option.name for option in command.options]
    if not names:
        return {}
    texts = [*words[: len(names) - 1], " ".join(words[len(names) - 1 :])]
    return {name: text for name, text in zip(names, texts, strict=False) if text}


def _named_options(command: Command, words: Sequence[str], catalogs: Catalogs) -> Mapping[str, str]:
    """Options in any order: `zone=Asia/Tokyo`, or a word that can only be one thing (07:00, weekdays, Asia/Tokyo);
    what is left is the first option that has nothing yet."""
    found: dict[str, str] = {}
    left: list[str] = []
    for word in words:
        name, value = _recognised(command, word, catalogs)
        if name and name not in found:
            found[name] = value
        else:
            left.append(word)
    free = next((option.name for option in command.options if option.name not in found), None)
    return {**found, free: " ".join(left)} if left and free else found


def _recognised(command: Command, word: str, catalogs: Catalogs) -> tuple[str | None, str]:
    names = {option.name: option for option in command.options}
    name, sign, value = word.partition("=")
    if sign and _folded(name) in names:
        option = names[_folded(name)]
        return option.name, _choice(option, value, catalogs) or value
    if "at" in names and _CLOCK.fullmatch(word):
        return "at", word
    if "zone" in names and _ZONE.fullmatch(word):
        return "zone", word
    chosen = ((option.name, _choice(option, word, catalogs)) for option in command.options)
    return next(((name, value) for name, value in chosen if value), (None, word))


def _choice(option: Option, word: str, catalogs: Catalogs) -> str | None:
    """The choice a word names, in any language."""
    for value in option.choices:
        local = (catalogs.of(language)(f"choice.{value}") for language in catalogs.languages)
        if _folded(word) in (value, *map(_folded, local)):
            return value
    return None


def _default(commands: Sequence[Command]) -> str:
    """What nothing, or nothing that makes sense, asks for."""
    return "list" if _is_admins(commands) else "help"


def _is_admins(commands: Sequence[Command]) -> bool:
    return any(command.section == "admin" for command in commands)


def _folded(word: str) -> str:
    return unicodedata.normalize("NFKC", word).casefold()
