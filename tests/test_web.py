"""The archive on the web: what its pages show, to whom, with which headers, and how they are linked."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from store_samples import FEED, NOW, article, digest, edition, later, subscription
from web_stand import SITE, Answer, Stand, archive

from bot.telemetry import set_up_logging
from bot.web import SAFETY, bound
from bot.web_access import subscription_address, token_of
from bot.web_views import feed_key
from digests.errors import NotListening
from digests.model import Citation, Digest, Feed, Point, RelatedLink, Support, Text
from digests.urls import article_id

OTHER = Feed(url="https://other.example/feed", title="Other", added=NOW)
PAGES = ("/", "/d/a", "/search?q=本文", "/search", "/feeds", "/editions", "/date/2026-01-06", "/nothing")


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Stand]:
    async with archive(tmp_path) as stand:
        yield stand


# --- pages -----------------------------------------------------------------------------------------------------------


async def test_an_empty_archive_says_so(web: Stand) -> None:
    front = await web.get("/")
    assert (front.status, front.texts("//h1")) == (200, ["Tuesday, January 6, 2026"])
    assert "There is no digest here yet." in front.text


async def test_the_front_page_is_the_newest_day_in_the_archives_own_zone(web: Stand) -> None:
    await web.holds("late", at=NOW)  # 07:00 of the 6th in Tokyo
    await web.holds("early", at=NOW - timedelta(hours=7, seconds=1))  # one second before midnight
    front = await web.get("/", Accept_Language="ja")
    assert front.texts("//h1") == ["2026年1月6日（火）"]
    assert front.texts("//article//h2") == ["見出し late"]
    assert [a.get("href") for a in front.page.xpath("//nav[@aria-label='日付']//a")] == ["/date/2026-01-05"]
    assert (await web.get("/date/2026-01-05")).texts("//article//h2") == ["見出し early"]


async def test_a_long_day_is_turned_page_by_page_without_loss(web: Stand) -> None:
    names = [f"n{number:02}" for number in range(45)]
    await web.holds(*names)
    seen: list[str] = []
    path = "/date/2026-01-06?lang=en"
    while path:
        page = await web.get(path)
        seen += page.texts("//article//h2")
        path = next(iter(page.page.xpath("//a[@rel='next']/@href")), "")
    assert sorted(seen) == [f"見出し {name}" for name in names]


async def test_a_digest_stands_in_four_sections_with_its_sources_words(web: Stand) -> None:
    await web.holds("a")
    page = await web.get("/d/a")
    assert page.texts("//main//h1") == ["見出し a"]
    assert page.page.xpath("//header//a[starts-with(@href, '/date/')]/@href") == ["/date/2026-01-06"]
    assert page.texts("//section/h2") == ["1. 見出し", "2. 見出し", "3. 見出し", "4. 見出し", "Conclusion"]
    assert page.texts("//*[@id='q1']//mark") == ["本文 a。"]
    buttons = page.page.xpath("//button/@popovertarget")
    assert buttons == page.page.xpath("//*[@popover]/@id")
    assert len(buttons) == 6


async def test_footnotes_lead_there_and_back(web: Stand) -> None:
    cited = article("c", url="https://cited.example/report", role="reference", text="報告書の言葉。")
    cited = replace(cited, id=article_id(cited.url))
    made = with_citation(cited.url)
    await web.keeps([(cited, digest("x"))], feed=Feed(url="https://ref.example/feed", role="reference"))
    await web.keeps([(article("a"), made)])
    page = (await web.get("/d/a")).page
    marks = page.xpath("//sup/a")
    assert [mark.get("href") for mark in marks] == ["#c1", "#c1"]
    assert page.xpath("//li[@id='c1']/a/@href")[0] == cited.url
    assert page.xpath("//li[@id='c1']/a[@class='back']/@href") == [f"#{mark.get('id')}" for mark in marks]
    assert page.xpath("string(//*[@class='source'][contains(., 'In source (1)')]//mark)") == "報告書の"


def with_citation(url: str) -> Digest:
    """A digest whose first section cites in a sentence, and whose third does as a whole."""
    said = Text(text="報告書の。", support=(Support(source="citation:1", start=0, end=4),))
    made = digest("a")
    first, second, third, fourth = made.sections
    point = Point(label="論点", text="本文。", support=(Support(start=0, end=2),))
    return replace(
        made,
        sections=(
            replace(first, body=(said,), citations=(1,)),
            second,
            replace(third, points=(point,), citations=(1,)),
            fourth,
        ),
        citations=(Citation(number=1, title="報告", publisher="官庁", url=url),),
    )


async def test_a_related_page_that_we_digested_is_linked_to_its_digest(web: Stand) -> None:
    url = "https://news.example.jp/other"
    other = article(article_id(url), url=url)
    await web.keeps([(other, digest(other.id))])
    links = (
        RelatedLink(title="ours", url=url, score=1),
        RelatedLink(title="x", url="https://news.example.jp/x", score=1),
    )
    await web.keeps([(article("a"), replace(digest("a"), related=links))])
    page = (await web.get("/d/a")).page
    assert page.xpath("//aside//a/@href") == [url, f"/d/{other.id}", "https://news.example.jp/x"]


async def test_search_finds_by_words_and_keeps_them_in_the_box(web: Stand) -> None:
    await web.holds("a", "b")
    found = await web.get("/search?q=見出し%20a")
    assert found.texts("//h1") == ["Results for “見出し a”"]
    assert found.texts("//article//h2")[0] == "見出し a"
    assert found.page.xpath("//input[@name='q']/@value") == ["見出し a"]
    assert "noindex" in found.page.xpath("//meta[@name='robots']/@content")


async def test_feeds_are_listed_and_each_has_its_own_pages(web: Stand) -> None:
    await web.holds("a")
    await web.holds("b", feed=OTHER)
    rows = (await web.get("/feeds")).page.xpath("//main//li/a[1]/@href")
    assert rows == [f"/feeds/{feed_key(FEED.url)}", f"/feeds/{feed_key(OTHER.url)}"]
    assert (await web.get(rows[1])).texts("//article//h2") == ["見出し b"]


@pytest.mark.parametrize(
    ("accept", "query", "language"),
    [
        ("", "", "en"),
        ("ja", "", "ja"),
        ("fr, ja;q=0.5, en;q=0.4", "", "ja"),
        ("en-US,en;q=0.9,ja;q=0.8", "", "en"),
        ("ja;q=0, en;q=0.1", "", "en"),
        ("*;q=xx,;;,ja;q=2", "", "en"),
        ("ja", "?lang=en", "en"),
        ("ja", "?lang=xx", "ja"),
    ],
)
async def test_the_page_speaks_the_readers_language(web: Stand, accept: str, query: str, language: str) -> None:
    page = await web.get(f"/{query}", Accept_Language=accept)
    assert page.page.get("lang") == language
    assert page.headers["vary"] == "Accept-Language"


async def test_a_chosen_language_stays_chosen_on_every_link(web: Stand) -> None:
    await web.holds("a")
    page = (await web.get("/?lang=ja")).page
    inner = [href for href in page.xpath("//a/@href") if href.startswith("/")]
    assert [href for href in inner if "lang=" not in href] == []
    assert page.xpath("//form/input[@name='lang']/@value") == ["ja"]


@pytest.mark.parametrize(
    "path",
    [
        "/d/no", "/e/no", "/s/no", "/feeds/000000000000", "/date/2026-13-01", "/date/0001-01-01", "/date/9999-12-31",
        "/d/" + "x" * 65, "/d/%00", "/%ff", "/..%2f..%2fetc", "/nothing/at/all",
    ],
)  # fmt: skip
async def test_what_is_not_there_is_a_page_that_says_so(web: Stand, path: str) -> None:
    page = await web.get(path)
    assert page.status in (400, 404)
    if page.status == 404:
        assert page.texts("//h1") == ["That did not work"]


@pytest.mark.parametrize(
    "query", ["?page=0", "?page=-1", "?page=９", "?page=999999999999", "?page=x", "?q=%00%ff&page=3"]
)
async def test_odd_questions_are_answered(web: Stand, query: str) -> None:
    await web.holds("a")
    for path in ("/", "/search", "/editions", "/d/a"):
        assert (await web.get(path + query)).status == 200


async def test_only_reading_is_allowed(web: Stand) -> None:
    async with web.session.post(web.url + "/", data=b"x") as response:
        assert (response.status, response.headers["Allow"]) == (405, "GET,HEAD")
    async with web.session.head(web.url + "/") as response:
        assert response.status == 200


# --- editions --------------------------------------------------------------------------------------------------------


async def test_editions_of_a_public_subscription_are_everybodys(web: Stand) -> None:
    await web.holds("a", "b")
    await web.store.save_subscription(subscription("open", public=True))
    await web.store.save_edition(edition("e1", of="open", articles=("b", "a")), ())
    assert (await web.get("/editions")).page.xpath("//main//li/a/@href") == ["/e/e1"]
    assert (await web.get("/e/e1")).texts("//article//h2") == ["見出し b", "見出し a"]
    assert (await web.get("/s/open/feed.atom")).status == 200


async def test_editions_of_a_private_one_open_with_its_own_token_only(web: Stand) -> None:
    await web.holds("a")
    for name in ("mine", "yours"):
        await web.store.save_subscription(subscription(name))
        await web.store.save_edition(edition(f"e-{name}", of=name, articles=("a",)), ())
    mine = token_of("s" * 24, "mine")
    paths = ("/e/e-mine", "/s/mine", "/s/mine/feed.atom")
    assert [(await web.get(path)).status for path in paths] == [404, 404, 404]
    assert [(await web.get(f"{path}?token={mine}")).status for path in paths] == [200, 200, 200]
    assert (await web.get(f"/e/e-yours?token={mine}")).status == 404
    assert (await web.get(f"/e/e-mine?token={mine}x")).status == 404
    assert (await web.get("/e/e-mine?token=%E3%81%82")).status == 404
    assert (await web.get("/editions")).page.xpath("//main//li/a") == []


async def test_a_private_page_is_neither_kept_nor_indexed_and_its_links_still_open(web: Stand) -> None:
    await web.holds("a")
    await web.store.save_subscription(subscription("mine"))
    await web.store.save_edition(edition("e1", of="mine", articles=("a",)), ())
    address = subscription_address(web.url, subscription("mine"), SITE.secret) or ""
    page = await web.get(address.removeprefix(web.url))
    assert (page.headers["cache-control"], page.headers["x-robots-tag"]) == ("private, no-store", "noindex")
    assert "etag" not in page.headers
    (link,) = page.page.xpath("//main//li/a/@href")
    assert (await web.get(link)).status == 200


def test_without_a_secret_private_editions_have_no_address() -> None:
    assert subscription_address("https://x.example", subscription("mine"), None) is None
    assert subscription_address("https://x.example", subscription("s", public=True), None) == "https://x.example/s/s"


# --- headers ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", [*PAGES, "/feed.atom", "/healthz", "/metrics", "/style.css", "/robots.txt"])
async def test_every_answer_bears_the_safety_headers(web: Stand, path: str) -> None:
    answer = await web.get(path)
    assert {name: answer.headers.get(name.lower()) for name in SAFETY} == SAFETY
    assert answer.headers["server"] == "Chokan"


@pytest.mark.parametrize("path", ["/", "/d/a", "/feed.atom", "/style.css", "/sitemap.xml"])
async def test_what_a_reader_has_already_is_not_sent_again(web: Stand, path: str) -> None:
    await web.holds("a")
    first = await web.get(path)
    tag = first.headers["etag"]
    for given in (tag, f"W/{tag}", f'"x", {tag}', "*"):
        again = await web.get(path, If_None_Match=given)
        assert (again.status, again.body, again.headers["etag"]) == (304, b"", tag)
        assert again.headers["cache-control"] == first.headers["cache-control"]
    assert (await web.get(path, If_None_Match='"other"')).status == 200
    await web.holds("b")
    changed = await web.get(path, If_None_Match=tag)
    assert changed.status == (304 if path in ("/d/a", "/style.css") else 200)


async def test_an_archive_without_a_public_address_invites_no_search_engine(tmp_path: Path) -> None:
    async with archive(tmp_path, site=replace(SITE, public=False)) as web:
        assert (await web.get("/robots.txt")).text == "User-agent: *\nDisallow: /\n"
        assert (await web.get("/")).page.xpath("//meta[@name='robots']/@content") == ["noindex"]
        assert (await web.get("/sitemap.xml")).status == 404


async def test_an_archive_below_a_path_links_below_it(tmp_path: Path) -> None:
    async with archive(tmp_path, site=replace(SITE, base="https://x.example/chokan")) as web:
        await web.holds("a")
        page: Answer = await web.get("/")
        inner = [link for link in page.page.xpath("//@href|//@action") if link.startswith("/")]
        assert "/chokan/d/a" in inner
        assert [link for link in inner if not link.startswith("/chokan/")] == []


# --- the port --------------------------------------------------------------------------------------------------------


def test_a_taken_port_is_one_clear_line() -> None:
    with bound("127.0.0.1", 0) as first, pytest.raises(NotListening) as refused:
        bound("127.0.0.1", first.getsockname()[1])
    port = first.getsockname()[1] if first.fileno() >= 0 else refused.value.port
    expected = f"web: cannot listen on 127.0.0.1:{port}: another program uses the port; "
    assert str(refused.value) == expected + "set another port (or enabled = false) under [web]"


@pytest.mark.parametrize("host", ["no.such.host.invalid", "203.0.113.1", "300.1.1.1"])
def test_an_address_that_is_not_ours_is_one_clear_line(host: str) -> None:
    with pytest.raises(NotListening, match=f"web: cannot listen on {host}:0: "):
        bound(host, 0)


async def test_what_a_person_looked_up_has_a_page_that_is_not_listed(web: Stand) -> None:
    found = article("a", feed=None)
    await web.store.save_article(found)
    await web.store.save_digest("a", digest("a"), vector=b"", now=later(1))
    page = await web.get("/d/a")
    assert (page.status, page.page.xpath("//meta[@name='robots']/@content")) == (200, ["noindex"])
    assert (await web.get("/date/2026-01-06")).texts("//article//h2") == []


# --- request ids -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", ["/", "/nothing", "/healthz", "/metrics", "/feed.atom"])
async def test_every_answer_bears_an_id_a_proxys_own_where_it_sends_one(web: Stand, path: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{8}", (await web.get(path)).headers["x-request-id"])
    assert (await web.get(path, X_Request_ID="proxy-17.a_b")).headers["x-request-id"] == "proxy-17.a_b"


@pytest.mark.parametrize("given", ["a b", "x" * 65, "<script>", "a;b", "é"])
async def test_an_id_that_could_forge_something_is_not_given_back(web: Stand, given: str) -> None:
    answer = await web.get("/", X_Request_ID=given)
    assert re.fullmatch(r"[0-9a-f]{8}", answer.headers["x-request-id"])
    assert given not in answer.text


async def test_what_goes_wrong_is_found_in_the_log_by_the_number_the_page_gives(
    web: Stand, capsys: pytest.CaptureFixture[str]
) -> None:
    set_up_logging("info", "text", ())
    async with web.store.database.write() as connection:
        await connection.execute(text("DROP TABLE articles"))
    answer = await web.get("/")
    number = answer.headers["x-request-id"]
    assert (answer.status, f"give this number: {number}" in answer.text) == (503, True)
    logged = [line.split(" ")[2] for line in capsys.readouterr().err.splitlines() if f"request={number}" in line]
    assert logged == ["web.failed", "web.answered"]
