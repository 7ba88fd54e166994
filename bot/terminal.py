"""What the command line shows: tables, findings, the article coloured by section. Prints; decides nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.padding import Padding
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

from bot.chat_console import CONTROL
from bot.linebreaks import Wrapped, hung
from digests.catalog import Catalog
from digests.layout import gist_of
from digests.model import Article, Digest, Role
from digests.ports import Finding
from digests.reasons import reason_in
from digests.redact import redacted
from digests.store import FeedHealth, Hit

COLOURS: dict[Role | None, str] = {
    "development": "cyan",
    "stakes": "yellow",
    "dynamics": "magenta",
    "outlook": "green",
    None: "dim",
}
HIT = 15
"""Columns of a hit's number and date."""
STAGES = {"poll": "Fetching", "digest": "Digesting", "deliver": "Delivering"}


def print_hits(console: Console, hits: Sequence[Hit], catalog: Catalog) -> None:
    """One article a row: date, headline, gist, address."""
    for number, hit in enumerate(hits, 1):
        when = (hit.article.published or hit.article.first_seen).date().isoformat()
        console.print(hung(Text(f"{number:>2}  {when}", "dim"), Text(clean(hit.article.title), "bold"), HIT))
        if told := gist_of(hit.digest):
            console.print(Padding(Wrapped(Text(clean(told))), (0, 0, 0, HIT + 1)))
        console.print(Text(" " * (HIT + 1) + clean(hit.article.url), "dim"), soft_wrap=True)


def hits_form(hits: Sequence[Hit]) -> list[dict[str, Any]]:
    return [
        {
            "id": hit.article.id,
            "title": hit.article.title,
            "url": hit.article.url,
            "language": hit.article.language,
            "published": hit.article.published.isoformat() if hit.article.published else None,
            "gist": gist_of(hit.digest) or None,
            "score": round(hit.score, 4),
        }
        for hit in hits
    ]


def print_feeds(console: Console, feeds: Sequence[FeedHealth], words: Catalog) -> None:
    table = Table(box=None, pad_edge=False)
    for name in ("feed", "role", "articles", "health"):
        table.add_column(words(f"status.column.{name}"), overflow="fold")
    for health in feeds:
        title = f"{clean(health.feed.title)}\n" if health.feed.title else ""
        role = words(f"status.feed.{health.feed.role}")
        cells = (f"{title}{clean(health.feed.url)}", role, str(health.articles), health_text(health, words))
        table.add_row(*map(Text, cells))
    console.print(table)


def health_text(health: FeedHealth, words: Catalog) -> str:
    """A feed's health in a few words."""
    state = health.state
    reason = clean(reason_in(words, state.last_error, health.feed.url))
    if state.stopped:
        return words("status.feed.stopped", reason=reason)
    if state.failures:
        return words("status.feed.failing", number=state.failures, reason=reason)
    if state.polled is None:
        return words("status.feed.new")
    return words("status.feed.noted", note=reason_in(words, state.note)) if state.note else words("status.feed.well")


def feeds_form(feeds: Sequence[FeedHealth], words: Catalog) -> list[dict[str, Any]]:
    return [
        {
            "url": health.feed.url,
            "title": health.feed.title,
            "role": health.feed.role,
            "articles": health.articles,
            "health": health_text(health, words),
            "polled": health.state.polled.isoformat() if health.state.polled else None,
            "next_poll": health.state.next_poll.isoformat() if health.state.next_poll else None,
        }
        for health in feeds
    ]


def print_finding(console: Console, finding: Finding) -> None:
    finding = _told(finding)
    mark, style = ("!", "yellow") if finding.ok and finding.warning else ("✓", "green") if finding.ok else ("✗", "red")
    fix = f"\n    [dim]→ {escape(finding.fix)}[/dim]" if finding.fix and (not finding.ok or finding.warning) else ""
    line = f"[{style}]{mark}[/{style}] {escape(finding.subject)}: {escape(finding.text)}{fix}"
    console.print(line, soft_wrap=True, highlight=False)


def finding_form(finding: Finding) -> dict[str, Any]:
    finding = _told(finding)
    state = "warning" if finding.ok and finding.warning else "ok" if finding.ok else "error"
    return {"subject": finding.subject, "state": state, "text": finding.text, "fix": finding.fix}


def _told(finding: Finding) -> Finding:
    """The finding as it may be pasted anywhere: an address in it may carry a password or a token."""
    subject, text, fix = (clean(redacted(said)) for said in (finding.subject, finding.text, finding.fix))
    return replace(finding, subject=subject, text=text, fix=fix)


def print_explained(console: Console, article: Article, digest: Digest, catalog: Catalog) -> None:
    """The whole article, each sentence in the colour of its section, brighter where it matters more."""
    legend = Text()
    for section in digest.sections:
        legend.append(f"■ {section.number} {catalog(f'digest.role.{section.role}')}  ", COLOURS[section.role])
    console.print(legend)
    coloured = Text(article.text)
    for sentence in digest.sentences:
        weight = " bold" if sentence.salience >= 0.5 else ""
        coloured.stylize(f"{COLOURS[sentence.role]}{weight}", sentence.start, sentence.end)
    console.print(Padding(coloured, (1, 0)))


def progress_bar(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
    )


def clean(text: str) -> str:
    return text.translate(CONTROL)
