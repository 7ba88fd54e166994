"""The sample site: the articles in `config/sample`, served on loopback as three sites with feeds and pages, so that a
first run travels the true path from a feed to an edition without the internet."""

from __future__ import annotations

import hashlib
import socket
import tomllib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from html import escape
from importlib import resources
from typing import Any

from aiohttp import web

SITES = ("ja", "en", "ref")
PORTS = (8471, 8472, 8473)
"""Preferred ports: the sample's addresses are then the same at every run. Others are taken when these are busy."""
_FOLDERS = {"ja": "ja", "en": "en", "ref": "reference"}
_NAMES = {"ja": "ja", "en": "en", "ref": "reference"}


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleArticle:
    slug: str
    title: str
    text: str
    author: str
    published: datetime
    links: tuple[tuple[str, str], ...]
    """(path such as /ref/slug, the words of the text that carry it)."""
    language: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleSite:
    """One of the three sites, at `base`."""

    code: str
    name: str
    articles: tuple[SampleArticle, ...]
    bases: Mapping[str, str]

    @property
    def base(self) -> str:
        return self.bases[self.code]

    @property
    def feed_url(self) -> str:
        return f"{self.base}/feed.xml"

    def url(self, path: str) -> str:
        """`/ref/slug` → the page's address on its own site."""
        code, _, slug = path.strip("/").partition("/")
        return f"{self.bases[code]}/{code}/{slug}"

    def feed(self) -> bytes:
        items = "".join(
            f"<item><guid>{escape(self.url(f'/{self.code}/{a.slug}'))}</guid><title>{escape(a.title)}</title>"
            f"<link>{escape(self.url(f'/{self.code}/{a.slug}'))}</link><pubDate>{format_datetime(a.published)}</pubDate>"
            f"<description>{escape(a.text.strip().splitlines()[0][:120])}</description></item>"
            for a in self.articles
        )
        name = escape(self.name)
        channel = f"<title>{name}</title><link>{self.base}/</link><description>{name}</description>{items}"
        return f'<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel>{channel}</channel></rss>'.encode()

    def page(self, article: SampleArticle) -> str:
        others = "".join(
            f'<li><a href="{self.url(f"/{self.code}/{a.slug}")}">{escape(a.title)}</a></li>'
            for a in self.articles
            if a.slug != article.slug
        )
        return (
            f'<!doctype html><html lang="{article.language}"><head><meta charset="utf-8">'
            f"<title>{escape(article.title)} | {escape(self.name)}</title>"
            f'<meta property="og:site_name" content="{escape(self.name)}">'
            f'<meta property="article:published_time" content="{article.published.isoformat()}"></head><body>'
            f'<header><nav><a href="/">{escape(self.name)}</a></nav></header><main><article>'
            f'<h1>{escape(article.title)}</h1><p class="byline">{escape(article.author)}</p>'
            f"{self._paragraphs(article)}</article></main><aside><ul>{others}</ul></aside>"
            f"<footer>© {escape(self.name)}</footer>"
            "</body></html>"
        )

    def _paragraphs(self, article: SampleArticle) -> str:
        html = "".join(f"<p>{escape(p.strip())}</p>" for p in article.text.split("\n\n") if p.strip())
        for path, words in article.links:
            html = html.replace(escape(words), f'<a href="{self.url(path)}">{escape(words)}</a>', 1)
        return html


def sample_articles(code: str) -> tuple[SampleArticle, ...]:
    """The articles of one site, newest first."""
    folder = resources.files("config").joinpath("sample", _FOLDERS[code])
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda file: file.name)
    articles = [
        _article(file.name.removesuffix(".toml"), code, tomllib.loads(file.read_text("utf-8"))) for file in files
    ]
    return tuple(sorted(articles, key=lambda article: article.published, reverse=True))


def _article(slug: str, code: str, data: Mapping[str, Any]) -> SampleArticle:
    return SampleArticle(
        slug=slug,
        title=data["title"],
        text=data["text"],
        author=data.get("author", ""),
        published=data["published"],
        links=tuple((link["url"], link["text"]) for link in data.get("links", ())),
        language=data.get("language", "en" if code == "en" else "ja"),
    )


def application(site: SampleSite) -> web.Application:
    """The site as an aiohttp application: home page, feed with conditional GET, article pages."""
    pages = {article.slug: site.page(article) for article in site.articles}
    feed = site.feed()
    etag = f'"{hashlib.sha256(feed).hexdigest()[:16]}"'

    async def serve_feed(request: web.Request) -> web.Response:
        if request.headers.get("If-None-Match") == etag:
            return web.Response(status=304, headers={"ETag": etag})
        return web.Response(body=feed, content_type="application/rss+xml", charset="utf-8", headers={"ETag": etag})

    async def serve_page(request: web.Request) -> web.Response:
        page = pages.get(request.match_info["slug"])
        if page is None:
            raise web.HTTPNotFound
        return web.Response(text=page, content_type="text/html")

    async def serve_home(_: web.Request) -> web.Response:
        link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
        return web.Response(text=f"<!doctype html><title>{escape(site.name)}</title>{link}", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", serve_home)
    app.router.add_get("/feed.xml", serve_feed)
    app.router.add_get(f"/{site.code}/{{slug}}", serve_page)
    return app


@asynccontextmanager
async def sample_sites(ports: Sequence[int] = PORTS) -> AsyncIterator[tuple[SampleSite, ...]]:
    """Serve the three sites on 127.0.0.1 while the block runs."""
    names = tomllib.loads(resources.files("config").joinpath("sample", "site.toml").read_text("utf-8"))
    bases: dict[str, str] = {}
    runners: list[web.AppRunner] = []
    sites = [
        SampleSite(code=code, name=names[_NAMES[code]]["name"], articles=sample_articles(code), bases=bases)
        for code in SITES
    ]
    listeners = [_Listener(port) for port in ports]
    try:
        for site, listener in zip(sites, listeners, strict=True):
            bases[site.code] = f"http://127.0.0.1:{listener.port}"
        for site, listener in zip(sites, listeners, strict=True):
            runner = web.AppRunner(application(site), access_log=None)
            runners.append(runner)
            await runner.setup()
            await web.SockSite(runner, listener.socket).start()
        yield tuple(sites)
    finally:
        for runner in runners:
            await runner.cleanup()
        for listener in listeners:
            listener.socket.close()


class _Listener:
    """A listening socket on 127.0.0.1: on the preferred port, else on one the system picks."""

    def __init__(self, port: int) -> None:
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            self.socket.bind(("127.0.0.1", port))
        except OSError:
            self.socket.bind(("127.0.0.1", 0))
        self.port: int = self.socket.getsockname()[1]
