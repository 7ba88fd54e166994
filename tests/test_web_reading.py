"""Anybody can read the archive: landmarks, headings in order, names for controls, languages, contrast, small pages."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from lxml.html import HtmlElement
from store_samples import article, digest, subscription
from web_stand import Stand, archive

from config.catalogs import locales, templates
from digests.model import Citation, Digest, Point, RelatedLink, Support, Text

PAGES = ("/", "/d/a", "/search?q=本文", "/search", "/feeds", "/editions", "/date/2026-01-06", "/s/s", "/nothing")
LARGEST = 50_000
"""Bytes of a page."""
SENTENCE = "県は線路と駅の維持にかかる費用の半分を負担し、残りを沿線の五つの市と町が分け合う案を初めて示した。"


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Stand]:
    async with archive(tmp_path) as stand:
        await stand.keeps([(article("a", text=SENTENCE * 200), long_digest())])
        await stand.store.save_subscription(subscription("s", public=True))
        yield stand


def long_digest() -> Digest:
    """As long as a digest of a very long article gets: 60 sentences, each with its source."""
    starts = iter(range(0, 10_000, len(SENTENCE)))

    def said() -> Text:
        start = next(starts)
        return Text(text=SENTENCE, support=(Support(start=start, end=start + len(SENTENCE)),))

    def point() -> Point:
        return Point(label="費用の負担", text=SENTENCE, support=said().support)

    made = digest("a")
    return replace(
        made,
        url="https://news.example.jp/a",
        lead=(said(), said()),
        sections=tuple(
            replace(
                section,
                body=tuple(said() for _ in range(5)),
                points=tuple(point() for _ in range(7)),
                closing=(said(),),
                citations=(1, 2),
            )
            for section in made.sections
        ),
        conclusion=(said(), said()),
        citations=tuple(
            Citation(number=n, title="資料", publisher="官庁", url=f"https://x.example/{n}") for n in (1, 2)
        ),
        related=tuple(RelatedLink(title="記事", url=f"https://news.example.jp/{n}", score=1) for n in range(5)),
    )


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("language", ["ja", "en"])
async def test_a_page_can_be_read_by_ear_and_by_keyboard(web: Stand, path: str, language: str) -> None:
    page = (await web.get(path, Accept_Language=language)).page
    assert faults(page) == []
    assert page.get("lang") == language


def faults(page: HtmlElement) -> list[str]:
    """What WCAG 2.2 asks and a machine can see."""
    levels = [int(heading.tag[1]) for heading in page.xpath("//h1|//h2|//h3|//h4")]
    ids = page.xpath("//@id")
    found = {
        "one h1": levels.count(1) == 1 and levels[0] == 1,
        "headings in order": all(after - before <= 1 for before, after in pairwise(levels)),
        "title": bool(page.findtext(".//title", "").strip()),
        "one main": len(page.xpath("//main")) == 1,
        "header, footer": len(page.xpath("/html/body/header")) == len(page.xpath("/html/body/footer")) == 1,
        "named navigation": all(nav.get("aria-label") for nav in page.xpath("//nav")),
        "skip link first": page.xpath("//body//a[1]/@href")[0] == "#text" and "text" in ids,
        "labelled fields": all(
            page.xpath(f"//label[@for='{field.get('id')}']") for field in page.xpath("//input[@type!='hidden']")
        ),
        "named buttons": all(b.get("aria-label") or b.text_content().strip() for b in page.xpath("//button")),
        "named links": all(a.get("aria-label") or a.text_content().strip() for a in page.xpath("//a")),
        "unique ids": len(ids) == len(set(ids)),
        "targets exist": all(target[1:] in ids for target in page.xpath("//a/@href") if target.startswith("#")),
        "labels exist": all(name in ids for name in page.xpath("//@aria-labelledby")),
        "no tab order of its own": not [t for t in page.xpath("//@tabindex") if int(t) > 0],
        "zoom allowed": "maximum-scale" not in page.xpath("string(//meta[@name='viewport']/@content)"),
        "no script": not page.xpath("//script[not(@type='application/ld+json')]"),
        "nothing from elsewhere": not page.xpath("//link[@rel='stylesheet'][starts-with(@href, 'http')]|//*[@src]"),
    }
    return [name for name, right in found.items() if not right]


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_is_small(web: Stand, path: str) -> None:
    assert len((await web.get(path)).body) < LARGEST


async def test_a_full_list_is_small(web: Stand) -> None:
    title = "見出しはふつうこのくらいの長さで、二行にわたることもある"
    many = [article(f"n{n:02}", title=title) for n in range(20)]
    await web.keeps([(found, replace(long_digest(), id=found.id)) for found in many])
    assert len((await web.get("/")).body) < LARGEST


async def test_every_sentence_of_a_long_digest_shows_its_source(web: Stand) -> None:
    page = (await web.get("/d/a")).page
    assert len(page.xpath("//*[@popover]")) == 56
    assert {" ".join(mark.text_content().split()) for mark in page.xpath("//mark")} == {SENTENCE}


async def test_texts_are_marked_with_their_language(web: Stand) -> None:
    page = (await web.get("/d/a", Accept_Language="en")).page
    assert page.xpath("//h1/@lang") == ["ja"]
    spoken = {e.xpath("string(ancestor-or-self::*[@lang][1]/@lang)") for e in page.xpath("//*[@class='words']|//q")}
    said = {e.xpath("string(ancestor-or-self::*[@lang][1]/@lang)") for e in page.xpath("//main//button|//main//sup/a")}
    assert (spoken, said) == ({"ja"}, {"en"})


# --- the style sheet -------------------------------------------------------------------------------------------------


def palette(css: str) -> tuple[dict[str, str], dict[str, str]]:
    """The colours of the light and of the dark page."""
    light, dark = re.findall(r":root \{([^}]*--paper[^}]*)\}", css)[:2]
    return dict(re.findall(r"--(\w+): (#\w+)", light)), dict(re.findall(r"--(\w+): (#\w+)", dark))


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, relative luminance and contrast ratio."""
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(color: str) -> float:
    digits = color[1:] if len(color) == 7 else "".join(c * 2 for c in color[1:])
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_every_text_has_contrast_on_every_ground(scheme: int) -> None:
    colors = palette(templates()["style.css"])[scheme]
    pairs = [(text, ground) for text in ("ink", "quiet", "red") for ground in ("paper", "sheet")] + [("ink", "mark")]
    weak = {pair: contrast(colors[pair[0]], colors[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < 4.5} == {}


def test_the_style_sheet_asks_nothing_of_others_and_knows_light_dark_and_paper() -> None:
    css = templates()["style.css"]
    assert re.findall(r"url\(|@import|https?:(?!\"\]::after)", css.replace('href^="http"', "")) == []
    assert [query for query in ("prefers-color-scheme: dark", "print", "min-width") if query not in css] == []
    assert css.count("{") == css.count("}")


def test_every_word_of_the_pages_is_in_every_language() -> None:
    words = locales()
    web = {code: {key for key in texts if key.startswith("web.")} for code, texts in words.items()}
    assert web["ja"] == web["en"]
    used = {f"web.{key}" for text in templates().values() for key in re.findall(r'\bt\("([a-z0-9._-]+)"[,)]', text)}
    assert used - web["en"] == set()
    begun = {f"web.{key}" for text in templates().values() for key in re.findall(r'\bt\("([a-z0-9.]+\.)" ~', text)}
    assert [key for key in begun if not any(name.startswith(key) for name in web["en"])] == []
    named = {key: sorted(re.findall(r"\{(\w+)\}", words["en"][key])) for key in web["en"]}
    assert {key: sorted(re.findall(r"\{(\w+)\}", words["ja"][key])) for key in web["ja"]} == named
