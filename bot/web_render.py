"""Templates to pages: the reader's language, addresses within the archive, and text that is never live."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from bot.telemetry import current_unit
from bot.web_access import Site
from bot.web_views import feed_key
from digests.catalog import Catalog, Catalogs
from digests.layout import day_text, made_by
from digests.plain import safe
from digests.urls import web_url

LAST_PAGE = 500
PRIVATE = "private, no-store"
_QUALITY = re.compile(r"\s*;\s*q\s*=\s*(0(?:\.\d{1,3})?|1(?:\.0{1,3})?)\s*\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One request, as far as a page needs to know it."""

    path: str
    catalog: Catalog
    chosen: str = ""
    """The language the address asks for; carried into every link of the page."""
    query: Mapping[str, str] = field(default_factory=dict)
    """Parameters of the page itself, without page and language."""
    page: int = 1
    private: bool = False


class Pages:
    """The templates, and what they all can call."""

    def __init__(self, templates: Mapping[str, str], catalogs: Catalogs, site: Site) -> None:
        self.catalogs, self.site = catalogs, site
        self.environment = Environment(
            loader=DictLoader(dict(templates)),
            autoescape=True,
            undefined=StrictUndefined,
            finalize=_inert,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self.sheets = {name: version_of(text) for name, text in templates.items() if name.endswith(".css")}
        self.environment.filters["web"] = web_url
        self.environment.filters["feed_key"] = feed_key

    def render(self, template: str, ask: Ask, **values: Any) -> str:
        """The page in the reader's language."""
        catalog = ask.catalog
        return self.environment.get_template(template).render(
            ask=ask,
            site=self.site,
            t=lambda key, **more: catalog(f"web.{key}", **more),
            w=lambda key, **more: catalog(f"setup.{key}", **more),
            href=lambda path, **query: self.address(ask, path, query),
            absolute=lambda path: f"{self.site.base}{path}",
            day=lambda moment: day_text(self.site.day(moment) if isinstance(moment, datetime) else moment, catalog),
            iso=lambda moment: self.site.day(moment).isoformat(),
            made_by=lambda digest: made_by(digest, catalog),
            languages=self.catalogs.languages,
            sheets=self.sheets,
            **values,
        )

    def ask(self, request: web.Request, **query: str) -> Ask:
        """What a page needs to know of a request; `query` are parameters its own links carry on."""
        chosen = request.query.get("lang", "")
        languages = self.catalogs.languages
        chosen = chosen if chosen in languages else ""
        language = chosen or spoken(request.headers.get("Accept-Language", ""), languages, self.site.language)
        page = request.query.get("page", "1")
        return Ask(
            path=request.path,
            catalog=self.catalogs.of(language),
            chosen=chosen,
            query={key: value for key, value in query.items() if value},
            page=min(int(page), LAST_PAGE) if page.isascii() and page.isdigit() and 0 < len(page) < 9 else 1,
            private=bool(query.get("token")),
        )

    def page(self, ask: Ask, template: str, *, status: int = 200, **values: Any) -> web.Response:
        text = self.render(template, ask, **values)
        return self.sent(ask, web.Response(text=text, content_type="text/html", charset="utf-8", status=status))

    def failed(self, request: web.Request, status: int) -> web.Response:
        """A page that says what went wrong, in the reader's language."""
        ask = self.ask(request)
        key = f"web.error.{status}"
        key = key if ask.catalog.has(key) else "web.error.400" if status < 500 else "web.error.500"
        ask = Ask(path="/", catalog=ask.catalog, chosen=ask.chosen)
        number = current_unit() if status >= 500 else None
        said = key.removeprefix("web.")
        response = self.page(ask, "error.html", status=status, key=said, number=number, indexed=False)
        response.headers["Cache-Control"] = "no-store"
        return response

    def sent(self, ask: Ask, response: web.Response) -> web.Response:
        """An answer that caches keep apart by language, and that nobody keeps where it is private."""
        response.headers["Vary"] = "Accept-Language"
        if ask.private:
            response.headers["Cache-Control"] = PRIVATE
            response.headers["X-Robots-Tag"] = "noindex"
        return response

    def address(self, ask: Ask, path: str, query: Mapping[str, object]) -> str:
        """A link inside the archive; a chosen language stays chosen."""
        pairs = {key: str(value) for key, value in query.items() if value not in ("", None)}
        if ask.chosen and "lang" not in pairs:
            pairs["lang"] = ask.chosen
        return f"{self.site.path}{path}" + (f"?{urlencode(pairs, errors='replace')}" if pairs else "")


def version_of(text: str) -> str:
    """What an address bears so that a changed file is fetched anew."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _inert(value: object) -> object:
    """What strangers wrote leaves without control, bidi and zero-width characters; escaping comes after."""
    if not isinstance(value, str) or isinstance(value, Markup) or (value.isascii() and value.isprintable()):
        return value
    return safe(value)


def spoken(header: str, languages: tuple[str, ...], otherwise: str) -> str:
    """The language of ours an Accept-Language header likes best (RFC 9110, 12.5.4); `otherwise` when it names none."""
    wishes: list[tuple[float, int, str]] = []
    for place, item in enumerate(header.split(",")[:20]):
        tag, semicolon, _ = item.partition(";")
        quality = _QUALITY.search(item) if semicolon else None
        code = tag.strip().lower().split("-")[0]
        weight = float(quality[1]) if quality else 0.0 if semicolon else 1.0
        if code in languages and weight > 0:
            wishes.append((-weight, place, code))
    return min(wishes)[2] if wishes else otherwise
