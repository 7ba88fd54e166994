"""The archive's pages: each handler asks the store, shapes what it got, and hands it to a template."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.web_access import Site, may_read, token_of
from bot.web_atom import atom, sitemap
from bot.web_render import Ask, Pages
from bot.web_story import Stories
from bot.web_views import digest_view, feed_key, item_view, linked_ids
from digests.edition import ranked
from digests.layout import day_text, gist
from digests.model import Digest, Edition, Subscription
from digests.plain import line
from digests.store import PUBLIC, FeedHealth, Hit, Seek, Store
from digests.urls import site_of, web_url

PAGE = 20
"""Digests on one page of a list."""
EDITIONS = 30
ENTRIES = 30
"""Entries of a feed."""
WORDS = 200
"""Characters of a search that are looked at."""
SITEMAP = 10_000
ID = "[0-9A-Za-z_-]{1,64}"

Respond = Callable[[web.Request], Awaitable[web.Response]]


class Archive:
    """The handlers, over one store."""

    def __init__(self, store: Store, pages: Pages, site: Site, clock: Callable[[], datetime], seek: Seek) -> None:
        self.store, self.pages, self.site, self.clock, self.seek = store, pages, site, clock, seek
        self.stories = Stories(store, clock)

    def routes(self) -> Iterator[tuple[str, str, Respond]]:
        """(path, name, handler) of every page for people and for feed readers."""
        yield "/", "front", self.front
        yield f"/d/{{id:{ID}}}", "digest", self.digest
        yield f"/e/{{id:{ID}}}", "edition", self.edition
        yield "/search", "search", self.search
        yield "/editions", "editions", self.editions
        yield f"/s/{{id:{ID}}}", "subscription", self.subscription
        yield f"/s/{{id:{ID}}}/feed.atom", "subscription-atom", self.subscription_atom
        yield "/feeds", "feeds", self.feeds
        yield "/feeds/{key:[0-9a-f]{12}}", "feed", self.feed
        yield "/feeds/{key:[0-9a-f]{12}}/feed.atom", "feed-atom", self.feed_atom
        yield r"/date/{day:\d{4}-\d\d-\d\d}", "day", self.day
        yield "/feed.atom", "atom", self.atom
        yield "/sitemap.xml", "sitemap", self.sitemap
        yield "/robots.txt", "robots", self.robots

    # --- lists ------------------------------------------------------------------------------------------------------

    async def front(self, request: web.Request) -> web.Response:
        """The newest day that has digests."""
        ask = self.pages.ask(request)
        newest = await self.store.latest(limit=1, viewer=PUBLIC)
        day = self.site.day(newest[0].article.first_seen if newest else self.clock())
        return await self._day(ask, day, front=ask.page == 1)

    async def day(self, request: web.Request) -> web.Response:
        try:
            day = date.fromisoformat(request.match_info["day"])
        except ValueError:
            raise web.HTTPNotFound from None
        if not 1970 <= day.year <= 9000:
            raise web.HTTPNotFound
        return await self._day(self.pages.ask(request), day, front=False)

    async def _day(self, ask: Ask, day: date, *, front: bool) -> web.Response:
        since, until = self._midnight(day), self._midnight(day + timedelta(days=1))
        hits = await self.store.latest(limit=PAGE + 1, offset=_offset(ask), since=since, until=until, viewer=PUBLIC)
        earlier = await self.store.latest(limit=1, until=since, viewer=PUBLIC)
        today = self.site.day(self.clock())
        return self._list(
            ask,
            (*ranked(hits[:PAGE]), *hits[PAGE:]),
            heading=day_text(day, ask.catalog),
            front=front,
            before=self.site.day(earlier[0].article.first_seen) if earlier else None,
            after=day + timedelta(days=1) if day < today and ask.path != "/" else None,
        )

    def _midnight(self, day: date) -> datetime:
        return datetime.combine(day, time.min, tzinfo=ZoneInfo(self.site.zone)).astimezone(UTC)

    async def search(self, request: web.Request) -> web.Response:
        words = line(request.query.get("q", ""))[:WORDS]
        ask = self.pages.ask(request, q=words)
        catalog = ask.catalog
        hits = await self.seek(words, limit=PAGE + 1, offset=_offset(ask), viewer=PUBLIC) if words else ()
        key = "web.search.found" if ask.page == 1 else "web.search.more"
        return self._list(
            ask,
            hits,
            heading=catalog(key, words=words, page=ask.page) if words else catalog("web.search"),
            note="" if words else catalog("web.search.hint"),
            empty=catalog("web.search.none", words=words) if words else "",
            words=words,
            indexed=False,
        )

    async def feeds(self, request: web.Request) -> web.Response:
        ask = self.pages.ask(request)
        rows = [self._feed_row(ask, health) for health in await self._sources()]
        catalog = ask.catalog
        return self._rows(ask, catalog("web.feeds.title"), rows, catalog("web.feeds.none"))

    def _feed_row(self, ask: Ask, health: FeedHealth) -> dict[str, str]:
        path = f"/feeds/{feed_key(health.feed.url)}"
        return {
            "text": health.feed.title or site_of(health.feed.url),
            "href": self.pages.address(ask, path, {}),
            "note": ask.catalog("web.feeds.count", number=health.articles),
            "atom": self.pages.address(ask, f"{path}/feed.atom", {}),
        }

    async def feed(self, request: web.Request) -> web.Response:
        feed = (await self._source(request)).feed
        ask = self.pages.ask(request)
        hits = await self.store.latest(limit=PAGE + 1, offset=_offset(ask), feed=feed.url, viewer=PUBLIC)
        site = web_url(feed.site) or ""
        atom_at = self.pages.address(ask, f"{ask.path}/feed.atom", {})
        return self._list(ask, hits, heading=feed.title or site_of(feed.url), note=site, atom=atom_at)

    async def _sources(self) -> list[FeedHealth]:
        return [health for health in await self.store.feeds(viewer=PUBLIC) if health.feed.role == "source"]

    async def _source(self, request: web.Request) -> FeedHealth:
        for health in await self._sources():
            if feed_key(health.feed.url) == request.match_info["key"]:
                return health
        raise web.HTTPNotFound

    # --- editions ---------------------------------------------------------------------------------------------------

    async def editions(self, request: web.Request) -> web.Response:
        """Of public subscriptions, newest first."""
        ask = self.pages.ask(request)
        found: list[Edition] = []
        for subscription in await self.store.subscriptions():
            if subscription.public:
                found += await self.store.editions(subscription=subscription.id, limit=EDITIONS)
        found.sort(key=lambda edition: edition.slot.at, reverse=True)
        catalog = ask.catalog
        return self._rows(
            ask,
            catalog("web.editions.title"),
            [self._edition_row(ask, edition, {}) for edition in found[:EDITIONS]],
            catalog("web.editions.none"),
        )

    async def subscription(self, request: web.Request) -> web.Response:
        name, token = await self._opened(request, request.match_info["id"])
        ask = self.pages.ask(request, token=token)
        editions = await self.store.editions(subscription=name, limit=EDITIONS)
        rows = [self._edition_row(ask, edition, {"token": token}) for edition in editions]
        catalog = ask.catalog
        return self._rows(ask, catalog("web.editions.of", name=name), rows, catalog("web.empty"))

    def _edition_row(self, ask: Ask, edition: Edition, query: dict[str, object]) -> dict[str, str]:
        count = len(edition.articles)
        key = "edition.count.one" if count == 1 else "edition.count"
        late = f" · {ask.catalog('web.edition.late')}" if edition.slot.late else ""
        return {
            "text": f"{day_text(edition.slot.day, ask.catalog)} {edition.slot.time:%H:%M}",
            "href": self.pages.address(ask, f"/e/{edition.id}", query),
            "note": f"{edition.subscription} · {ask.catalog(key, number=count)}{late}",
            "atom": "",
        }

    async def edition(self, request: web.Request) -> web.Response:
        edition = await self.store.edition(request.match_info["id"])
        if edition is None:
            raise web.HTTPNotFound
        name, token = await self._opened(request, edition.subscription)
        ask = self.pages.ask(request, token=token)
        ids = edition.articles[_offset(ask) : _offset(ask) + PAGE + 1]
        hits = await self._hits(ids)
        atom_at = self.pages.address(ask, f"/s/{name}/feed.atom", {"token": token})
        title = f"{day_text(edition.slot.day, ask.catalog)} – {name}"
        return self._list(ask, hits, heading=title, front=ask.page == 1, atom=atom_at)

    async def _hits(self, ids: Sequence[str]) -> tuple[Hit, ...]:
        """Of an edition: who may read it may read what it carried."""
        digests = await self.store.digests(ids, viewer=None)
        articles = await self.store.articles(ids, viewer=None)
        return tuple(Hit(article=a, digest=digests.get(a.id), score=1.0) for a in articles)

    async def _opened(self, request: web.Request, name: str) -> tuple[str, str]:
        """A subscription's name, and the token that opened it where it is not public. 404 tells nothing more."""
        known = await self._known(name)
        given = request.query.get("token", "")
        if not may_read(name, known, given, self.site.secret):
            raise web.HTTPNotFound
        public = known is not None and known.public
        return name, "" if public or not self.site.secret else token_of(self.site.secret, name)

    async def _known(self, name: str) -> Subscription | None:
        return next((s for s in await self.store.subscriptions() if s.id == name), None)

    # --- one digest -------------------------------------------------------------------------------------------------

    async def digest(self, request: web.Request) -> web.Response:
        """Everybody's, unlisted where a person looked it up; or carried by an edition that the request may read."""
        name = request.match_info["id"]
        article = await self.store.article(name, viewer=None)
        open_to_all = await self.store.visible([name], PUBLIC) or (article is not None and article.feed is None)
        token = "" if open_to_all else await self._carried(request, name)
        digest = await self.store.digest(name, viewer=None)
        if digest is None:
            raise web.HTTPNotFound
        ids = linked_ids(digest)
        held = {found.id: found for found in await self.store.articles(ids, viewer=PUBLIC)}
        view = digest_view(digest, article, held, frozenset(await self.store.digests(ids, viewer=PUBLIC)))
        arrived = article.first_seen if article and article.feed and not token else None
        return self.pages.page(
            self.pages.ask(request, token=token),
            "digest.html",
            view=view,
            story=await self.stories.of(article) if article else (),
            when=digest.published or arrived,
            arrived=arrived,
            indexed=arrived is not None,
            summary=gist(line(digest.lead[0].text)) if digest.lead else "",
            linked_data=self.linked_data(self.site, digest, view.url),
        )

    async def _carried(self, request: web.Request, article: str) -> str:
        """The token that opens an edition with this article; none is needed for one of a public subscription."""
        for name in await self.store.carriers(article):
            with suppress(web.HTTPNotFound):
                return (await self._opened(request, name))[1]
        raise web.HTTPNotFound

    @staticmethod
    def linked_data(site: Site, digest: Digest, url: str | None) -> dict[str, Any]:
        data: dict[str, Any] = {
            "@context": "https://schema.org",
            "@type": "Article",
            "headline": line(digest.title),
            "inLanguage": digest.language_of_text,
            "mainEntityOfPage": f"{site.base}/d/{digest.id}",
            "publisher": {"@type": "Organization", "name": "Chokan"},
        }
        if url:
            data["isBasedOn"] = url
        if digest.published:
            data["datePublished"] = digest.published.isoformat()
        return data

    # --- for machines -----------------------------------------------------------------------------------------------

    async def atom(self, request: web.Request) -> web.Response:
        ask = self.pages.ask(request)
        hits = await self.store.latest(limit=ENTRIES, viewer=PUBLIC)
        return self._atom(ask, ask.catalog("web.atom.title"), "/", hits)

    async def feed_atom(self, request: web.Request) -> web.Response:
        feed = (await self._source(request)).feed
        ask = self.pages.ask(request)
        hits = await self.store.latest(limit=ENTRIES, feed=feed.url, viewer=PUBLIC)
        title = ask.catalog("web.atom.of", name=feed.title or site_of(feed.url))
        return self._atom(ask, title, f"/feeds/{feed_key(feed.url)}", hits)

    async def subscription_atom(self, request: web.Request) -> web.Response:
        name, token = await self._opened(request, request.match_info["id"])
        ask = self.pages.ask(request, token=token)
        editions = await self.store.editions(subscription=name, limit=EDITIONS)
        ids = list(dict.fromkeys(article for edition in editions for article in edition.articles))[:ENTRIES]
        query = f"?token={token}" if token else ""
        title = ask.catalog("web.atom.of", name=name)
        return self._atom(ask, title, f"/s/{name}{query}", await self._hits(ids))

    def _atom(self, ask: Ask, title: str, page: str, hits: Sequence[Hit]) -> web.Response:
        query = f"?token={ask.query['token']}" if ask.query.get("token") else ""
        body = atom(self.site.base, f"{ask.path}{query}", title, page, hits, self.pages.catalogs)
        return self.pages.sent(ask, web.Response(body=body, content_type="application/atom+xml", charset="utf-8"))

    async def sitemap(self, request: web.Request) -> web.Response:
        if not self.site.public:
            raise web.HTTPNotFound
        body = sitemap(self.site.base, await self.store.digested(limit=SITEMAP, viewer=PUBLIC))
        return web.Response(body=body, content_type="application/xml", charset="utf-8")

    async def robots(self, request: web.Request) -> web.Response:
        """Without a public address nobody is invited."""
        path = self.site.path
        allowed = f"Disallow: {path}/search\nDisallow: {path}/s/\n\nSitemap: {self.site.base}/sitemap.xml\n"
        return web.Response(text="User-agent: *\n" + (allowed if self.site.public else "Disallow: /\n"))

    # --- answers ----------------------------------------------------------------------------------------------------

    def _list(self, ask: Ask, hits: Sequence[Hit], *, heading: str, **values: Any) -> web.Response:
        given: dict[str, Any] = {
            "note": "",
            "empty": ask.catalog("web.empty"),
            "atom": "",
            "front": False,
            "before": None,
            "after": None,
            **values,
        }
        found = [item_view(hit) for hit in hits[:PAGE]]
        return self.pages.page(ask, "listing.html", heading=heading, found=found, more=len(hits) > PAGE, **given)

    def _rows(self, ask: Ask, heading: str, rows: Sequence[dict[str, str]], empty: str) -> web.Response:
        return self.pages.page(ask, "rows.html", heading=heading, rows=rows, empty=empty)


def _offset(ask: Ask) -> int:
    return (ask.page - 1) * PAGE
