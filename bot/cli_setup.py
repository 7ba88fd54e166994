"""`chokan setup`: the wizard at the terminal and, with `--web`, in a browser."""

from __future__ import annotations

import asyncio
import os
import secrets
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Annotated

import typer

from bot.app import THINKING_MEMORY, catalogs, reading
from bot.app_web import address_of, setup_pages
from bot.cli_base import CONFIG, Session, fail, one_line_errors, terminal_language
from bot.finding import guessed_zone
from bot.invitations import application_of, discord_invite, slack_manifest
from bot.wizard import WANTED, Draft, Files, Wizard, Wrong, explained
from bot.workers import Workers
from config.settings import Settings, SettingsError, load_settings
from digests.catalog import Catalog
from digests.errors import ChokanError, ConfigError
from digests.layout import digest_message
from digests.printed import plain

SEEN = 5.0
"""Seconds the last page is served after the configuration was written: long enough to be fetched whole."""


def setup_verb(
    context: typer.Context,
    site: Annotated[str, typer.Option("--site", help="Address of a site or of its feed.")] = "",
    platform: Annotated[str, typer.Option("--platform", help="discord, slack or console.")] = "",
    channel: Annotated[str, typer.Option("--channel", help="Number, id or address of the channel.")] = "",
    at: Annotated[str, typer.Option("--at", help="Local time of the edition, such as 07:00.")] = "",
    zone: Annotated[str, typer.Option("--zone", help="Time zone, such as Asia/Tokyo.")] = "",
    language: Annotated[str, typer.Option("--language", help="ja or en.")] = "",
    web: Annotated[bool, typer.Option("--web", help="Ask in a browser instead.")] = False,
    manifest: Annotated[bool, typer.Option("--manifest", help="Print the Slack app's manifest, then stop.")] = False,
    manifest_url: Annotated[str, typer.Option("--manifest-url", help="The same over HTTP: our address.")] = "",
) -> None:
    """Set Chokan up: a site, a preview, Discord or Slack, and the files it needs. Tokens come from the environment or
    are asked for; what was answered is kept, so it can be stopped and gone on with."""
    session: Session = context.obj
    words = catalogs().of(language or terminal_language(os.environ))
    if manifest or manifest_url:
        sys.stdout.write(slack_manifest(catalogs(), words.language, url=manifest_url) + "\n")
        return
    if not web:
        signal.signal(signal.SIGINT, _interrupt)
    wishes = {"at": at, "zone": zone, "language": language}
    asked = _on_web(session) if web else _in_terminal(session, site, platform, channel, wishes)
    try:
        with one_line_errors(session):
            asyncio.run(asked)
    except (typer.Abort, KeyboardInterrupt):
        _say(session, "\n" + words("setup.stopped"))
        raise typer.Exit(130) from None
    except typer.Exit as error:
        if error.exit_code == 130:
            _say(session, "\n" + words("setup.stopped"))
        raise


def _interrupt(*_: object) -> None:
    """Ctrl+C ends a question at once: asyncio's own handler would wait until it is answered."""
    raise KeyboardInterrupt


@asynccontextmanager
async def _wizard(session: Session) -> AsyncIterator[tuple[Wizard, Settings]]:
    settings = session.settings()
    thinking = Workers(processes=1, memory=THINKING_MEMORY)
    known = {name: os.environ.get(name, "") for names in WANTED.values() for name in names}
    language = terminal_language(os.environ)
    draft = Draft(language=language, zone=_own_zone(language))
    files = Files(folder=Path(), config=session.config or Path(CONFIG), check=_check)
    try:
        async with reading(settings) as desk:
            yield Wizard(desk, thinking, catalogs(), files, draft=draft, known=known), settings
    finally:
        await thinking.close()


def _check(path: Path) -> None:
    try:
        load_settings({}, path)
    except SettingsError as error:
        raise ConfigError(str(error)) from None


def _own_zone(language: str) -> str:
    """This machine's time zone where it says so, else where most readers of the language live."""
    named = os.environ.get("TZ", "")
    linked = os.path.realpath("/etc/localtime").partition("zoneinfo/")[2]
    name = named or linked
    return name if "/" in name and not name.startswith("Etc/") else guessed_zone(language)


# --- at the terminal --------------------------------------------------------------------------------------------------


async def _in_terminal(session: Session, site: str, platform: str, channel: str, wishes: dict[str, str]) -> None:
    async with _wizard(session) as (wizard, _):
        asks = sys.stdin.isatty()
        await _find(session, wizard, site, wishes, asks=asks)
        _place(session, wizard, platform, channel, asks=asks)
        _finish(session, wizard, asks=asks)


def _words(wizard: Wizard) -> Catalog:
    return wizard.catalogs.of(wizard.draft.language)


async def _find(session: Session, wizard: Wizard, site: str, wishes: dict[str, str], *, asks: bool) -> None:
    _settle(session, wizard, wishes, asks=asks)
    words = _words(wizard)
    if wizard.draft.feed and not site:
        _say(session, words("setup.found", title=wizard.draft.title) + f" {wizard.draft.feed}")
        return
    while True:
        address = site or _asked(words("setup.site"), "--site", words, asks=asks)
        try:
            with session.errors.status(words("setup.slow")) if session.errors.is_terminal else session.errors.capture():
                digests = await wizard.find(address)
            break
        except ChokanError as error:
            site = _again(session, explained(error, words), asks=asks)
    _say(session, words("setup.found", title=wizard.draft.title) + f" {wizard.draft.feed}\n")
    for digest in digests:
        _say(session, plain(digest_message(digest, wizard.catalogs.of(digest.language))))


def _settle(session: Session, wizard: Wizard, wishes: dict[str, str], *, asks: bool) -> None:
    questions = {"language": "setup.language.ask", "zone": "setup.zone", "at": "setup.at"}
    for name, question in questions.items():
        said = wishes[name]
        while True:
            if not said and asks and not wizard.draft.feed:
                said = typer.prompt(_words(wizard)(question), default=getattr(wizard.draft, name))
            try:
                wizard.settle(**{name: said})
                break
            except ChokanError as error:
                said = _again(session, explained(error, _words(wizard)), asks=asks)


def _place(session: Session, wizard: Wizard, platform: str, channel: str, *, asks: bool) -> None:
    words = _words(wizard)
    if wizard.draft.platform and not platform:
        return
    while True:
        chosen = platform or _asked(words("setup.platform.ask"), "--platform", words, asks=asks)
        try:
            wizard.hold(_tokens(session, wizard, chosen, words) if asks else {})
            if not channel and chosen != "console":
                channel = _asked(words("setup.channel.ask"), "--channel", words, asks=asks)
            wizard.place(chosen, channel)
        except Wrong as error:
            platform = channel = _again(session, explained(error, words), asks=asks)
        else:
            return


def _tokens(session: Session, wizard: Wizard, platform: str, words: Catalog) -> dict[str, str]:
    """Tokens nobody gave yet, asked for without showing them; none of them has to be given now."""
    missing = wizard.missing(platform)
    if missing:
        manifest = f"\n\n{slack_manifest(wizard.catalogs, words.language)}" if platform == "slack" else ""
        _say(session, f"{words(f'setup.{platform}.steps')}{manifest}\n")
    return {
        name: typer.prompt(words(f"setup.token.{name}"), hide_input=True, default="", show_default=False)
        for name in missing
    }


def _finish(session: Session, wizard: Wizard, *, asks: bool) -> None:
    words, draft = _words(wizard), wizard.draft
    to = f"{draft.platform} {draft.channel}".strip()
    _say(session, f"\n{draft.title} → {to}, {draft.at} {draft.zone}")
    if asks and not typer.confirm(words("setup.write.ask"), default=True):
        wizard.again()
        raise typer.Abort
    missing = wizard.missing()
    path = wizard.finish()
    application = application_of(wizard.known("DISCORD_TOKEN")) if draft.platform == "discord" else None
    if application:
        _say(session, f"{words('setup.invite')} {discord_invite(application)}")
    if draft.platform == "slack":
        _say(session, words("setup.slack.invite"))
    if missing:
        _say(session, words("setup.missing", names=", ".join(missing)))
    _say(session, words("setup.done", file=path) + "\n  chokan check\n  chokan run")


def _asked(question: str, option: str, words: Catalog, *, asks: bool) -> str:
    """An answer; where nobody can be asked, `ConfigError` names the option to give."""
    if not asks:
        raise ConfigError(words("setup.option", option=option))
    return str(typer.prompt(question))


def _again(session: Session, problem: str, *, asks: bool) -> str:
    """Say what is wrong and ask anew; where nobody can be asked, that is the end."""
    if not asks:
        fail(session, problem)
    session.errors.print(problem, style="red", markup=False, highlight=False, soft_wrap=True)
    return ""


def _say(session: Session, text: str) -> None:
    session.console.print(text, markup=False, highlight=False, soft_wrap=True)


# --- in a browser -----------------------------------------------------------------------------------------------------


async def _on_web(session: Session) -> None:
    async with _wizard(session) as (wizard, settings):
        await setup_on_web(session, wizard, settings)


async def setup_on_web(session: Session, wizard: Wizard, settings: Settings) -> None:
    """Serve the wizard until it is through or somebody stops it. The key in the address is new each time."""
    from bot.web import bound, serving

    key, stop = secrets.token_urlsafe(18), asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    with bound("127.0.0.1", settings.web.port) as listener:
        here = address_of("127.0.0.1", listener.getsockname()[1])
        app, pages = setup_pages(wizard, here, key, wizard.draft.language)
        async with serving(app, listener):
            _say(session, f"{_words(wizard)('setup.open')}\n  {here}/setup?key={key}")
            ends: set[asyncio.Task[bool]] = {asyncio.create_task(e.wait()) for e in (pages.done, stop)}
            await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
            for task in ends:
                task.cancel()
            if not pages.done.is_set():
                raise typer.Abort
            _say(session, _words(wizard)("setup.done", file=pages.written) + "\n  chokan check\n  chokan run")
            await asyncio.sleep(SEEN)
