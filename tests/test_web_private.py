"""What a tenant's own feeds bring is nowhere on the web but behind the token of a subscription that carried it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from store_samples import NOW, article, subscription
from web_stand import Stand, archive

from bot.web_access import Addresses, token_of
from bot.web_views import feed_key
from digests.edition import edition_of
from digests.model import Destination, Feed, Slot

OURS = Feed(url="https://private.example/feed")
ORDER = subscription(id="ours", destination=Destination(platform="slack", channel="C", tenant="T1"), feeds=(OURS.url,))


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Stand]:
    async with archive(tmp_path) as stand:
        await stand.holds("public")
        await stand.holds("secret", feed=OURS)
        await stand.store.own_feed(OURS.url, "slack:T1", NOW)
        await stand.store.save_subscription(ORDER)
        slot = Slot(subscription=ORDER.id, day=NOW.date(), time=ORDER.at, at=NOW)
        (hit,) = await stand.store.unpublished(ORDER, since=NOW)
        assert not hit.public
        await stand.store.save_edition(edition_of(ORDER, slot, [hit], NOW), ())
        yield stand


async def test_no_page_feed_or_sitemap_tells_of_it(web: Stand) -> None:
    paths = ["/", "/search?q=見出し", "/feeds", "/feed.atom", "/sitemap.xml", "/editions", f"/date/{NOW.date()}"]
    answers = {path: await web.get(path) for path in paths}
    assert [path for path, answer in answers.items() if answer.status != 200 or "secret" in answer.text] == []
    assert "public" in answers["/search?q=見出し"].text
    shut = ["/d/secret", f"/feeds/{feed_key(OURS.url)}", f"/feeds/{feed_key(OURS.url)}/feed.atom"]
    assert [(await web.get(path)).status for path in shut] == [404] * len(shut)


async def test_the_token_of_a_subscription_opens_what_it_carried_and_nothing_else(web: Stand) -> None:
    await web.holds("later", feed=Feed(url="https://other.example/feed"))
    await web.store.own_feed("https://other.example/feed", "slack:T1", NOW)
    token = token_of("s" * 24, ORDER.id)
    opened = await web.get(f"/d/secret?token={token}")
    assert (opened.status, opened.headers["cache-control"], opened.headers["x-robots-tag"]) == (
        200,
        "private, no-store",
        "noindex",
    )
    assert [(await web.get(f"/d/{name}?token={token}")).status for name in ("later", "public")] == [404, 200]
    assert (await web.get(f"/d/secret?token={token_of('s' * 24, 'another')}")).status == 404
    listed = await web.get(f"/s/{ORDER.id}?token={token}")
    (edition,) = [a.get("href") for a in listed.page.xpath("//main//a") if "/e/" in a.get("href")]
    (link,) = [a.get("href") for a in (await web.get(edition)).page.xpath("//main//article//a")]
    assert (await web.get(link)).status == 200
    atom = (await web.get(f"/s/{ORDER.id}/feed.atom?token={token}")).text
    assert f"/d/secret?token={token}" in atom


async def test_a_page_somebody_looked_up_is_unlisted_until_a_private_feed_brings_it(web: Stand) -> None:
    await web.store.save_article(article("asked", feed=None), asker="slack:T1")
    await web.store.save_digest("asked", (await web.store.digests(["public"]))["public"], vector=b"", now=NOW)
    assert (await web.get("/d/asked")).status == 200
    await web.holds("asked", feed=OURS)
    await web.store.own_feed(OURS.url, "slack:T1", NOW)
    assert (await web.get("/d/asked")).status == 404


def test_links_in_a_channel_bear_the_token_where_the_digest_is_not_everybodys() -> None:
    with_secret, without = Addresses(base="https://a.example", secret="s" * 24), Addresses(base="https://a.example")
    assert with_secret.digest("x") == "https://a.example/d/x"
    assert with_secret.digest("x", ORDER) == f"https://a.example/d/x?token={token_of('s' * 24, ORDER.id)}"
    assert without.digest("x", ORDER) is None
