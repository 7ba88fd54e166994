"""Pictures of what members see, from the real payloads: the sample's edition, a search, a preview and windows on
Discord and on Slack, in both languages, drawn in styles of our own and photographed by Chromium into docs/images/.

Run by `make pictures`; without a Chromium it says so and does nothing. With arguments: only those whose names begin so.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from rich.console import Console

from bot.app import Extras, opened
from bot.commands import Press, Reply, Request
from bot.discord_forms import modal_of
from bot.discord_view import view_of
from bot.jobs import digest, prepared, publish_slot
from bot.lookups import Lookups
from bot.poll import poll
from bot.sample import SampleSite, sample_sites
from bot.slack_blocks import blocks_of
from bot.slack_forms import home_of, options_of, search_window
from bot.slack_forms import view_of as modal_view
from bot.world import World
from config.settings import load_settings
from digests.answers import described
from digests.edition import slot_now
from digests.message import Message
from digests.model import Destination, Feed, Subscription
from tools.pictures_windows import (
    WINDOW_STYLE,
    WINDOW_STYLES,
    discord_window,
    slack_menu,
    slack_window,
)
from tools.small_png import packed

IMAGES = ROOT / "docs" / "images"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH = {"discord": 760, "slack": 760}
MOST = 200_000
"""Bytes a picture may have."""
OFFERED = 6
"""Titles shown in the picture of a menu."""
RICH = '<div class="rich">'
WORDS = {"ja": "地震 復旧", "en": "harbour"}
ZONES = {"ja": "Asia/Tokyo", "en": "Europe/London"}
Json = dict[str, Any]


async def main(wanted: tuple[str, ...]) -> int:
    browser = browser_here()
    if browser is None:
        return 0
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        shots = await _shots(Path(folder))
        for name, html in shots.items():
            if wanted and not name.startswith(wanted):
                continue
            _photograph(browser, Path(folder), name, html)
    return 0


# --- payloads ---------------------------------------------------------------------------------------------------------


async def _shots(folder: Path) -> dict[str, str]:
    """Name of each picture → its page."""
    nowhere = "http://127.0.0.1:9/"
    environment = {"DISCORD_TOKEN": "none", "SLACK_BOT_TOKEN": "none", "DATABASE_URL": f"sqlite:///{folder}/p.db"}
    environment |= {"DISCORD_API_URL": nowhere, "SLACK_API_URL": nowhere}
    shots: dict[str, str] = {}
    async with sample_sites() as sites:
        extras = Extras(allow_hosts=[urlsplit(site.base).netloc for site in sites], spacing=0.0)
        async with opened(load_settings(environment), Console(quiet=True), extras=extras) as world:
            await read_sample(world, sites)
            for platform in ("discord", "slack"):
                for site in sites:
                    if site.code != "ref":
                        shots |= await _of_one(world, platform, site)
    return shots


CHANNELS = {("discord", "ja"): "100", ("discord", "en"): "101", ("slack", "ja"): "C100", ("slack", "en"): "C101"}
"""One for each language: sites of one channel would share a form."""


async def read_sample(world: World, sites: Sequence[SampleSite]) -> None:
    """Everything the sample's sites have, digested."""
    for site in sites:
        role = "reference" if site.code == "ref" else "source"
        await world.store.add_feed(Feed(url=site.feed_url, role=role, backfill=99))  # type: ignore[arg-type]
    await poll(world, urls=[site.feed_url for site in sites])
    await digest(world)


async def _of_one(world: World, platform: str, site: SampleSite) -> dict[str, str]:
    here = Destination(platform=platform, channel=CHANNELS[platform, site.code], tenant="500")
    zone, code = ZONES[site.code], site.code
    order = Subscription(id=code, destination=here, feeds=(site.feed_url,), language=code, zone=zone, limit=5)
    _, deliveries = await prepared(world, order, slot_now(order, world.clock()))
    answers = Lookups(world)
    found = await _asked(answers, here, code, "search", words=WORDS[code])
    shown = await _asked(answers, here, code, "preview", url=site.feed_url)
    edition = [delivery.message for delivery in deliveries[:2]]
    windows = await _windows(world, answers, platform, site)
    return windows | {
        f"{platform}-edition-{code}": _page(platform, code, edition, private=False),
        f"{platform}-search-{code}": _page(platform, code, [found.message], private=True),
        f"{platform}-preview-{code}": _page(platform, code, [shown.message, *shown.more[:2]], private=True),
    }


async def _windows(world: World, answers: Lookups, platform: str, site: SampleSite) -> dict[str, str]:
    """Subscribing; on Slack also the Home tab, and the search while one types."""
    code = site.code
    here = Destination(platform=platform, channel=CHANNELS[platform, code], tenant=f"500-{code}")
    who: Json = {"locale": code, "origin": here, "admin": True, "reader": "U1", "zone": ZONES[code]}
    offered = await answers.press(Press(verb="admin-new", value="", fields={"url": site.feed_url}, **who))
    assert offered.form is not None
    if platform == "discord":
        form = discord_window(modal_of(offered.form).to_dict(), offered.form.send)
        return {f"discord-subscribe-{code}": _sheet(platform, code, form)}
    order = Subscription(id=f"news-{code}", destination=here, feeds=(site.feed_url,), language=code, zone=ZONES[code])
    await world.store.save_subscription(order)
    await publish_slot(world, order, slot_now(order, world.clock()))
    catalog, word = world.catalogs.of(code), WORDS[code].split()[0]
    await answers.answer(Request(command="search", options={"words": word}, **who))
    home = home_of(await answers.home(Request(command="home", **who)))
    hint = described(catalog("slack.search.title"), [catalog("slack.search.hint")], catalog)
    offers = slack_menu(options_of(await answers.titles(word, code, here)), OFFERED)
    search = slack_window(search_window([hint], catalog, {}), _block, word).replace(RICH, f"{offers}{RICH}", 1)
    return {
        f"slack-home-{code}": _sheet(platform, code, slack_window(home, _block)),
        f"slack-typing-{code}": _sheet(platform, code, search),
        f"slack-subscribe-{code}": _sheet(platform, code, slack_window(modal_view(offered.form, {}), _block)),
    }


def _sheet(platform: str, code: str, body: str) -> str:
    style = f"{COMMON}{STYLES[platform]}{WINDOW_STYLE}{WINDOW_STYLES[platform]}"
    return f'<!doctype html><html lang="{code}"><meta charset="utf-8"><style>{style}</style><main>{body}</main></html>'


async def _asked(answers: Lookups, here: Destination, code: str, command: str, **options: str) -> Reply:
    return await answers.answer(Request(command=command, options=options, locale=code, origin=here, admin=True))


def _page(platform: str, code: str, messages: Sequence[Message], *, private: bool) -> str:
    draw = {"discord": _discord, "slack": _slack}[platform]
    hint = {"ja": "あなただけに表示されています", "en": "Only visible to you"}[code] if private else ""
    name = {"ja": "朝刊", "en": "Chokan"}[code]
    rows = "".join(
        f'<article><div class="face">朝</div><div class="said"><p class="who">{name} <b class="app">APP</b> '
        f"<i>7:00</i></p>{draw(message)}"
        f"{f'<p class=hint>{hint}</p>' if hint else ''}</div></article>"
        for message in messages
    )
    style = f"{COMMON}{STYLES[platform]}"
    return f'<!doctype html><html lang="{code}"><meta charset="utf-8"><style>{style}</style><main>{rows}</main></html>'


# --- Discord: components ----------------------------------------------------------------------------------------------


def _discord(message: Message) -> str:
    return "".join(_component(component) for component in view_of(message).to_components())  # type: ignore[no-untyped-call]  # untyped in the library


def _component(component: Json) -> str:
    match component["type"]:
        case 10:
            return "".join(_markdown_line(line) for line in component["content"].split("\n"))
        case 14:
            return "<hr>"
        case 1:
            return f'<div class="row">{"".join(_discord_button(b) for b in component["components"])}</div>'
    raise ValueError(f"no picture of component {component['type']}")


def _discord_button(button: Json) -> str:
    arrow = " ↗" if "url" in button else ""
    return f'<span class="button style{button["style"]}">{escape(button["label"])}{arrow}</span>'


_LINE = re.compile(r"(?P<mark>#{1,3} |-# |- |\d+\. )?(?P<rest>.*)")
_INLINE = re.compile(
    r"\\(?P<plain>.)|\*\*(?P<bold>.+?)(?<!\\)\*\*|\*(?P<italic>[^*]+)\*"
    r"|\[(?P<label>(?:\\.|[^\]\\])*)\]\((?P<url>[^)\s]+)\)|<#(?P<channel>\d+)>"
)


def _markdown_line(line: str) -> str:
    found = _LINE.match(line)
    assert found is not None, line
    mark, rest = (found["mark"] or "").strip(), _inline(found["rest"])
    if mark.startswith("#"):
        return f"<h{len(mark)}>{rest}</h{len(mark)}>"
    if mark == "-#":
        return f'<p class="small">{rest}</p>'
    if mark:
        return f'<p class="item"><span>{"•" if mark == "-" else mark}</span><span>{rest}</span></p>'
    return f"<p>{rest}</p>"


def _inline(text: str) -> str:
    out, at = "", 0
    for found in _INLINE.finditer(text):
        out += escape(text[at : found.start()])
        at = found.end()
        if found["plain"]:
            out += escape(found["plain"])
        elif found["channel"]:
            out += "<a>#news</a>"
        elif found["bold"]:
            out += f"<b>{_inline(found['bold'])}</b>"
        elif found["italic"]:
            out += f"<em>{_inline(found['italic'])}</em>"
        else:
            out += f"<a>{_inline(found['label'])}</a>"
    return out + escape(text[at:])


# --- Slack: blocks ----------------------------------------------------------------------------------------------------


def _slack(message: Message) -> str:
    return "".join(_block(block) for block in blocks_of(message))


def _block(block: Json) -> str:
    match block["type"]:
        case "header":
            return f"<h1>{escape(block['text']['text'])}</h1>"
        case "divider":
            return "<hr>"
        case "context":
            return f'<p class="small">{" ".join(_context(element) for element in block["elements"])}</p>'
        case "actions":
            return f'<div class="row">{"".join(_slack_button(b) for b in block["elements"])}</div>'
        case "rich_text":
            return "".join(_rich(element) for element in block["elements"])
    raise ValueError(f"no picture of block {block['type']}")


def _rich(element: Json) -> str:
    if element["type"] == "rich_text_list":
        items = "".join(f"<li>{_rich(item)}</li>" for item in element["elements"])
        tag = "ol" if element["style"] == "ordered" else "ul"
        return f"<{tag}>{items}</{tag}>"
    return f'<div class="rich">{"".join(_run(run) for run in element["elements"])}</div>'


def _run(run: Json) -> str:
    if run["type"] == "channel":
        return "<a>#news</a>"
    text = escape(run.get("text") or run["url"]).replace("\n", "<br>")
    style = run.get("style") or {}
    text = f"<b>{text}</b>" if style.get("bold") else text
    text = f"<em>{text}</em>" if style.get("italic") else text
    return f"<a>{text}</a>" if run["type"] == "link" else text


def _context(element: Json) -> str:
    if element["type"] == "plain_text":
        return escape(element["text"])
    return re.sub(r"&lt;https?://[^|]+\|(.+?)&gt;", r"<a>\1</a>", escape(element["text"].replace("&amp;", "&")))


def _slack_button(button: Json) -> str:
    arrow = " ↗" if "url" in button else ""
    return f'<span class="button {button.get("style", "")}">{escape(button["text"]["text"])}{arrow}</span>'


# --- the camera -------------------------------------------------------------------------------------------------------

COMMON = """
* {box-sizing: border-box}
body {margin: 0; font: 15px/1.5 "Noto Sans", "Noto Sans CJK JP", sans-serif}
main {padding: 18px 20px}
article {display: flex; gap: 14px; margin: 0 0 18px}
article:last-child {margin: 0}
.face {flex: 0 0 40px; height: 40px; background: #b3402e; color: #fff; text-align: center}
.face {font: 700 22px/40px "Noto Serif CJK JP", serif}
.said {flex: 1; min-width: 0; overflow-wrap: anywhere}
p {margin: 2px 0}
.who {font-weight: 700; margin: 0 0 2px}
.who i {font: 12px sans-serif; opacity: .6}
.app {font: 700 10px/1 sans-serif; padding: 2px 4px; border-radius: 3px; vertical-align: 2px}
.row {display: flex; flex-wrap: wrap; gap: 8px; margin: 8px 0 2px}
.button {font-size: 14px; font-weight: 600}
h1, h2, h3 {line-height: 1.35; margin: 10px 0 4px}
.hint {font-size: 12px; opacity: .65; margin-top: 6px}
hr {border: 0; border-top: 1px solid}
.item {display: flex; gap: 8px; padding-left: 6px}
ul, ol {margin: 4px 0; padding-left: 24px}
"""
STYLES = {
    "discord": """
body{background:#313338;color:#dbdee1}.face{border-radius:50%}.app{background:#5865f2;color:#fff}.who{color:#f2f3f5}
h1{font-size:22px;color:#f2f3f5}h2{font-size:18px;color:#f2f3f5}h3{font-size:16px;color:#f2f3f5}a{color:#00a8fc}
.small{font-size:12.5px;color:#949ba4}.button{background:#4e5058;color:#fff;padding:5px 14px;border-radius:8px}
.style1{background:#5865f2}hr{border-color:#4e5058}
""",
    "slack": """
body{background:#fff;color:#1d1c1d}.face{border-radius:8px}.app{background:#ddd;color:#555}a{color:#1264a3}
h1{font-size:18px;font-weight:800}.small{font-size:13px;color:#616061}.rich{white-space:normal;margin:2px 0}
.button{border:1px solid #bbb;padding:4px 12px;border-radius:8px;background:#fff}.primary{background:#007a5a;color:#fff}
hr{border-color:#ddd}
""",
}


def _photograph(browser: str, folder: Path, name: str, html: str) -> None:
    """A picture as tall as the page: the browser is asked for the height first."""
    page, width = folder / f"{name}.html", WIDTH[name.partition("-")[0]]
    measure = "<script>document.title=Math.ceil(document.querySelector('main').getBoundingClientRect().height)</script>"
    page.write_text(html + measure, encoding="utf-8")
    said = browse(browser, folder, f"--window-size={width},600", "--dump-dom", page.as_uri())
    height = int(re.search(r"<title>(\d+)</title>", said)[1])  # type: ignore[index]
    picture = IMAGES / f"{name}.png"
    browse(browser, folder, f"--window-size={width},{height}", f"--screenshot={picture}", page.as_uri())
    keep(picture)


def keep(picture: Path) -> None:
    """Pack what Chromium wrote, and say how large it is."""
    picture.write_bytes(packed(picture.read_bytes()))
    size = picture.stat().st_size
    sys.stdout.write(f"{picture.relative_to(ROOT)}  {size // 1000} kB\n")
    sys.stdout.flush()
    if size > MOST:
        raise SystemExit(f"{picture.name} is over {MOST // 1000} kB")


def browser_here() -> str | None:
    """The Chromium of this machine; None, and a word about it, where there is none."""
    browser = next((found for name in BROWSERS if (found := shutil.which(name))), None)
    if browser is None:
        sys.stderr.write("pictures: skipped, no Chromium here (Debian: apt-get install chromium fonts-noto-cjk)\n")
    return browser


def browse(browser: str, folder: Path, *arguments: str) -> str:
    usual = (
        "--headless",
        "--disable-gpu",
        "--hide-scrollbars",
        "--disable-lcd-text",
        "--force-device-scale-factor=1",
        "--lang=ja",
    )
    sandbox = ("--no-sandbox",) if os.geteuid() == 0 else ()
    profile = f"--user-data-dir={folder / 'profile'}"
    command = [browser, *usual, *sandbox, profile, *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


if __name__ == "__main__":
    sys.exit(asyncio.run(main(tuple(sys.argv[1:]))))
