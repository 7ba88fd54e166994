"""Every route of the web server: who gets what, and that nobody changes anything who may not. The routes are read off
the router: a new one without an expectation here fails."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web
from loopback import serving
from store_samples import FEED, NOW, subscription
from web_stand import SITE, Answer, Stand

from bot.metrics import Metrics
from bot.store import open_store
from bot.web import application, setup_application
from bot.web_access import AdminAccess, Pulse, token_of
from bot.web_render import Pages
from bot.web_session import COOKIE, Sessions
from bot.web_setup import SetupPages
from bot.web_views import feed_key
from bot.wizard import Draft
from config.catalogs import locales, templates
from digests.catalog import Catalogs
from digests.edition import edition_of
from digests.hubs import HubSubscription
from digests.model import Destination, Feed, Slot

pytestmark = pytest.mark.asyncio(loop_scope="module")

TOKEN = "the operator's own token"
PRIVATE = Feed(url="https://private.example/feed")
OURS = subscription(
    id="ours", destination=Destination(platform="slack", channel="C", tenant="T1"), feeds=(PRIVATE.url,)
)
OTHER = replace(OURS, id="other", destination=Destination(platform="slack", channel="D", tenant="T2"), feeds=())
HIDDEN = ("secret", "ours", PRIVATE.url)
"""Of a private article, subscription and feed."""

Right = Literal["everybody", "link", "operator", "form", "door", "hub"]
"""`everybody`: the same page for all, without what is private. `link`: of what is private, to the token of its own
subscription alone. `operator`: to the session of who gave the token, else the door. `form`: a form of that session.
`door`: takes the token itself. `hub`: whom a name of 128 bits was told."""

EXPECTED: Mapping[str, Right] = {
    "GET /": "everybody",
    "GET /d/{id}": "link",
    "GET /e/{id}": "link",
    "GET /search": "everybody",
    "GET /editions": "everybody",
    "GET /s/{id}": "link",
    "GET /s/{id}/feed.atom": "link",
    "GET /feeds": "everybody",
    "GET /feeds/{key}": "everybody",
    "GET /feeds/{key}/feed.atom": "everybody",
    "GET /date/{day}": "everybody",
    "GET /feed.atom": "everybody",
    "GET /sitemap.xml": "everybody",
    "GET /robots.txt": "everybody",
    "GET /admin": "operator",
    "GET /admin/feeds": "operator",
    "GET /admin/deliveries": "operator",
    "GET /admin/costs": "operator",
    "GET /admin/feedback": "operator",
    "POST /admin/sign-in": "door",
    "POST /admin/sign-out": "form",
    "POST /admin/do": "form",
    "GET /style.css": "everybody",
    "GET /desk.css": "everybody",
    "GET /icon.svg": "everybody",
    "GET /healthz": "everybody",
    "GET /readyz": "everybody",
    "GET /metrics": "everybody",
    "GET /hub/{token}": "hub",
    "POST /hub/{token}": "hub",
}
SHOWS = {"/admin": "ours", "/admin/feeds": PRIVATE.url, "/admin/deliveries": "ours"}
"""What of it an operator sees."""


def routes_of(app: web.Application) -> set[str]:
    """`GET /path`; HEAD comes with GET."""
    found = {(route.method, route.resource.canonical) for route in app.router.routes() if route.resource}
    return {f"{method} {path}" for method, path in found if method != "HEAD"}


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    web: Stand
    file: Path
    routes: frozenset[str]
    edition: str

    def paths(self, route: str) -> list[str]:
        """A route's path as it leads to what is private, and to what is public."""
        path = route.partition(" ")[2]
        names = ["secret"] if path.startswith("/d/") else [self.edition] if path.startswith("/e/") else ["ours"]
        keys = [feed_key(PRIVATE.url), feed_key(FEED.url)]
        values: list[dict[str, Any]] = [
            {"id": name, "key": key, "day": NOW.date(), "token": "wrong"}
            for name, key in zip([*names, "public"], keys, strict=True)
        ]
        query = "?q=見出し" if path == "/search" else ""
        return list(dict.fromkeys(path.format_map(one) + query for one in values))

    def holds(self) -> dict[str, list[tuple[Any, ...]]]:
        with closing(sqlite3.connect(self.file)) as connection:
            tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            return {t: sorted(connection.execute(f'SELECT * FROM "{t}"'), key=repr) for t in tables}

    async def session(self) -> tuple[str, str]:
        """(cookie, form token) of an operator who signed in."""
        answer = await self.web.post("/admin/sign-in", {"token": TOKEN})
        cookie = answer.headers["set-cookie"].partition(";")[0]
        page = (await self.web.get("/admin", Cookie=cookie)).page
        return cookie, str(page.xpath("//form//input[@name='form']/@value")[0])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    file = tmp_path_factory.mktemp("authority") / "chokan.db"
    store = await open_store(f"sqlite:///{file}", now=NOW)
    metrics = Metrics()
    app = application(
        store, SITE, Catalogs(locales()), templates(), metrics, Pulse(clock=lambda: NOW), AdminAccess(token=TOKEN)
    )
    async with serving(app) as url, ClientSession() as session:
        stand = Stand(url=url, store=store, metrics=metrics, session=session)
        await stand.holds("public")
        await stand.holds("secret", feed=PRIVATE)
        await store.own_feed(PRIVATE.url, "slack:T1", NOW)
        await store.save_subscription(OURS)
        await store.save_subscription(OTHER)
        (hit,) = await store.unpublished(OURS, since=NOW)
        slot = Slot(subscription="ours", day=NOW.date(), time=OURS.at, at=NOW)
        made = edition_of(OURS, slot, [hit], NOW)
        await store.save_edition(made, ())
        yield House(web=stand, file=file, routes=frozenset(routes_of(app)), edition=made.id)
    await store.close()


def asked_with(cookie: str = "") -> dict[str, str]:
    return {"Cookie": cookie} if cookie else {}


def tells(answer: Answer, path: str) -> list[str]:
    """What of the hidden an answer tells beyond what was asked."""
    return [word for word in HIDDEN if word in answer.text.replace(path, "") and word not in path]


def routes(right: Right, method: str = "") -> list[str]:
    return [route for route, expected in EXPECTED.items() if expected == right and route.startswith(method)]


async def test_no_route_is_without_an_expectation(house: House) -> None:
    assert house.routes == set(EXPECTED)


@pytest.mark.parametrize("route", EXPECTED)
async def test_no_other_method_does_anything(house: House, route: str) -> None:
    method, _, path = route.partition(" ")
    known = {one.partition(" ")[0] for one in EXPECTED if one.partition(" ")[2] == path} | {"HEAD"}
    before = house.holds()
    cookie, form = await house.session()
    for other in {"GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND"} - known:
        for one in house.paths(route):
            fields = {"form": form, "verb": "pause", "value": "ours", "_method": "POST"}
            headers = {**asked_with(cookie), "X-HTTP-Method-Override": method}
            async with house.web.session.request(
                other, house.web.url + one, data=fields, headers=headers, allow_redirects=False
            ) as answer:
                assert answer.status in (404, 405), (other, one)
    assert house.holds() == before


@pytest.mark.parametrize("route", routes("everybody"))
async def test_a_page_for_everybody_tells_nobody_of_what_is_private(house: House, route: str) -> None:
    cookie, _ = await house.session()
    tokens = ["", "wrong", token_of("s" * 24, "ours"), token_of("s" * 24, "other"), TOKEN]
    for path in house.paths(route):
        for token in tokens:
            for headers in ({}, asked_with(cookie)):
                asked = f"{path}{'&' if '?' in path else '?'}token={token}" if token else path
                answer = await house.web.get(asked, **headers)
                assert (answer.status, tells(answer, asked)) in ((200, []), (404, []), (400, [])), asked
                hidden = feed_key(PRIVATE.url) in path
                assert (answer.status == 200) == (not hidden), asked


@pytest.mark.parametrize("route", routes("link"))
async def test_a_private_page_opens_to_the_token_of_its_subscription_alone(house: House, route: str) -> None:
    path = house.paths(route)[0]
    cookie, _ = await house.session()
    right = token_of("s" * 24, "ours")
    wrong = ["wrong", right[:-1], right + "0", right.upper(), token_of("s" * 24, "other"), token_of("t" * 24, "ours")]
    refused = [path, f"{path}?token=", *(f"{path}?token={token}" for token in (*wrong, TOKEN, "%00", "あ"))]
    refused.append(f"{path}?token=wrong&token={right}")
    for asked in refused:
        for headers in ({}, asked_with(cookie), {"Authorization": f"Bearer {right}"}, asked_with(f"token={right}")):
            answer = await house.web.get(asked, **headers)
            assert (answer.status, tells(answer, asked)) == (404, []), asked
    opened = await house.web.get(f"{path}?token={right}")
    assert (opened.status, opened.headers["cache-control"]) == (200, "private, no-store")


@pytest.mark.parametrize("route", routes("operator"))
async def test_an_operators_page_is_the_door_to_everybody_else(house: House, route: str) -> None:
    (path,) = house.paths(route)
    cookie, form = await house.session()
    value = cookie.partition("=")[2]
    others = ["", f"{COOKIE}=", f"{COOKIE}={TOKEN}", f"{COOKIE}={form}", f"{COOKIE}={token_of('s' * 24, 'ours')}"]
    others += [f"{COOKIE}={value[:-1]}", f"{COOKIE}=9{value}", f"other={value}"]
    for other in others:
        for asked in (path, f"{path}?token={TOKEN}", f"{path}?token={token_of('s' * 24, 'ours')}"):
            answer = await house.web.get(asked, **asked_with(other))
            assert answer.page.xpath("//form[@method='post']/@action") == ["/admin/sign-in"]
            assert tells(answer, asked) == []
    seen = await house.web.get(path, **asked_with(cookie))
    assert (seen.status, "/admin/sign-in" in seen.text, seen.headers["cache-control"]) == (
        200,
        False,
        "private, no-store",
    )
    assert SHOWS.get(path, "") in seen.text


@pytest.mark.parametrize("route", routes("form"))
async def test_a_form_is_taken_from_a_page_of_the_operators_own_session_alone(house: House, route: str) -> None:
    (path,) = house.paths(route)
    (cookie, form), (_, another) = await house.session(), await house.session()
    before = house.holds()
    deed = {"verb": "pause", "value": "ours"}
    for fields, headers in (
        ({**deed, "form": form}, {}),
        ({**deed, "form": form}, asked_with(f"{COOKIE}={TOKEN}")),
        ({**deed, "token": TOKEN}, {}),
        ({**deed, "token": token_of("s" * 24, "ours")}, {}),
        (deed, asked_with(cookie)),
        ({**deed, "form": ""}, asked_with(cookie)),
        ({**deed, "form": another}, asked_with(cookie)),
        ({**deed, "form": "あ"}, asked_with(cookie)),
        ({**deed, "form": form}, {**asked_with(cookie), "Sec_Fetch_Site": "cross-site"}),
        ({**deed, "form": form}, {**asked_with(cookie), "Sec_Fetch_Site": "same-site"}),
        ({**deed, "form": form}, {**asked_with(cookie), "Sec_Fetch_Site": ""}),
    ):
        answer = await house.web.post(path, fields, **headers)
        assert (answer.status, "set-cookie" in answer.headers) == (403, False)
    assert house.holds() == before
    assert (await house.web.post(path, {**deed, "form": form}, **asked_with(cookie))).status == 303
    assert (house.holds() != before) == (path == "/admin/do")
    await house.web.store.save_subscription(OURS)


@pytest.mark.parametrize("route", routes("door"))
async def test_the_door_opens_to_the_token_alone_and_to_no_other_site(house: House, route: str) -> None:
    (path,) = house.paths(route)
    for fields, headers in (
        ({}, {}),
        ({"token": token_of("s" * 24, "ours")}, {}),
        ({"token": TOKEN.upper()}, {}),
        ({"token": TOKEN}, {"Sec_Fetch_Site": "cross-site"}),
    ):
        answer = await house.web.post(path, fields, **headers)
        assert (answer.status in (403, 429), "set-cookie" in answer.headers) == (True, False)
    assert (await house.web.post(path, {"token": TOKEN})).status == 303


@pytest.mark.parametrize("route", routes("hub"))
async def test_a_hub_is_known_by_the_name_it_was_told_and_by_its_signature(house: House, route: str) -> None:
    method, _, path = route.partition(" ")
    store, known = house.web.store, "0123456789abcdef0123456789abcdef"
    hub = HubSubscription(
        feed=PRIVATE.url, hub="https://hub.example/", topic=PRIVATE.url, token=known, secret="k", due=NOW + timedelta(1)
    )
    await store.save_hub(hub)
    before = house.holds()
    said = {"hub.mode": "subscribe", "hub.topic": PRIVATE.url, "hub.challenge": "c", "hub.lease_seconds": "9"}
    cookie, _ = await house.session()

    async def call(token: str, **more: str) -> int:
        asked = house.web.url + path.format(token=token)
        headers = {"X-Hub-Signature": "sha256=00", **asked_with(cookie)}
        async with house.web.session.request(
            method, asked, params={**said, **more}, headers=headers, data=b"<rss/>" if method == "POST" else None
        ) as answer:
            assert PRIVATE.url not in await answer.text()
            return answer.status

    for token in ("wrong", known[:-1], known.upper(), TOKEN, token_of("s" * 24, "ours")):
        assert await call(token) == 404
    # Without a signature nothing is done, and whoever tries is not told so.
    assert await call(known, **{"hub.topic": "https://other.example/"}) == (404 if method == "GET" else 202)
    assert house.holds() == before


# --- the wizard -------------------------------------------------------------------------------------------------------


@asynccontextmanager
async def setting_up() -> AsyncIterator[tuple[str, set[str], SetupPages]]:
    class Closed:
        """A wizard nobody gets to."""

        draft = Draft()

    sessions = Sessions(TOKEN, lambda: NOW, base="http://127.0.0.1")
    pages = Pages(templates(), Catalogs(locales()), SITE)
    setup: Any = SetupPages(Closed(), pages, sessions)  # type: ignore[arg-type]
    app = setup_application(pages, setup, templates())
    async with serving(app) as url:
        yield url, routes_of(app), setup


async def test_no_page_of_the_wizard_opens_without_its_key() -> None:
    async with setting_up() as (url, found, setup), ClientSession() as session:
        sheets = {"GET /style.css", "GET /desk.css", "GET /icon.svg"}
        assert found - sheets == {"GET /", "GET /setup", "POST /setup"}
        for method, path in (one.split() for one in sorted(found - sheets)):
            for key in ("", "?key=", "?key=wrong", f"?token={TOKEN}"):
                for headers in ({}, {"Cookie": f"{COOKIE}={TOKEN}"}, {"Authorization": f"Bearer {TOKEN}"}):
                    fields = {"step": "write", "form": TOKEN} if method == "POST" else None
                    async with session.request(method, url + path + key, data=fields, headers=headers) as answer:
                        assert (answer.status, "set-cookie" in answer.headers) == (403, False), (method, path, key)
        assert not setup.done.is_set()
