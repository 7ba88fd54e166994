"""Pictures of the archive, the operator's pages and the setup wizard: the real server over the sample's editions,
photographed by Chromium through Playwright into docs/images/.

Run by `make pictures`; without a Chromium it says so and does nothing. With names (`setup admin`): only pictures whose
names begin so.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from playwright.async_api import Browser, Page, async_playwright
from rich.console import Console

from bot.app import Extras, opened
from bot.app_web import setup_pages
from bot.jobs import publish_slot
from bot.metrics import Metrics
from bot.sample import sample_sites
from bot.web import application, bound, serving
from bot.web_access import AdminAccess, Pulse, Site
from bot.wizard import Draft, Files, Wizard
from bot.world import World
from config.catalogs import templates
from config.settings import load_settings
from digests.edition import slot_now
from digests.model import Destination, Feed, Feedback, Subscription
from tools.pictures import IMAGES, browser_here, keep, read_sample

KEY = "the key of this one picture"
DESKTOP, PHONE = {"width": 1100, "height": 900}, {"width": 390, "height": 844}


async def main() -> int:
    browser = browser_here()
    if browser is None:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        async with (
            async_playwright() as playwright,
            _world(Path(folder)) as world,
            _served(world, Path(folder)) as (archive, setup),
        ):
            chromium = await playwright.chromium.launch(executable_path=browser, args=["--no-sandbox"])
            await _shoot(chromium, world, archive, setup)
            await chromium.close()
    return 0


async def _shoot(browser: Browser, world: World, archive: str, setup: Mapping[str, str]) -> None:
    ja, en = [await _best(world, code) for code in ("ja", "en")]
    dark: dict[str, Any] = {"color_scheme": "dark", "viewport": PHONE}
    await _picture(browser, f"{archive}/?lang=ja", "archive-front-ja")
    await _picture(browser, f"{archive}/?lang=en", "archive-front-en")
    await _picture(browser, f"{archive}/d/{ja}?lang=ja", "archive-digest-ja", point=True)
    await _picture(browser, f"{archive}/d/{en}?lang=en", "archive-digest-en", point=True)
    await _picture(browser, f"{archive}/d/{ja}?lang=ja", "archive-phone-dark", **dark)
    await _picture(browser, f"{archive}/admin?lang=en", "admin-en", token=KEY)
    await _picture(browser, f"{archive}/admin/feeds?lang=ja", "admin-feeds-ja", token=KEY)
    for code in ("en", "ja"):
        await _picture(browser, f"{setup[code]}/setup?lang={code}", f"setup-{code}", key=KEY, full=True)


async def _picture(
    browser: Browser,
    url: str,
    name: str,
    *,
    point: bool = False,
    token: str = "",
    key: str = "",
    full: bool = False,
    **options: Any,
) -> None:
    """One page as it first shows; with `point`, the first sentence is pointed at; `token` and `key` open doors."""
    if sys.argv[1:] and not name.startswith(tuple(sys.argv[1:])):
        return
    context = await browser.new_context(**{"viewport": DESKTOP, "reduced_motion": "reduce", **options})
    page = await context.new_page()
    if key:
        await page.goto(f"{url.partition('/setup')[0]}/setup?key={key}")
    await page.goto(url)
    if token:
        await page.fill("#token", token)
        await page.press("#token", "Enter")
        await page.wait_for_selector(".tabs")
        await page.goto(url)
    if point:
        await page.hover(".said >> nth=0")
    await _save(page, name, full=full)
    await context.close()


async def _save(page: Page, name: str, *, full: bool) -> None:
    picture = IMAGES / f"{name}.png"
    await page.screenshot(path=picture, full_page=full)
    keep(picture)


# --- what is photographed ---------------------------------------------------------------------------------------------


@asynccontextmanager
async def _world(folder: Path) -> AsyncIterator[World]:
    """The sample's feeds, digested, and an edition for each language."""
    environment = {"DATABASE_URL": f"sqlite:///{folder}/p.db"}
    async with sample_sites() as sites:
        extras = Extras(allow_hosts=[urlsplit(site.base).netloc for site in sites], spacing=0.0)
        async with opened(load_settings(environment), Console(quiet=True), extras=extras) as world:
            await read_sample(world, sites)
            for site in sites[:2]:
                order = _order(site.code, site.feed_url)
                await world.store.save_subscription(order)
                await publish_slot(world, order, slot_now(order, world.clock()))
            await world.store.pause_subscription("en", "missing Send Messages in #news")
            said = Feedback(digest="x", text="?", origin="discord:1", locale="en", at=world.clock())
            await world.store.save_feedback(said)
            yield world


def _order(code: str, feed: str) -> Subscription:
    zone = {"ja": "Asia/Tokyo", "en": "Europe/London"}[code]
    here = Destination(platform="console")
    return Subscription(id=code, destination=here, feeds=(feed,), language=code, zone=zone, public=True)


async def _best(world: World, code: str) -> str:
    """The digest of a language with most to show: citations, related links, every section."""
    hits = [hit for hit in await world.store.latest(limit=200) if hit.digest and hit.article.language == code]

    def worth(found: Any) -> tuple[int, int, int]:
        made = found.digest
        points = sum(len(section.points) for section in made.sections)
        return sum(section.addressed for section in made.sections), bool(made.citations) + bool(made.related), points

    return max(hits, key=worth).article.id


@asynccontextmanager
async def _served(world: World, folder: Path) -> AsyncIterator[tuple[str, Mapping[str, str]]]:
    """Addresses of the archive, and for each language of a wizard that has found a feed in it."""
    words: Mapping[str, str] = templates()
    async with AsyncExitStack() as stack:
        listeners = [stack.enter_context(bound("127.0.0.1", 0)) for _ in range(3)]
        archive, ja, en = (f"http://127.0.0.1:{listener.getsockname()[1]}" for listener in listeners)
        site = Site(base=archive, public=True, zone="Asia/Tokyo")
        app = application(world.store, site, world.catalogs, words, Metrics(), Pulse(), AdminAccess(token=KEY))
        await stack.enter_async_context(serving(app, listeners[0]))
        feeds = [health.feed for health in await world.store.feeds() if health.feed.role == "source"]
        for feed, code, address, listener in zip(feeds, ("ja", "en"), (ja, en), listeners[1:], strict=True):
            wizard = await _wizard(world, folder, feed)
            pages, _ = setup_pages(wizard, address, KEY, code)
            await stack.enter_async_context(serving(pages, listener))
        yield archive, {"ja": ja, "en": en}


async def _wizard(world: World, folder: Path, feed: Feed) -> Wizard:
    files = Files(folder=folder, config=folder / "chokan.toml", check=lambda path: None)
    wizard = Wizard(world, world.thinking, world.catalogs, files, draft=Draft(zone="Asia/Tokyo"), known={})
    await wizard.find(feed.url)
    wizard.draft = replace(wizard.draft, feed="https://news.example.jp/feed.xml")  # the sample's own port changes
    return wizard


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
