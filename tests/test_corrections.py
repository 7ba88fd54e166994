"""An article that was changed after it was posted: which changes count, and what the messages say then."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from builders import CATALOGS, article, digest, hit, subscription, text
from delivery_scene import Scene, staged
from store_samples import NOW

from bot.corrections import revise, send_revisions
from bot.delivery import deliver
from bot.world import World
from digests.corrections import fingerprint, is_corrected, revised_digest, revised_overview
from digests.edition import edition_of, slot_now
from digests.errors import ChatRefused, ChatUnavailable, ChatUnknown
from digests.layout import digest_message, edition_sheets, pack
from digests.message import Part
from digests.model import Entry, Feed
from digests.outbox import Delivery
from digests.ports import Limits
from digests.printed import plain

JA = CATALOGS.of("ja")
ROOMY = Limits(characters=10_000, blocks=100)
ENGLISH = (
    "The council approved the harbour plan on Monday after a debate of three hours. "
    "Mayor Jane Holt said that 120 people will lose their homes. "
    "Work is to begin in April and will not end before the summer of 2028. "
    "Residents of the old town have announced that they will go to court over the decision."
)
JAPANESE = (
    "市議会は月曜日、港の再建計画を賛成多数で可決した。工事の費用は四億円で、半分を国が負担する見通しだ。"
    "住民の一部は計画に反対しており、裁判を起こす考えを示している。工事は四月に始まり、二年後に終わる予定である。"
)


def cost(part: Part) -> tuple[int, int]:
    return sum(len(str(block)) for block in part.blocks), len(part.blocks)


@pytest.mark.parametrize(
    ("text_before", "old", "new"),
    [
        (ENGLISH, "120 people", "12 people"),
        (ENGLISH, "on Monday", "on Thursday"),
        (ENGLISH, "will not end", "will end"),
        (ENGLISH, "Jane Holt", "Peter Strand"),
        (ENGLISH, "Residents of the old town have announced that they will go to court over the decision.", ""),
        (ENGLISH, "old town have", "old town and four unions with 2,000 members have"),
        (JAPANESE, "月曜日", "火曜日"),
        (JAPANESE, "四億円", "五億円"),
        (JAPANESE, "反対して", "賛成して"),
        (JAPANESE, "住民の一部は計画に反対しており、裁判を起こす考えを示している。", ""),
    ],
)
def test_what_says_something_else_is_a_correction(text_before: str, old: str, new: str) -> None:
    before = article(text=text_before, language="ja" if text_before is JAPANESE else "en")
    assert is_corrected(before, replace(before, text=text_before.replace(old, new)))


@pytest.mark.parametrize(
    ("text_before", "old", "new"),
    [
        (ENGLISH, "announced", "anounced"),
        (ENGLISH, "after a debate", "after the debate"),
        (ENGLISH, ". ", ".  "),
        (ENGLISH, "decision.", "decision.\n\n3 comments\n"),
        (ENGLISH, "said that", "said, that"),
        (ENGLISH, "Mayor Jane Holt", "“Mayor” Jane Holt"),
        (JAPANESE, "示している", "示しています"),
        (JAPANESE, "、", "，"),
        (JAPANESE, "予定である。", "予定である。\n写真\n"),
        (JAPANESE, "四億円", "四億円 "),
    ],
)
def test_what_says_the_same_is_none(text_before: str, old: str, new: str) -> None:
    before = article(text=text_before, language="ja" if text_before is JAPANESE else "en")
    assert not is_corrected(before, replace(before, text=text_before.replace(old, new)))


def test_a_headline_that_says_something_else_is_a_correction_and_one_spelt_better_is_none() -> None:
    before = article(text=ENGLISH, language="en", title="Harbour plan aproved by the council")
    assert not is_corrected(before, replace(before, title="Harbour Plan Approved by the Council"))
    assert is_corrected(before, replace(before, title="Harbour plan rejected by the council"))


@pytest.mark.parametrize("left", ["", "Please subscribe to read on.", "Page not found."])
def test_a_page_that_was_taken_away_is_no_correction(left: str) -> None:
    before = article(text=ENGLISH, language="en")
    assert not is_corrected(before, replace(before, text=left))


def test_a_fingerprint_is_of_what_an_entry_says_not_of_how() -> None:
    one = Entry(id="1", url=None, title="Harbour plan", content="<p>Approved on Monday.</p>")
    assert fingerprint(one) == fingerprint(replace(one, content="<div class=x>Approved  on Monday</div>"))
    assert fingerprint(one) != fingerprint(replace(one, content="<p>Approved on Tuesday.</p>"))
    assert fingerprint(one) != fingerprint(replace(one, updated=NOW))


# --- messages -----------------------------------------------------------------------------------------------------


def test_a_digest_is_revised_in_place_and_marked_once() -> None:
    old = pack(digest_message(digest(sentence="旧い一文。"), JA), ROOMY, cost)
    new = digest_message(digest(sentence="新しい一文。"), JA)
    (page,) = revised_digest(old, new, "2026/02/14 9:00", ROOMY, cost, JA) or ()
    assert "新しい一文。" in plain(page)
    assert plain(page).count("更新 2026/02/14 9:00") == 1
    assert page.actions == old[0].actions
    again = revised_digest([page], new, "2026/02/14 10:00", ROOMY, cost, JA)
    assert again == (page,)


def test_a_digest_that_prints_the_same_is_not_touched() -> None:
    old = pack(digest_message(digest(), JA), ROOMY, cost)
    assert revised_digest(old, digest_message(digest(), JA), "9:00", ROOMY, cost, JA) == old


def test_a_digest_that_needs_more_messages_than_there_are_is_left_and_one_that_needs_fewer_says_so() -> None:
    tight = Limits(characters=400, blocks=4)
    long, short = digest_message(digest(sentence="長い文。" * 40), JA), digest_message(digest(sentence="短い。"), JA)
    assert len(pack(long, tight, cost)) > 1
    assert revised_digest(pack(short, ROOMY, cost), long, "9:00", tight, cost, JA) is None
    found = revised_digest(pack(long, tight, cost), short, "9:00", ROOMY, cost, JA)
    assert found is not None
    assert "上のメッセージ" in plain(found[-1])


def test_only_the_line_of_the_article_changes_in_an_overview() -> None:
    order = subscription()
    edition = edition_of(order, slot_now(order, NOW), [hit(1), hit(2)], NOW)
    overview = edition_sheets(edition, [hit(1), hit(2)], order, CATALOGS, ROOMY, cost)[0].message
    changed = replace(digest(2), lead=(text("直した要旨。"),), sections=())
    new = revised_overview(overview, article(2, title="直した見出し"), changed, JA)
    assert "直した見出し" in plain(new)
    assert "直した要旨。" in plain(new)
    assert "〔更新〕" in plain(new)
    assert new.parts[1] == overview.parts[1]
    assert revised_overview(new, article(2, title="直した見出し"), changed, JA) == new
    assert revised_overview(overview, article(2), digest(2), JA) == overview


# --- the flow -----------------------------------------------------------------------------------------------------


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """An edition of one article, posted as an overview and a digest."""
    async with staged(tmp_path) as made:
        world, chat, wall = made
        await deliver(world)
        wall.now += timedelta(days=1)
        one = article(first_seen=wall.now)
        await world.store.add_feed(Feed(url=str(one.feed), added=wall.now))
        (health,) = await world.store.feeds()
        await world.store.save_poll(str(one.feed), health.state, now=wall.now, articles=[one])
        await world.store.save_digest(one.id, digest(), vector=b"", now=wall.now)
        (order,) = await world.store.subscriptions()
        edition = edition_of(order, slot_now(order, wall.now), [hit(1, first_seen=wall.now)], wall.now)
        sheets = edition_sheets(edition, [hit(1)], order, CATALOGS, chat.limits, chat.cost)
        messages = [
            Delivery(id=f"k{part}", edition=edition.id, destination=order.destination, part=part, message=sheet.message)
            for part, sheet in enumerate(sheets)
        ]
        await world.store.save_edition(edition, messages)
        assert await deliver(world) == 2
        chat.asked.clear()
        yield made


async def corrected(world: World, sentence: str) -> None:
    await world.store.correct_article(article(text=sentence), world.clock())
    await world.store.save_digest("a1", digest(sentence=sentence), vector=b"", now=world.clock())


async def test_what_was_posted_is_edited_once_and_nothing_is_posted_again(scene: Scene) -> None:
    world, chat, _ = scene
    await corrected(world, "直した一文。")
    assert [await revise(world), await revise(world)] == [1, 0]
    assert [await send_revisions(world), await send_revisions(world)] == [1, 0]
    [(ref, message)] = chat.edited
    assert (ref, "直した一文。" in plain(message), "更新" in plain(message)) == ("1/k1", True, True)
    assert await deliver(world) == 0


async def test_a_second_correction_edits_again(scene: Scene) -> None:
    world, chat, _ = scene
    for sentence in ("一度目の直し。", "二度目の直し。"):
        await corrected(world, sentence)
        await revise(world)
        await send_revisions(world)
    assert [plain(message).count("更新") for _, message in chat.edited] == [1, 1]
    assert "二度目の直し。" in plain(chat.edited[1][1])


async def test_a_correction_that_prints_nothing_else_edits_nothing(scene: Scene) -> None:
    world, chat, _ = scene
    await world.store.correct_article(article(text="本文だけが違う。"), world.clock())
    await world.store.save_digest("a1", digest(), vector=b"", now=world.clock())
    assert [await revise(world), await send_revisions(world)] == [1, 0]
    assert chat.edited == []


async def test_an_edit_the_platform_cannot_take_now_is_made_later_and_one_it_refuses_is_left(scene: Scene) -> None:
    world, chat, wall = scene
    await corrected(world, "直した一文。")
    await revise(world)
    chat.planned = [ChatUnavailable("busy", 300), ChatUnknown("lost")]
    assert await send_revisions(world) == 0
    wall.now += timedelta(seconds=301)
    assert await send_revisions(world) == 0
    wall.now += timedelta(minutes=3)
    assert await send_revisions(world) == 1
    await corrected(world, "また直した一文。")
    await revise(world)
    chat.planned = [ChatRefused("the message was deleted")]
    wall.now += timedelta(hours=1)
    assert [await send_revisions(world), await send_revisions(world)] == [0, 0]
    assert await deliver(world) == 0


async def test_an_old_edition_stays_as_it_was(scene: Scene) -> None:
    world, chat, wall = scene
    wall.now += timedelta(days=4)
    await corrected(world, "直した一文。")
    assert [await revise(world), await send_revisions(world)] == [1, 0]
    assert chat.edited == []


async def test_what_was_corrected_is_found_by_its_new_words_alone(scene: Scene) -> None:
    world, _, _ = scene
    await corrected(world, "灯台の話に変わった。")
    assert len(await world.store.search("灯台")) == 1
    assert await world.store.search("本文1") == ()
