"""The story a digest belongs to, as a timeline on its page: in order of time, with nothing in it that is private."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from store_samples import FEED, NOW, article, digest, state
from web_stand import Answer, Stand, archive

from bot.links import profile_of
from bot.web_story import MOST, timeline
from digests.embed import default_embedder
from digests.model import Feed
from digests.retrieval import packed
from digests.store import Hit

OWN = Feed(url="https://intern.example/feed", title="Intern", added=NOW)

QUAKE = "能登半島で震度6強の地震、住宅の倒壊が相次ぐ"


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Stand]:
    async with archive(tmp_path) as stand:
        await stand.store.own_feed(OWN.url, "discord:1", NOW)
        yield stand


async def told(web: Stand, name: str, title: str, text: str, days: int, feed: Feed = FEED) -> None:
    at = NOW + timedelta(days=days)
    one = replace(article(name, feed=feed.url, first_seen=at), title=title, text=text, published=at)
    await web.store.add_feed(feed, public=feed is FEED)
    await web.store.save_poll(feed.url, state(), now=at, seen=[name], articles=[one])
    (vector,) = default_embedder().embed([f"{title}\n{text}"])
    found_by = packed(profile_of(one, vector))
    await web.store.save_digest(name, replace(digest(name), title=title), vector=found_by, now=at)


def story(page: Answer) -> list[str]:
    return page.texts("//section[@class='story']//li")


async def test_a_story_stands_as_a_timeline_with_this_report_in_its_place(web: Stand) -> None:
    words = "能登半島で震度6強の地震があり、輪島市で住宅の倒壊が相次いだ。救助活動が続いている。"
    await told(web, "q1", QUAKE, words, 1)
    await told(web, "q2", "能登半島の地震、住宅の倒壊200棟 救助続く", words + "倒壊は200棟に上る。", 2)
    await told(web, "q3", "能登半島で震度6強の地震、住宅の倒壊で救助活動続く", words + "避難は千人。", 3)
    await told(web, "zz", "新しい美術館が開館", "市の中心部に美術館が開館し、展覧会が始まった。", 3)
    page = await web.get("/d/q2", Accept_Language="ja")
    steps = story(page)
    assert [step.split(" ")[0] for step in steps] == ["2026年1月7日（水）", "2026年1月8日（木）", "2026年1月9日（金）"]
    assert page.page.xpath("//section[@class='story']//a/@href") == ["/d/q1", "/d/q3"]
    assert page.texts("//section[@class='story']//li[@aria-current='page']/span[1]") == [
        "能登半島の地震、住宅の倒壊200棟 救助続く"
    ]


async def test_a_story_of_one_report_is_no_timeline_and_a_private_report_is_in_none(web: Stand) -> None:
    words = "能登半島で震度6強の地震があり、輪島市で住宅の倒壊が相次いだ。"
    await told(web, "q1", QUAKE, words, 1)
    await told(web, "q2", QUAKE + "（続報）", words, 2, OWN)
    assert story(await web.get("/d/q1")) == []


def test_of_a_long_story_the_steps_around_this_one_are_shown() -> None:
    def one(number: int) -> Hit:
        found = article(f"n{number:02}", published=NOW + timedelta(hours=number))
        return Hit(article=found, digest=None, score=1.0)

    hits = [one(number) for number in range(20)]
    for here, first in ((0, 0), (10, 6), (19, 12)):
        others = [hit for number, hit in enumerate(hits) if number != here]
        steps = timeline(hits[here].article, others)
        assert [step.id for step in steps] == [f"n{number:02}" for number in range(first, first + MOST)]
        assert [step.id for step in steps if step.here] == [f"n{here:02}"]
