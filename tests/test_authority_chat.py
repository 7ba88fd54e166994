"""Every command of the table and every verb of a button or form: who may, who may not, and that whoever may not changes
nothing and learns nothing. A new row without an expectation here fails."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from chat_world import HERE, THERE, Newsroom, headline, newsroom, words

from bot.commands import ADMIN_COMMANDS, COMMANDS, VERBS, Press, Reply, Request, Who
from bot.lookups import Quotas
from bot.notices import tell_admins
from bot.trouble import handle
from bot.world import LEASE
from config.catalogs import locales
from digests.catalog import Catalogs
from digests.model import Destination, Feed, FeedState, Subscription

pytestmark = pytest.mark.asyncio(loop_scope="module")
EN = Catalogs(locales()).of("en")
TOLD = Destination(platform="discord", channel="900")
"""The private conversation in which somebody was told."""
Snapshot = dict[str, list[tuple[Any, ...]]]
Stranger = Literal["unknown", "own", "fetches"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What is expected of one command or verb. Placeholders: {order}, {feed}, {handle}, {id}, {url}, {title},
    {other} (a feed nobody has)."""

    who: Who = "anyone"
    given: Mapping[str, str] = field(default_factory=dict)
    """Options of a command; fields of a form."""
    value: str = ""
    changes: bool = False
    """Somebody who may changes the store with it."""
    stranger: Stranger = "own"
    """An admin of another server: `unknown`: is told there is no such thing; `own`: is answered about their own
    things; `fetches`: reads the address itself, as anybody with a browser can."""


COMMAND_ROWS = {
    "latest": Row(given={"feed": "{feed}"}),
    "today": Row(),
    "date": Row(given={"day": "2026-02-13"}),
    "search": Row(given={"words": "{title}"}, changes=True),
    "article": Row(given={"url": "{url}"}, changes=True, stranger="fetches"),
    "related": Row(given={"to": "{id}"}),
    "help": Row(),
    "subscribe": Row(who="admin", given={"url": "{other}", "at": "06:30"}, changes=True, stranger="fetches"),
    "edit": Row(who="admin", given={"subscription": "{order}", "at": "06:30"}, changes=True, stranger="unknown"),
    "pause": Row(who="admin", given={"subscription": "{order}"}, changes=True, stranger="unknown"),
    "resume": Row(who="admin", given={"subscription": "{order}"}, changes=True, stranger="unknown"),
    "remove": Row(who="admin", given={"subscription": "{order}"}, changes=True, stranger="unknown"),
    "list": Row(who="admin"),
    "preview": Row(who="admin", given={"url": "{feed}"}, stranger="fetches"),
    "send-now": Row(who="admin", given={"subscription": "{order}"}, changes=True, stranger="unknown"),
    "why": Row(who="admin", given={"article": "{url}"}),
    "feeds": Row(who="admin"),
    "check": Row(who="admin"),
}
VERB_ROWS = {
    "open": Row(value="{id}", stranger="unknown"),
    "more": Row(value="{id}", stranger="unknown"),
    "less": Row(value="{id}", stranger="unknown"),
    "article": Row(value="{url}", stranger="fetches"),
    "sources": Row(value="{id}", stranger="unknown"),
    "latest": Row(value="0|{feed}"),
    "date": Row(value="0|2026-02-13"),
    "search": Row(value="0|{title}"),
    "related": Row(value="0|{id}"),
    "share": Row(value="open|{id}", stranger="unknown"),
    "wrong": Row(value="{id}", given={"text": "wrong"}, changes=True),
    "forget": Row(changes=True),
    "notice-resume": Row(who="told", value="{order}", changes=True, stranger="unknown"),
    "notice-feed": Row(who="told", value="{order}|{handle}", changes=True, stranger="unknown"),
    "admin-new": Row(who="admin", given={"url": "{feed}"}, stranger="fetches"),
    "admin-subscribe": Row(who="admin", value="{other}", given={"at": "06:30"}, changes=True, stranger="fetches"),
    "admin-card": Row(who="admin", value="{order}", stranger="unknown"),
    "admin-edit": Row(who="admin", value="{order}", given={"at": "06:30"}, changes=True, stranger="unknown"),
    "admin-filters": Row(who="admin", value="{order}", given={"include": "x"}, changes=True, stranger="unknown"),
    "admin-pause": Row(who="admin", value="{order}", changes=True, stranger="unknown"),
    "admin-resume": Row(who="admin", value="{order}", changes=True, stranger="unknown"),
    "admin-remove": Row(who="admin", value="{order}", stranger="unknown"),
    "admin-remove-yes": Row(who="admin", value="{order}", changes=True, stranger="unknown"),
    "admin-send-now": Row(who="admin", value="{order}", changes=True, stranger="unknown"),
    "admin-list": Row(who="admin"),
    "admin-check": Row(who="admin"),
}
ROWS = [("command", name) for name in COMMAND_ROWS] + [("verb", name) for name in VERB_ROWS]


def row_of(kind: str, name: str) -> Row:
    return (COMMAND_ROWS if kind == "command" else VERB_ROWS)[name]


async def test_no_command_and_no_verb_is_without_an_expectation() -> None:
    assert set(COMMAND_ROWS) == {command.name for command in (*COMMANDS, *ADMIN_COMMANDS)}
    admins = {name for name, row in COMMAND_ROWS.items() if row.who == "admin"}
    assert admins == {command.name for command in ADMIN_COMMANDS}
    assert {name: row.who for name, row in VERB_ROWS.items()} == VERBS


@dataclass
class House:
    """A server (500) with one private feed and one subscription; another server (600) that has neither."""

    room: Newsroom
    file: Path
    order: Subscription
    names: dict[str, str]
    secrets: tuple[str, ...]
    """What another server must not read: the subscription's name, the headlines."""

    async def asked(self, kind: str, name: str, origin: Destination, *, admin: bool) -> Reply:
        row = row_of(kind, name)
        given = {key: text.format_map(self.names) for key, text in row.given.items()}
        who: dict[str, Any] = {"locale": "en", "origin": origin, "admin": admin, "reader": "alice"}
        if kind == "command":
            return await self.room.answers.answer(Request(command=name, options=given, **who))
        value = row.value.format_map(self.names)
        return await self.room.answers.press(Press(verb=name, value=value, fields=given, **who))

    def holds(self) -> Snapshot:
        """Every row of every table."""
        with closing(sqlite3.connect(self.file)) as connection:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {t: sorted(connection.execute(f'SELECT * FROM "{t}"'), key=repr) for t in tables}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def built(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    folder = tmp_path_factory.mktemp("authority")
    async with newsroom(folder, feeds=False, quotas=Quotas(lookups=9_999)) as room:
        site = room.stand.sites[0]
        room.stand.publish(3)
        await room.ask("subscribe", url=site.feed_url, at="07:00")
        await room.collect(3)
        (order,) = await room.world.store.subscriptions()
        (hit, *_) = await room.world.store.latest(limit=1, viewer="discord:500")
        names = {
            "order": order.id,
            "feed": site.feed_url,
            "other": room.stand.sites[1].feed_url,
            "handle": handle(site.feed_url),
        }
        names |= {"id": hit.article.id, "url": hit.article.url, "title": hit.article.title}
        secrets = (order.id, *(headline(article) for article in site.articles[:3]))
        yield House(room, folder / "chokan.db", order, names, secrets)


@pytest_asyncio.fixture(loop_scope="module")
async def house(built: House) -> AsyncIterator[House]:
    """The house as it was before the test before, with its feed given up and both told to an admin."""
    store, now, url = built.room.world.store, built.room.world.clock(), built.order.feeds[0]
    for order in await store.subscriptions():
        await store.remove_subscription(order.id)
    await store.add_feed(Feed(url=url, added=now), public=False)
    await store.own_feed(url, "discord:500", now)
    await store.disown_feed(url, "discord:600")
    await store.save_subscription(built.order)
    await store.save_poll(url, FeedState(stopped=True, last_error="410"), now=now)
    await store.withdraw_notices(built.order.id, "open")
    await tell_admins(built.room.world, built.order, "open", "open", name=built.order.id)
    (notice,) = await store.claim_notices(built.room.world.clock(), lease=LEASE, limit=9)
    await store.settle_notice(notice, str(TOLD))
    built.room.world.shelf.subscriptions = await store.subscriptions()
    yield built


def said(reply: Reply) -> str:
    """All that an answer shows, buttons' labels and values among it."""
    messages = [*(m for m in (reply.message, *reply.more, reply.share) if m)]
    buttons = [f"{a.label} {a.value} {a.url}" for message in messages for a in message.actions]
    return "\n".join([*(f"{message.title}\n{words(message)}" for message in messages), *buttons])


REFUSALS = {
    "not-allowed": EN("admin.not-allowed"),
    "not-here": EN("admin.not-here"),
    "gone": EN("command.gone"),
    "quota": EN("command.error.quota"),
    "other": EN("command.error.other"),
}


def refusal(house: House, reply: Reply) -> str:
    """Why nothing was done; "" where it was."""
    unknown = {"unknown": EN("admin.list.unknown", name=house.order.id)}
    return next((name for name, text in (REFUSALS | unknown).items() if text in said(reply)), "")


@pytest.mark.parametrize(("kind", "name"), ROWS)
async def test_whoever_may_is_answered_and_only_what_should_change_does(house: House, kind: str, name: str) -> None:
    row = row_of(kind, name)
    if name in ("notice-resume", "resume", "admin-resume"):
        await house.room.world.store.pause_subscription(house.order.id, "shut")
    if name == "forget":
        await house.asked("command", "search", HERE, admin=False)
    before = house.holds()
    reply = await house.asked(kind, name, TOLD if row.who == "told" else HERE, admin=row.who == "admin")
    assert refusal(house, reply) == ""
    changed = {table for table, rows in house.holds().items() if rows != before[table]}
    assert bool(changed) == row.changes, changed


@pytest.mark.parametrize(("kind", "name"), [one for one in ROWS if row_of(*one).who == "admin"])
@pytest.mark.parametrize(
    ("origin", "admin", "why"),
    [
        (HERE, False, "not-allowed"),
        (replace(HERE, channel="101"), False, "not-allowed"),
        (THERE, False, "not-allowed"),
        (replace(HERE, tenant=""), True, "not-here"),
        (TOLD, False, "not-allowed"),
    ],
    ids=["member", "member elsewhere", "member of another server", "direct message", "who was told"],
)
async def test_whoever_is_no_admin_here_changes_and_learns_nothing(
    house: House, kind: str, name: str, origin: Destination, admin: bool, why: str
) -> None:
    before = house.holds()
    reply = await house.asked(kind, name, origin, admin=admin)
    assert (refusal(house, reply), house.holds()) == (why, before)
    assert [secret for secret in house.secrets if secret in said(reply)] == []


@pytest.mark.parametrize("name", [name for name, row in VERB_ROWS.items() if row.who == "told"])
@pytest.mark.parametrize(
    "origin",
    [HERE, THERE, replace(TOLD, channel="901"), replace(TOLD, platform="slack")],
    ids=["the channel", "another server", "another conversation", "another platform"],
)
@pytest.mark.parametrize("admin", [False, True])
async def test_only_where_somebody_was_told_can_it_be_put_right(
    house: House, name: str, origin: Destination, admin: bool
) -> None:
    before = house.holds()
    reply = await house.asked("verb", name, origin, admin=admin)
    assert (refusal(house, reply), house.holds()) == ("gone", before)


@pytest.mark.parametrize(("kind", "name"), ROWS)
async def test_an_admin_of_another_server_touches_and_sees_nothing_of_this_one(
    house: House, kind: str, name: str
) -> None:
    row = row_of(kind, name)
    before = house.holds()
    reply = await house.asked(kind, name, THERE, admin=True)
    shown = shown_beyond(row, house, reply)
    assert [secret for secret in house.secrets if row.stranger != "fetches" and secret in shown] == []
    assert house.order in await house.room.world.store.subscriptions()
    if row.stranger == "unknown":
        assert refusal(house, reply) in ("gone", "unknown")
        assert house.holds() == before


def shown_beyond(row: Row, house: House, reply: Reply) -> str:
    """The answer without what the asker had said."""
    shown = said(reply)
    for text in (*row.given.values(), row.value):
        shown = shown.replace(text.format_map(house.names), "")
    return shown.replace(house.names["title"], "") if "{title}" in f"{row.given}{row.value}" else shown
