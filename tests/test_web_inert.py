"""Nothing that strangers wrote is live in the archive: no markup, no script, no address but http and https."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import feedparser
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from lxml.html import HtmlElement, document_fromstring
from store_samples import NOW, article, digest
from web_stand import BASE, SITE, Stand, archive

from bot.web_atom import atom
from bot.web_pages import Archive
from bot.web_render import Ask, Pages
from bot.web_story import Step
from bot.web_views import digest_view, item_view
from config.catalogs import locales, templates
from digests.catalog import Catalogs
from digests.model import Article, Citation, Digest, EngineInfo, Feed, Point, RelatedLink, Support, Text
from digests.store import Hit

HOSTILE = (
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'\" onmouseover='alert(1)' x=\"",
    "</title><svg onload=alert(1)>",
    "</script><script>alert(1)</script>",
    "<!--<script>",
    "{{ 7*7 }}{% raw %}",
    "javascript:alert(1)",
    "]]><x/>&#x3c;b&#x3e;",
    "\u202etxt.exe\u200b\x00\x1b[31m\ud800\uffff",
)
ADDRESSES = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " java\tscript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:x",
    "//evil.example/x",
    'https://evil.example/"onmouseover=alert(1) x="\'><script>',
    "https://user:pass@evil.example/%0d%0aSet-Cookie:x",
    "file:///etc/passwd",
    "",
)
LIVE = {"script", "iframe", "object", "embed", "base", "svg", "math", "img", "style", "video", "audio", "template"}
TAGS = {
    "a", "article", "aside", "b", "body", "button", "details", "div", "footer", "form", "h1", "h2", "head", "header",
    "html", "i", "input", "label", "li", "link", "main", "mark", "meta", "nav", "ol", "p", "q", "script", "section",
    "span", "summary", "sup", "time", "title", "ul",
}  # fmt: skip


def hostile_pair(text: str, url: str, name: str = "a") -> tuple[Article, Digest]:
    """An article and its digest with `text` wherever text stands and `url` wherever an address does."""
    found = article(name, title=text, text=text * 2, publisher=text, site=text, language="ja", url=url)
    said = Text(text=text, support=(Support(start=0, end=len(text)), Support(source="citation:1", start=0, end=1)))
    point = Point(label=text, text=text, support=(Support(start=0, end=len(text)),))
    made = digest(name)
    section = replace(made.sections[0], heading=text, body=(said,), points=(point,), closing=(said,), citations=(1, 9))
    return found, replace(
        made,
        title=text,
        url=url,
        lead=(said,),
        language_of_text=text[:5],
        sections=tuple(replace(section, role=s.role, number=s.number) for s in made.sections),
        conclusion=(said,),
        citations=(Citation(number=1, title=text, publisher=text, url=url),),
        related=(RelatedLink(title=text, url=url, score=1),),
        engine=EngineInfo(name="llm", model=text, fallback=text),
    )


def pages() -> Pages:
    return Pages(templates(), Catalogs(locales()), SITE)


PRESS = pages()


def rendered(text: str, url: str) -> tuple[str, str]:
    """The digest's page and a list with it."""
    found, made = hostile_pair(text, url)
    view = digest_view(made, found, {}, frozenset())
    ask = Ask(path="/d/a", catalog=PRESS.catalogs.of("ja"))
    data = Archive.linked_data(SITE, made, view.url)
    steps = [
        Step(id="a", title=text, publisher=text, language="ja", when=NOW, here=True),
        Step(id=text, title=text, publisher=text, language="ja", when=NOW, here=False),
    ]
    shown = {"view": view, "when": NOW, "arrived": NOW, "summary": text, "linked_data": data, "words": text}
    one = PRESS.render("digest.html", ask, style="x", story=steps, **shown)
    empty = {"note": text, "empty": "", "atom": "", "before": None, "after": None, "more": True, "front": True}
    items = [item_view(Hit(article=found, digest=made, score=1))]
    return one, PRESS.render("listing.html", ask, style="x", heading=text, found=items, words=text, **empty)


def wrong_with(page: str) -> list[str]:
    """Everything in a page that could be live and is not ours."""
    tree = document_fromstring(page)
    elements = [element for element in tree.iter() if isinstance(element.tag, str)]
    wrong = [f"<{e.tag}>" for e in elements if e.tag not in TAGS]
    wrong += [f"{e.tag} {name}" for e in elements for name in e.attrib if name.startswith("on") or name == "style"]
    wrong += [f"script {e.get('type')}" for e in tree.iter("script") if e.get("type") != "application/ld+json"]
    wrong += [f"link {url}" for url in addresses(tree) if urlsplit(url).scheme not in ("", "http", "https")]
    wrong += [f"link {url}" for url in addresses(tree) if url.startswith("//")]
    return wrong


def addresses(tree: HtmlElement) -> list[str]:
    return [str(url) for url in tree.xpath("//@href|//@src|//@action|//@formaction|//@srcset|//@data|//@poster")]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("url", ADDRESSES)
def test_hostile_words_and_addresses_stay_words(text: str, url: str) -> None:
    for page in rendered(text, url):
        assert wrong_with(page) == []
        page.encode("utf-8")


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from([*HOSTILE, "<", ">", '"', "'", "&", "=", " on", "x"]) | st.text(max_size=8)), st.text())
def test_no_text_and_no_address_makes_anything_live(pieces: list[str], url: str) -> None:
    text = "".join(pieces) or "x"
    for page in rendered(text, f"https://x.example/{url}" if len(url) % 2 else url):
        assert wrong_with(page) == []
        page.encode("utf-8")


@pytest.mark.parametrize("text", HOSTILE)
def test_linked_data_is_data_whatever_the_title_says(text: str) -> None:
    (script,) = document_fromstring(rendered(text, "https://x.example/")[0]).iter("script")
    assert json.loads(script.text_content())["@type"] == "Article"


def test_bidi_and_invisible_characters_do_not_reach_a_page() -> None:
    for page in rendered("a\u202eb\u2066c\u200bd\x00", "https://x.example/"):
        assert [char for char in page if char in "\u202e\u2066\u200b\x00"] == []


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Stand]:
    async with archive(tmp_path) as stand:
        yield stand


async def test_hostile_feeds_are_inert_from_the_store_to_the_reader(web: Stand) -> None:
    feed = Feed(url="https://news.example.jp/\"><script>'", title=HOSTILE[1], site="javascript:alert(1)", added=NOW)
    pairs = [hostile_pair(text, url, f"h{n}") for n, (text, url) in enumerate(zip(HOSTILE, ADDRESSES, strict=True))]
    await web.keeps(pairs, feed=feed)
    (link,) = (await web.get("/feeds")).page.xpath("//main//li/a[1]/@href")
    for path in ("/", "/feeds", link, "/search?q=%3Cscript%3Ealert(1)%3C/script%3E", *(f"/d/h{n}" for n in range(10))):
        answer = await web.get(path)
        assert answer.status == 200
        assert wrong_with(answer.text) == []


async def test_a_reflected_question_is_inert(web: Stand) -> None:
    for path in ("/search?q=", "/?lang=", "/?page=", "/e/x?token=", "/nothing?x="):
        for text in ("%22%3E%3Cscript%3Ealert(1)%3C/script%3E", "%27%20onfocus=alert(1)%20x=%27"):
            assert wrong_with((await web.get(path + text)).text) == []


@pytest.mark.parametrize("text", HOSTILE)
def test_atom_holds_only_text_and_safe_markup(text: str) -> None:
    for url in ADDRESSES:
        found, made = hostile_pair(text, url)
        body = atom(BASE, "/feed.atom", text, "/", [Hit(article=found, digest=made, score=1)], Catalogs(locales()))
        etree.fromstring(body)
        (entry,) = feedparser.parse(body, sanitize_html=False).entries
        assert [link.href for link in entry.links if not link.href.startswith(("http://", "https://"))] == []
        content = document_fromstring(entry.content[0].value)
        assert [e.tag for e in content.iter() if e.tag in LIVE] == []
        assert [url for url in addresses(content) if not url.startswith(("http://", "https://", "#"))] == []
