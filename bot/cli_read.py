"""The verbs that answer: digest, rank, search, latest."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Annotated, BinaryIO

import typer

from bot.app import THINKING_MEMORY, catalogs, opened, reading
from bot.chat_console import rendered
from bot.cli_base import Session, one_line_errors, print_json, print_stream, reader, run
from bot.digesting import digested
from bot.inputs import BadInput, article_of_file
from bot.poll import article_of_url
from bot.ranking import rank_lines
from bot.seeking import Seeker
from bot.stream import Making, digest_lines
from bot.terminal import hits_form, print_explained, print_hits, progress_bar
from bot.workers import Workers
from bot.world import DIGEST_SECONDS
from digests.errors import NotFound
from digests.form import digest_form
from digests.layout import digest_message, length_of
from digests.lengths import shortened
from digests.model import Article, Digest
from digests.printed import html, markdown, plain

FORMATS = ("text", "json", "markdown", "html")
PATIENCE = 30.0
"""Seconds a search waits for the meaning of a question: a model is loaded first."""
SAY_EVERY = 15.0
"""Seconds between two lines of progress where no bar can be drawn."""


def digest_verb(
    context: typer.Context,
    source: Annotated[str | None, typer.Argument(help="A URL, a file, or - for standard input.")] = None,
    jsonl: Annotated[bool, typer.Option("--jsonl", help="Articles as JSON Lines on standard input.")] = False,
    form: Annotated[str, typer.Option("--format", help=f"One of {', '.join(FORMATS)}.")] = "text",
    length: Annotated[
        str | None, typer.Option("--length", help="compact, standard or full; default: standard, with --jsonl full.")
    ] = None,
    language: Annotated[str | None, typer.Option("--language", help="Language of headings, such as ja.")] = None,
    explain: Annotated[bool, typer.Option("--explain", help="Show every sentence with its scores.")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="Without sentence embeddings: words alone.")] = False,
) -> None:
    """Digest one article, or a stream of them, without storing anything."""
    session: Session = context.obj
    if form not in FORMATS:
        raise typer.BadParameter(f"«{form}» is not a format; take {', '.join(FORMATS)}")
    try:
        chosen = length_of(length or ("full" if jsonl else "standard"))
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    if jsonl == (source is not None):
        raise typer.BadParameter("give a URL, a file or -, or --jsonl for JSON Lines on standard input")
    making = Making(catalogs=catalogs(), length=chosen, explain=explain, embeddings=not fast, language=language)
    if jsonl:
        with one_line_errors(session):
            session.settings()
        run(session, print_stream(session, lambda workers: digest_lines(workers, lines_or_errors(), making)))
    else:
        run(session, _digest(session, source or "-", making, form))


def lines_or_errors(file: BinaryIO | None = None, name: str = "") -> Iterator[str | BadInput]:
    """Lines of a file, by default of standard input; in place of one that is not UTF-8 its error."""
    where = f"{name} " if name else ""
    for number, line in enumerate(file or sys.stdin.buffer, 1):
        try:
            yield line.decode("utf-8")
        except UnicodeDecodeError:
            yield BadInput(f"{where}line {number}: not UTF-8; JSON Lines are UTF-8")


def input_lines(file: BinaryIO | None = None, name: str = "") -> Iterator[str]:
    """The same, where every line is needed. Raises BadInput."""
    for line in lines_or_errors(file, name):
        if isinstance(line, BadInput):
            raise line
        yield line


async def _digest(session: Session, source: str, making: Making, form: str) -> None:
    article = await _article(session, source)
    workers = Workers(processes=1, memory=THINKING_MEMORY)
    language = making.language or article.language
    try:
        with _waiting(session):
            full = await workers.run(
                digested, article, (), (), language, making.catalogs, making.embeddings, seconds=DIGEST_SECONDS
            )
    finally:
        await workers.close()
    _print_digest(session, article, shortened(full, making.length), making, form)


async def _article(session: Session, source: str) -> Article:
    if source.startswith(("http://", "https://")):
        async with reading(session.settings()) as desk:
            return await article_of_url(desk, source)
    session.settings()
    return article_of_file(_bytes(source), source)


def _bytes(source: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if source == "-" else Path(source).read_bytes()
    except OSError as error:
        raise BadInput(f"{source}: {error.strerror or error}") from None


@contextmanager
def _waiting(session: Session) -> Iterator[None]:
    if not session.errors.is_terminal:
        yield
        return
    with session.errors.status("Reading…"):
        yield


def _print_digest(session: Session, article: Article, digest: Digest, making: Making, form: str) -> None:
    catalog = making.catalogs.of(digest.language)
    message = digest_message(digest, catalog)
    if form == "json":
        print_json(digest_form(digest, explain=making.explain))
    elif form == "markdown":
        sys.stdout.write(markdown(message))
    elif form == "html":
        sys.stdout.write(html(message))
    elif session.console.is_terminal:
        session.console.print(rendered(message, session.console.width))
    else:
        sys.stdout.write(plain(message))
    if making.explain and form == "text":
        print_explained(session.console, article, digest, catalog)


def rank_verb(
    context: typer.Context,
    corpus: Annotated[
        Path, typer.Option("--corpus", help="Articles as JSON Lines.", exists=True, dir_okay=False, readable=True)
    ],
    fast: Annotated[bool, typer.Option("--fast", help="Without sentence embeddings: words alone.")] = False,
) -> None:
    """For each article on standard input (JSON Lines) the ids of the closest ones in a corpus, best first."""
    session: Session = context.obj
    run(session, _rank(session, corpus, embeddings=not fast))


async def _rank(session: Session, corpus: Path, *, embeddings: bool) -> None:
    session.settings()
    workers = Workers(processes=os.cpu_count() or 1, memory=THINKING_MEMORY)
    try:
        with corpus.open("rb") as file, _counting(session, "Embedding") as told:
            lines = rank_lines(
                workers, input_lines(file, corpus.name), input_lines(), embeddings=embeddings, progress=told
            )
            async for line in lines:
                sys.stdout.write(line + "\n")
                sys.stdout.flush()
    finally:
        await workers.close()


@contextmanager
def _counting(session: Session, what: str) -> Iterator[Callable[[int, int], None]]:
    """A bar on a terminal; elsewhere a line now and then on standard error, none for what is soon done."""
    if session.errors.is_terminal:
        with progress_bar(session.errors) as bar:
            task = bar.add_task(what, total=None)
            yield lambda done, total: bar.update(task, completed=done, total=total)
        return
    said = monotonic()

    def say(done: int, total: int) -> None:
        nonlocal said
        if monotonic() - said >= SAY_EVERY:
            said = monotonic()
            session.errors.print(f"chokan: {what.lower()} {done} of {total}", highlight=False)

    yield say


def search_verb(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help="What to look for.")],
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most answers.")] = 10,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    fast: Annotated[bool, typer.Option("--fast", help="By words alone, without what means the same.")] = False,
) -> None:
    """Search the archive. Exit code 1 when nothing is found."""
    session: Session = context.obj
    run(session, _search(session, " ".join(words), limit, json_out=json_out, fast=fast))


async def _search(session: Session, words: str, limit: int, *, json_out: bool, fast: bool) -> int:
    settings = session.settings()
    async with opened(settings, session.console) as world:
        seeker = Seeker(
            world.store, world.links, world.thinking, embeddings=world.embeddings and not fast, patience=PATIENCE
        )
        hits = await seeker.search(words, limit=limit, viewer=None)
    if json_out:
        print_json(hits_form(hits))
    elif hits:
        print_hits(session.console, hits, reader(settings))
    else:
        session.console.print(reader(settings)("command.search.none", words=words), markup=False, highlight=False)
    return 0 if hits else 1


def latest_verb(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=100, help="Most answers.")] = 10,
    feed: Annotated[str | None, typer.Option(help="Only this feed's.")] = None,
    json_out: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """The newest digests in the archive."""
    session: Session = context.obj
    run(session, _latest(session, limit, feed, json_out=json_out))


async def _latest(session: Session, limit: int, feed: str | None, *, json_out: bool) -> None:
    settings = session.settings()
    async with opened(settings, session.console) as world:
        if feed and feed not in {health.feed.url for health in await world.store.feeds()}:
            raise NotFound(f"{feed}: no such feed; see: chokan feeds list")
        hits = await world.store.latest(limit=limit, feed=feed)
    if json_out:
        print_json(hits_form(hits))
    elif hits:
        print_hits(session.console, hits, reader(settings))
    else:
        session.console.print(reader(settings)("command.latest.none"), markup=False, highlight=False)
