"""The operator's pages: how feeds, subscriptions and deliveries do, what models cost, what readers said; and the few
things that can be done about it. Behind a token; there is nothing of it where none is set."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.admin_words import weekdays_text
from bot.delivery import resume
from bot.telemetry import event
from bot.web_access import Site
from bot.web_render import Ask, Pages
from bot.web_session import Sessions, same_site
from digests.catalog import Catalog
from digests.errors import NotFound
from digests.model import Destination, Edition, Subscription
from digests.outbox import Delivery
from digests.reasons import BY_ADMIN, reason_in
from digests.store import FeedHealth, Store
from digests.urls import web_url

log = logging.getLogger("chokan.web")

ROWS = 50
"""Rows on a page: editions, days, what readers said."""
MONTH = timedelta(days=30)
TABS = ("", "feeds", "deliveries", "costs", "feedback")
STUCK = ("held", "failed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    text: str
    href: str | None = None
    note: str = ""
    wrong: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    cells: tuple[Cell, ...]
    verb: str = ""
    """What the row's button does; "" for no button."""
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table: catalog keys of its columns, and its rows."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What `delivery.resume` needs of a world."""

    store: Store
    clock: Callable[[], datetime]
    catch_up: timedelta


class Admin:
    """The handlers, over one store."""

    def __init__(self, reach: Reach, pages: Pages, site: Site, sessions: Sessions) -> None:
        self.reach, self.store, self.pages, self.site, self.sessions = reach, reach.store, pages, site, sessions

    def routes(self) -> Iterator[tuple[str, str, str, Callable[[web.Request], Awaitable[web.Response]]]]:
        """(method, path, name, handler)."""
        for tab in TABS:
            yield "GET", f"/admin/{tab}".rstrip("/"), f"admin-{tab or 'overview'}", self._shown(tab)
        yield "POST", "/admin/sign-in", "admin-entrance", self.sign_in
        yield "POST", "/admin/sign-out", "admin-exit", self.sign_out
        yield "POST", "/admin/do", "admin-do", self.act

    # --- signing in -------------------------------------------------------------------------------------------------

    def _shown(self, tab: str) -> Callable[[web.Request], Awaitable[web.Response]]:
        async def show(request: web.Request) -> web.Response:
            session = self.sessions.session(request)
            return self._door(request) if session is None else await self._page(request, tab, session)

        return show

    def _door(self, request: web.Request, *, problem: str = "", status: int = 200) -> web.Response:
        ask = self._ask(request)
        return self.pages.page(ask, "sign_in.html", status=status, problem=problem and ask.catalog(problem))

    async def sign_in(self, request: web.Request) -> web.Response:
        address = request.remote or ""
        if not same_site(request) or not self.sessions.may_try(address):
            answer = self._door(request, problem="web.admin.later", status=429)
            answer.headers["Retry-After"] = "60"
            return answer
        given = str((await request.post()).get("token", ""))
        if not self.sessions.right(given, address):
            event(log, "admin.refused", level=logging.WARNING, address=address)
            return self._door(request, problem="web.admin.wrong", status=403)
        event(log, "admin.signed_in", address=address)
        answer = self._to(request, "/admin")
        self.sessions.open(answer)
        return answer

    async def sign_out(self, request: web.Request) -> web.Response:
        await self._form(request)
        answer = self._to(request, "/admin")
        self.sessions.close(answer)
        return answer

    def _to(self, request: web.Request, path: str) -> web.Response:
        """303 (RFC 9110, 15.4.4): a reload shows the page and does nothing twice."""
        where = self.pages.address(self.pages.ask(request), path, {})
        return web.Response(status=303, headers={"Location": where, "Cache-Control": "no-store"})

    async def _form(self, request: web.Request) -> dict[str, str]:
        """The fields of a form that stood on a page of this session. Raises HTTPForbidden for any other."""
        session = self.sessions.session(request)
        given = {name: str(value) for name, value in (await request.post()).items()}
        if session is None or not self.sessions.sent_from_here(request, session, given.get("form", "")):
            raise web.HTTPForbidden
        return given

    # --- pages ------------------------------------------------------------------------------------------------------

    def _ask(self, request: web.Request) -> Ask:
        ask = self.pages.ask(request)
        path = "/admin" if request.method == "POST" else request.path
        return Ask(path=path, catalog=ask.catalog, chosen=ask.chosen, private=True)

    async def _page(self, request: web.Request, tab: str, session: str) -> web.Response:
        ask = self._ask(request)
        grids = {
            "": self._subscriptions,
            "feeds": self._feeds,
            "deliveries": self._deliveries,
            "costs": self._costs,
            "feedback": self._feedback,
        }
        return self.pages.page(
            ask,
            "admin.html",
            tab=tab,
            tabs=TABS,
            grid=await grids[tab](ask),
            figures=await self._figures(ask) if not tab else (),
            form=self.sessions.form_token(session),
        )

    async def _figures(self, ask: Ask) -> tuple[tuple[str, str], ...]:
        """(what, how many): what there is and what waits."""
        totals = await self.store.totals(self.reach.clock())
        states = await self.store.pending_deliveries()
        counts = {
            "articles": totals.articles,
            "digests": totals.digests,
            "undigested": totals.undigested,
            "waiting": states.get("ready", 0) + states.get("sending", 0),
            "stuck": sum(states.get(state, 0) for state in STUCK),
        }
        return tuple((ask.catalog(f"web.admin.figure.{name}"), f"{count:,}") for name, count in counts.items())

    async def _subscriptions(self, ask: Ask) -> Grid:
        rows = [self._subscription(ask, order) for order in await self.store.subscriptions()]
        return Grid(columns=("subscription", "destination", "time", "state"), rows=tuple(rows))

    def _subscription(self, ask: Ask, order: Subscription) -> Row:
        catalog = ask.catalog
        state = (
            catalog("admin.list.paused", reason=reason_in(catalog, order.paused_reason))
            if order.paused
            else _said(ask, "active")
        )
        when = f"{order.at:%H:%M} {order.zone}"
        cells = (
            Cell(text=order.id, note=catalog("admin.list.every-feed") if not order.feeds else ", ".join(order.feeds)),
            Cell(text=_place(order.destination)),
            Cell(text=when, note=weekdays_text(order.weekdays, catalog)),
            Cell(text=state, wrong=order.paused),
        )
        return Row(cells=cells, verb="resume" if order.paused else "pause", value=order.id)

    async def _feeds(self, ask: Ask) -> Grid:
        found = sorted(await self.store.feeds(), key=lambda health: (not _ill(health), health.feed.url))
        return Grid(columns=("feed", "articles", "polled", "state"), rows=tuple(self._feed(ask, one) for one in found))

    def _feed(self, ask: Ask, health: FeedHealth) -> Row:
        feed, state = health.feed, health.state
        name = state.health
        said, trouble = _said(ask, name, number=state.failures), state.last_error or state.note
        note = reason_in(ask.catalog, trouble, feed.url) if trouble else ""
        cells = (
            Cell(text=feed.title or feed.url, href=web_url(feed.url), note=feed.url if feed.title else ""),
            Cell(text=f"{health.articles:,}"),
            Cell(text=self._moment(state.polled)),
            Cell(text=said, note=note, wrong=_ill(health)),
        )
        return Row(cells=cells, verb="poll" if _ill(health) else "", value=feed.url)

    async def _deliveries(self, ask: Ask) -> Grid:
        editions = await self.store.editions(limit=ROWS)
        rows = [self._edition(ask, one, await self.store.deliveries(one.id)) for one in editions]
        return Grid(columns=("edition", "destination", "messages", "state"), rows=tuple(rows))

    def _edition(self, ask: Ask, edition: Edition, deliveries: Sequence[Delivery]) -> Row:
        sent = [one for one in deliveries if one.state == "sent"]
        stuck = any(one.state in STUCK for one in deliveries)
        state = "stuck" if stuck else "sent" if len(sent) == len(deliveries) else "on-its-way"
        posted = next((one.permalink for one in sent if one.permalink), None)
        trouble = next((one.error for one in deliveries if one.error), None)
        reason = reason_in(ask.catalog, trouble) if trouble else ""
        many = len(edition.articles)
        count = ask.catalog("edition.count.one" if many == 1 else "edition.count", number=many)
        made = f"{self._moment(edition.made)} · {count}"
        cells = (
            Cell(text=edition.subscription, href=posted and web_url(posted), note=made),
            Cell(text=", ".join(dict.fromkeys(_place(one.destination) for one in deliveries)) or "–"),
            Cell(text=f"{len(sent)} / {len(deliveries)}"),
            Cell(text=_said(ask, state), note=reason, wrong=stuck),
        )
        return Row(cells=cells, verb="send" if stuck else "", value=edition.id)

    async def _costs(self, ask: Ask) -> Grid:
        usage = await self.store.model_usage((self.reach.clock() - MONTH).date())
        rows = [
            Row(
                cells=(
                    Cell(text=one.day.isoformat()),
                    Cell(text=one.model),
                    Cell(text=f"{one.requests:,}"),
                    Cell(text=f"{one.tokens_in:,} / {one.tokens_out:,}"),
                    Cell(text=f"{one.cost:,.4f}"),
                )
            )
            for one in reversed(usage)
        ]
        return Grid(columns=("day", "model", "requests", "tokens", "cost"), rows=tuple(rows[: ROWS * 4]))

    async def _feedback(self, ask: Ask) -> Grid:
        said = await self.store.feedback(ROWS)
        digests = await self.store.digests([one.digest for one in said])
        rows = []
        for one in said:
            known = digests.get(one.digest)
            title = known.title if known else one.digest
            href = self.pages.address(ask, f"/d/{one.digest}", {}) if known else None
            cells = (
                Cell(text=self._moment(one.at)),
                Cell(text=title, href=href),
                Cell(text=one.text or "–"),
                Cell(text=one.origin or "–"),
            )
            rows.append(Row(cells=cells))
        return Grid(columns=("at", "digest", "said", "origin"), rows=tuple(rows))

    def _moment(self, moment: datetime | None) -> str:
        return f"{moment.astimezone(ZoneInfo(self.site.zone)):%Y-%m-%d %H:%M}" if moment else "–"

    # --- what can be done -------------------------------------------------------------------------------------------

    async def act(self, request: web.Request) -> web.Response:
        """A row's button. Raises HTTPNotFound for what is no longer there."""
        given = await self._form(request)
        verb, value = given.get("verb", ""), given.get("value", "")
        deeds = {"pause": self._pause, "resume": self._resume, "poll": self._poll, "send": self._send}
        if verb not in deeds:
            raise web.HTTPBadRequest
        try:
            page = await deeds[verb](value, self._ask(request).catalog)
        except NotFound:
            raise web.HTTPNotFound from None
        event(log, "admin.done", verb=verb, value=value)
        return self._to(request, page)

    async def _pause(self, name: str, catalog: Catalog) -> str:
        await self.store.pause_subscription(name, BY_ADMIN)
        return "/admin"

    async def _resume(self, name: str, catalog: Catalog) -> str:
        for order in await self.store.subscriptions():
            if order.id == name:
                await resume(self.reach, order)
        return "/admin"

    async def _poll(self, url: str, catalog: Catalog) -> str:
        await self.store.resume_feed(url, self.reach.clock())
        return "/admin/feeds"

    async def _send(self, edition: str, catalog: Catalog) -> str:
        await self.store.resume_deliveries(edition, now=self.reach.clock())
        return "/admin/deliveries"


def _said(ask: Ask, state: str, **values: object) -> str:
    return ask.catalog(f"web.admin.state.{state}", **values)


def _place(destination: Destination) -> str:
    return str(destination).removesuffix(":")


def _ill(health: FeedHealth) -> bool:
    return health.state.stopped or health.state.failures > 0
