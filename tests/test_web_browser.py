"""The archive as people use it, in a real headless Chromium: by pointer, by keyboard alone, without script, in the
dark, on a phone, on paper; in Japanese and in English. One browser and one archive for all of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from browsing import barriers, chromium, needs_chromium
from store_samples import FEED, NOW, article, digest, subscription
from store_samples import edition as an_edition
from web_stand import SITE, Stand, archive

from bot.web_access import AdminAccess, Pulse, Site
from digests.model import Article, Citation, Digest, Feed, Point, RelatedLink, Support, Text
from digests.urls import article_id

TOKEN = "the operator's own token"
PHONE = {"viewport": {"width": 360, "height": 740}}
ENGLISH = "The harbour authority closed the bridge on Monday. Repairs may take until spring, its director said."
JAPANESE = "港湾局は月曜日、「白浦大橋」を通行止めにした。復旧は春になる見込みで、局長は「安全を最優先する」と述べた。"
PAGES = ("/", "/d/ja", "/d/en", "/search?q=大橋", "/feeds", "/e/e1", "/none")

pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass(frozen=True)
class Reader:
    """Somebody with a browser."""

    browser: Any
    web: Stand

    async def open(self, path: str, **options: Any) -> Any:
        """A page in a context of its own; requests to anywhere else are remembered on it."""
        context = await self.browser.new_context(**{"locale": "en", **options})
        context.set_default_timeout(120_000)  # a busy machine is no fault of the page
        page = await context.new_page()
        page.elsewhere = []
        page.on("request", lambda asked: asked.url.startswith(self.web.url) or page.elsewhere.append(asked.url))
        await page.goto(self.web.url + path)
        return page


@pytest_asyncio.fixture(loop_scope="module", scope="module")
async def reader(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Reader]:
    needs_chromium()
    folder: Path = tmp_path_factory.mktemp("browser")
    site = Site(base="http://127.0.0.1", public=True, zone="Asia/Tokyo", secret=SITE.secret)
    async with archive(folder, site=site, pulse=Pulse(clock=lambda: NOW), admin=AdminAccess(token=TOKEN)) as web:
        await filled(web)
        async with chromium() as browser:
            yield Reader(browser, web)


async def filled(web: Stand) -> None:
    cited = replace(
        article("c", url="https://cited.example/report", role="reference"), text="The report counts 31 bridges."
    )
    cited = replace(cited, id=article_id(cited.url))
    await web.keeps([(cited, digest("x"))], feed=Feed(url="https://ref.example/feed", role="reference"))
    await web.keeps(
        [(told("ja", JAPANESE), made("ja", JAPANESE, cited)), (told("en", ENGLISH), made("en", ENGLISH, cited))]
    )
    await web.holds(*(f"n{number:02}" for number in range(25)), at=NOW - timedelta(minutes=5))
    await web.store.save_subscription(subscription("s", public=True))
    await web.store.save_edition(an_edition("e1", articles=("ja", "en")), ())


def told(language: str, text: str) -> Article:
    title = {
        "ja": "港湾局、白浦大橋を通行止め　復旧は春の見込み",
        "en": "Harbour authority closes the Shiraura bridge",
    }[language]
    return article(language, language=language, title=title, text=text, feed=FEED.url, publisher="汐見新報")


def made(language: str, text: str, cited: Article) -> Digest:
    space = text.index("。") + 1 if language == "ja" else text.index(". ") + 1
    first = Text(text=text[:space], support=(Support(start=0, end=space),))
    second = text[space:].strip()
    start = text.index(second)
    point = Point(
        label="復旧" if language == "ja" else "Repairs", text=second, support=(Support(start=start, end=len(text)),)
    )
    report = Text(text=cited.text, support=(Support(source="citation:1", start=0, end=len(cited.text)),))
    base = digest(language)
    sections = [
        replace(base.sections[0], body=(first, report), citations=(1,)),
        replace(base.sections[1], addressed=False, body=(Text(text="–", support=()),)),
        replace(base.sections[2], body=(first,), points=(point,)),
        replace(base.sections[3], body=(report,), citations=(1,)),
    ]
    return replace(
        base,
        language=language,
        language_of_text=language,
        title=told(language, text).title,
        url=told(language, text).url,
        lead=(first,),
        sections=tuple(sections),
        conclusion=(first,),
        citations=(Citation(number=1, title="A report", publisher="Cited", url=cited.url),),
        related=(RelatedLink(title="More", url="https://example.jp/more", score=0.9),),
    )


# --- finding one's way ------------------------------------------------------------------------------------------------


async def test_a_reader_goes_from_the_front_page_through_a_digest_to_its_source_and_back(reader: Reader) -> None:
    page = await reader.open("/")
    await page.click("text=Harbour authority closes")
    assert await page.locator("main h2").count() >= 5
    await page.click("sup a >> nth=0")
    assert await page.evaluate("document.querySelector(':target').id") == "c1"
    await page.click("#c1 .back >> nth=0")
    assert (await page.evaluate("document.querySelector(':target').id")).startswith("r")
    await page.click("text=Latest")
    assert page.url == f"{reader.web.url}/"


async def test_a_search_finds_what_it_shows(reader: Reader) -> None:
    page = await reader.open("/")
    await page.fill("#q", "白浦大橋")
    await page.press("#q", "Enter")
    assert await page.locator("main h2").all_inner_texts() == [told("ja", JAPANESE).title]
    assert await page.input_value("#q") == "白浦大橋"


async def test_a_long_day_is_turned_over(reader: Reader) -> None:
    page = await reader.open("/")
    await page.click("a[rel=next]")
    assert "page=2" in page.url
    await page.click("a[rel=prev]")
    assert "page=2" not in page.url


async def test_by_keyboard_alone_a_source_is_shown_and_put_away(reader: Reader) -> None:
    page = await reader.open("/d/en", viewport={"width": 1280, "height": 800})
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.activeElement.id") == "text"
    for _ in range(9):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.matches('.said button')"):
            break
    shown = page.locator("#q1")
    assert await shown.is_visible()  # on focus
    assert "closed the bridge" in await shown.locator("mark").inner_text()
    outline = "getComputedStyle(document.activeElement).outlineStyle"
    assert await page.evaluate(outline) != "none"
    await page.keyboard.press("Enter")
    assert await page.evaluate("document.querySelector('#q1').matches(':popover-open')")
    await page.keyboard.press("Escape")
    assert not await page.evaluate("document.querySelector('#q1').matches(':popover-open')")


async def test_pointing_at_a_sentence_shows_the_words_it_rests_on(reader: Reader) -> None:
    page = await reader.open("/d/ja", viewport={"width": 1280, "height": 800})
    source = page.locator("#q1")
    assert not await source.is_visible()
    await page.hover(".said >> nth=0")
    assert await source.is_visible()


async def test_everything_can_be_read_found_and_looked_up_without_script(reader: Reader) -> None:
    page = await reader.open("/d/en", java_script_enabled=False, **PHONE)
    assert ENGLISH[:40] in await page.inner_text(".lead")
    await page.click(".said button >> nth=0")  # tapped: the browser opens it by itself
    assert await page.locator("#q1").is_visible()
    await page.keyboard.press("Escape")
    await page.click("summary")
    assert "4 " in await page.inner_text(".made") or "rest" in await page.inner_text(".made")
    await page.fill("#q", "bridge")
    await page.press("#q", "Enter")
    assert await page.locator("main h2").count() == 1


# --- how it looks -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
async def test_nothing_keeps_anybody_out_and_nothing_comes_from_elsewhere(reader: Reader, path: str) -> None:
    """In light and dark, each also narrow: axe-core finds nothing, nothing scrolls sideways, the page stays small."""
    page = await reader.open(path, locale="ja")
    assert await barriers(page) == []
    await page.emulate_media(color_scheme="dark")
    await page.set_viewport_size(PHONE["viewport"])
    assert await barriers(page) == []
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.elsewhere == []
    assert len((await reader.web.get(path)).body) < 50_000
    await page.context.close()


async def test_the_dark_page_is_dark_and_the_light_one_light(reader: Reader) -> None:
    page = await reader.open("/", color_scheme="dark")
    dark = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    await page.emulate_media(color_scheme="light")
    light = await page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    brightness = [sum(int(part) for part in colour[4:-1].split(",")) for colour in (dark, light)]
    assert (brightness[0] < 150, brightness[1] > 650) == (True, True)


async def test_japanese_is_set_as_japanese_and_english_as_english(reader: Reader) -> None:
    page = await reader.open("/d/ja")
    style = "e => (s => [s.lineBreak, s.wordBreak, s.fontFamily, s.textSpacingTrim])(getComputedStyle(e))"
    breaking, word, font, trim = await page.eval_on_selector(".lead p", style)
    assert (breaking, word, trim) == ("strict", "normal", "trim-start")
    assert "Mincho" in font.split(",")[0]
    assert await page.eval_on_selector("main h1", "e => getComputedStyle(e).wordBreak") == "auto-phrase"
    english = await (await reader.open("/d/en")).eval_on_selector(".lead p", style)
    assert "Mincho" not in english[2].split(",")[0]


async def test_paper_gets_the_text_and_its_addresses_alone(reader: Reader) -> None:
    page = await reader.open("/d/en")
    await page.emulate_media(media="print")
    for hidden in (".masthead form", ".masthead nav", "footer", ".said button >> nth=0", ".back >> nth=0"):
        assert not await page.locator(hidden).first.is_visible(), hidden
    assert await page.locator("main h1").is_visible()
    address = await page.evaluate("getComputedStyle(document.querySelector('.footnotes a'), '::after').content")
    assert "cited.example" in address or "attr(href)" in address
    assert len(await page.pdf()) > 1000


# --- the operator's pages ---------------------------------------------------------------------------------------------


async def test_an_operator_signs_in_pauses_and_signs_out_by_keyboard(reader: Reader) -> None:
    page = await reader.open("/admin", locale="en")
    assert await barriers(page) == []
    await page.fill("#token", "wrong")
    await page.press("#token", "Enter")
    assert "not the token" in await page.inner_text("[role=alert]")
    await page.fill("#token", TOKEN)
    await page.press("#token", "Enter")
    await page.focus("button:has-text('Pause')")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("button:has-text('Resume')")
    for path in ("/admin", "/admin/feeds", "/admin/deliveries", "/admin/costs", "/admin/feedback"):
        await page.goto(reader.web.url + path)
        assert await barriers(page) == []
        await page.set_viewport_size(PHONE["viewport"])
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        await page.set_viewport_size({"width": 1100, "height": 800})
    assert await page.evaluate("document.cookie") == ""
    await page.click("text=Sign out")
    assert await page.locator("#token").count() == 1
