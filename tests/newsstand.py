"""A loopback news stand: four sites (RSS, Atom, RDF, JSON Feed) whose articles appear when a test publishes them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from html import escape

from aiohttp import web

from bot.sample import SampleArticle

EPOCH = datetime(2026, 2, 9, tzinfo=UTC)
KINDS = ("rss", "atom", "rdf", "json")


@dataclass
class NewsSite:
    """One site of the stand, at `/s/<number>/`."""

    kind: str
    number: int
    articles: Sequence[SampleArticle]
    base: str = ""
    shown: int = 0
    broken: bool = False
    """Its pages answer with an error."""

    @property
    def feed_url(self) -> str:
        return f"{self.base}/s/{self.number}/feed"

    def url(self, place: int) -> str:
        return f"{self.base}/s/{self.number}/a/{place}"

    def rows(self) -> list[tuple[str, SampleArticle, str]]:
        """(address, article, RFC 3339 date) of what has appeared, newest first."""
        when = [(EPOCH + timedelta(hours=n)).isoformat() for n in range(self.shown)]
        return [(self.url(n), self.articles[n], when[n]) for n in reversed(range(self.shown))]

    def feed(self) -> tuple[str, str]:
        return getattr(self, f"_{self.kind}")()  # type: ignore[no-any-return]

    def _rss(self) -> tuple[str, str]:
        items = "".join(
            f"<item><guid>{u}</guid><title>{escape(a.title)}</title><link>{u}</link></item>" for u, a, _ in self.rows()
        )
        return (
            f"<rss version='2.0'><channel><title>Site {self.number}</title>{items}</channel></rss>",
            "application/xml",
        )

    def _atom(self) -> tuple[str, str]:
        items = "".join(
            f"<entry><id>{u}</id><title>{escape(a.title)}</title><link href='{u}'/><updated>{w}</updated></entry>"
            for u, a, w in self.rows()
        )
        home = f"{self.base}/s/{self.number}/"
        head = f"<title>Site {self.number}</title><id>{home}</id><updated>{EPOCH.isoformat()}</updated>"
        return f"<feed xmlns='http://www.w3.org/2005/Atom'>{head}{items}</feed>", "application/atom+xml"

    def _rdf(self) -> tuple[str, str]:
        items = "".join(
            f"<item rdf:about='{u}'><title>{escape(a.title)}</title><link>{u}</link><dc:date>{w}</dc:date></item>"
            for u, a, w in self.rows()
        )
        spaces = (
            "xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' xmlns='http://purl.org/rss/1.0/' "
            "xmlns:dc='http://purl.org/dc/elements/1.1/'"
        )
        channel = f"<channel rdf:about='{self.base}/s/{self.number}/'><title>Site {self.number}</title></channel>"
        return f"<rdf:RDF {spaces}>{channel}{items}</rdf:RDF>", "application/xml"

    def _json(self) -> tuple[str, str]:
        items = [{"id": u, "url": u, "title": a.title, "date_published": w} for u, a, w in self.rows()]
        document = {"version": "https://jsonfeed.org/version/1.1", "title": f"Site {self.number}", "items": items}
        return json.dumps(document, ensure_ascii=False), "application/feed+json"

    def page(self, place: int) -> str:
        article = self.articles[place]
        paragraphs = "".join(f"<p>{escape(p)}</p>" for p in article.text.split("\n\n") if p.strip())
        return (
            f"<!doctype html><html lang='{article.language}'><head><meta charset='utf-8'><title>{escape(article.title)}"
            f"</title></head><body><nav><a href='/'>Home</a> <a href='/login'>Log in</a></nav><main><article>"
            f"<h1>{escape(article.title)}</h1>{paragraphs}</article></main>"
            "<footer>All rights reserved.</footer></body></html>"
        )


@dataclass
class NewsStand:
    """Sites dealt from a list of articles. `requests` are the paths asked for, in order, with their status."""

    sites: list[NewsSite]
    requests: list[tuple[str, int]] = field(default_factory=list)

    @classmethod
    def dealt(cls, articles: Sequence[SampleArticle]) -> NewsStand:
        return cls([NewsSite(kind, n, articles[n :: len(KINDS)]) for n, kind in enumerate(KINDS)])

    def settle(self, base: str) -> None:
        """Tell the sites where they are served."""
        for site in self.sites:
            site.base = base

    def publish(self, count: int) -> None:
        """`count` more articles appear on every site that has them."""
        for site in self.sites:
            site.shown = min(site.shown + count, len(site.articles))

    def titles(self) -> list[str]:
        """Every headline that has appeared."""
        return [article.title for site in self.sites for article in site.articles[: site.shown]]

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_get("/s/{site}/feed", self._feed)
        app.router.add_get("/s/{site}/a/{place}", self._page)
        app.middlewares.append(self._logged)
        return app

    @web.middleware
    async def _logged(self, request: web.Request, handler: object) -> web.StreamResponse:
        response: web.StreamResponse = await handler(request)  # type: ignore[operator]
        self.requests.append((request.path, response.status))
        return response

    async def _feed(self, request: web.Request) -> web.Response:
        site = self.sites[int(request.match_info["site"])]
        etag = f'"{site.shown}"'
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        body, kind = site.feed()
        return web.Response(text=body, content_type=kind, headers={"ETag": etag})

    async def _page(self, request: web.Request) -> web.Response:
        site, place = self.sites[int(request.match_info["site"])], int(request.match_info["place"])
        if place >= site.shown or site.broken:
            return web.Response(status=404)
        return web.Response(text=site.page(place), content_type="text/html")
