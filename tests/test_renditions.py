"""A subscription reads digests in its own wording: its language, its readers; everybody else's stay as they are."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from builders import subscription
from chat_world import newsroom
from chat_world import words as said_in
from llm_house import ENGLISH, JAPANESE, NOW, engine, extractive, printed, said, whole
from llm_stand import Json, Stand, copying, standing
from store_samples import article as kept_article
from store_samples import digest as kept_digest

from bot.digesting import embedder
from bot.jobs import prepared
from bot.store import SqlStore, open_store
from digests.edition import due_slot
from digests.embed import E5Embedder
from digests.model import ROLES, Destination, Slot, Voice
from digests.renditions import rendition, wishes

pytest.importorskip("openai", reason="the extra llm is not installed")

TEACHERS = Voice(audience="school teachers")
SENTENCES = {
    "政府は9日": "On the 9th the government agreed with the Republic of Carmelia, an island nation in the South "
    "Pacific, to begin negotiations on jointly developing rare earths on the seabed.",
    "合意の柱は": "Under the agreement Japan provides survey ships and mining technology and has priority in buying 60 "
    "percent of the ore.",
    "国内の需要は": "Domestic demand is about 20,000 tonnes a year, and 70 percent of it depends on imports from one "
    "particular country.",
    "政府は6月まで": "The government wants to conclude a framework agreement by June and to start trial mining on the "
    "seabed at a depth of 5,000 metres as early as fiscal 2027.",
    "実務者協議では": "At the working-level talks, how to assess environmental effects and how to share the costs will "
    "be the main issues.",
}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[SqlStore]:
    store = await open_store(f"sqlite:///{tmp_path / 'a.db'}", now=NOW)
    yield store
    await store.close()


def translating(asked: Json) -> str:
    """An honest translator that says one untrue thing in its conclusion."""
    found = {
        start: said(text, one["n"])
        for one in asked["question"]["article"]
        for start, text in SENTENCES.items()
        if one["s"].startswith(start)
    }
    lead, *rest = found.values()
    sections = {
        role: {"heading": "", "body": [text], "points": [], "closing": []}
        for role, text in zip(ROLES, rest, strict=True)
    }
    untrue = said("The president resigned after a scandal over 300 million dollars.", lead["rests_on"][0])
    return json.dumps({"lead": [lead], **sections, "conclusion": [untrue]})


async def test_a_japanese_article_is_written_in_english_and_checked_across(store: SqlStore) -> None:
    if not isinstance(embedder(True), E5Embedder):
        pytest.skip("the model of meaning cannot be loaded here")
    async with standing(translating) as stand:
        model = engine(store, stand)
        made = await model.write(JAPANESE, extractive(JAPANESE), (), language="en")
        await model.close()
    assert whole(made)
    assert (made.engine.name, made.language, made.language_of_text) == ("llm", "en", "en")
    assert set(SENTENCES.values()) <= set(printed(made))
    assert not any("resigned" in text for text in printed(made))
    assert made.sections[0].heading == "What happened"
    span = made.lead[0].support[0]
    assert JAPANESE.text[span.start : span.end].startswith("政府は9日")


@pytest.mark.parametrize("language", ["fr", "ja"])
async def test_a_translation_nobody_can_check_is_not_printed(store: SqlStore, language: str) -> None:
    async with standing(copying) as stand:
        model = engine(store, stand, embeddings=language == "fr")
        made = await model.write(ENGLISH, extractive(ENGLISH), (), language=language)
        await model.close()
    assert made == replace(extractive(ENGLISH), engine=made.engine)
    assert (made.engine.fallback, stand.asked) == ("model-refused", [])


def test_a_subscription_wants_its_own_wording_only_where_it_differs() -> None:
    plain, english, teachers = (
        subscription(id="a", language="auto"),
        subscription(id="b", language="en"),
        subscription(id="c", language="auto", voice=TEACHERS),
    )
    assert rendition(plain, "ja") is None
    assert rendition(english, "en") is None
    assert rendition(english, "ja") != rendition(teachers, "ja")
    wanted = wishes((plain, english, teachers), replace(JAPANESE, language="ja"))
    assert [[s.id for s in readers] for readers in wanted.values()] == [["a"], ["b"], ["c"]]
    assert all(len(wish.key) <= 80 for wish in wanted if wish)


async def test_a_rendition_comes_back_as_it_was(store: SqlStore) -> None:
    await store.save_article(kept_article("x"))
    made = kept_digest("x")
    await store.save_rendition("x", "en:1", made, NOW)
    await store.save_rendition("x", "en:1", made, NOW)
    assert await store.renditions(["x", "y"], "en:1") == {"x": made}
    assert await store.renditions(["x"], "ja:1") == {}


def for_readers(asked: Json) -> str:
    """Those with wishes are told the last sentence first."""
    if "readers" not in asked["question"]:
        return copying(asked)
    turned = {**asked["question"], "article": asked["question"]["article"][::-1]}
    return copying({**asked, "question": turned})


def asking(stand: Stand) -> str:
    return f'name = "llm"\nmodels = [{{base_url = "{stand.url}", model = "m1", api = "chat"}}]'


async def test_each_channel_reads_its_own_wording(tmp_path: Path) -> None:
    order = '\n[[subscriptions]]\nid = "{id}"\ndestination = "discord:{channel}"\n{more}\n'
    config = order.format(id="all", channel=100, more="") + order.format(
        id="class", channel=200, more='audience = "school teachers"'
    )
    async with (
        standing(for_readers) as stand,
        newsroom(tmp_path, config=config, engine=asking(stand)) as room,
    ):
        await room.collect(1)
        subscriptions = {one.id: one for one in await room.world.store.subscriptions()}
        now = datetime.now(UTC)
        texts = {}
        for name, one in subscriptions.items():
            slot = due_slot(one, now, None, room.world.catch_up) or Slot(
                subscription=name, day=now.date(), time=one.at, at=now
            )
            _, deliveries = await prepared(room.world, one, slot)
            texts[name] = "\n".join(said_in(delivery.message) for delivery in deliveries)
        hits = await room.world.store.latest(limit=20)
        pairs = [(hit, wish) for hit in hits if (wish := rendition(subscriptions["class"], hit.article.language))]
        found = [(hit, await room.world.store.renditions([hit.article.id], wish.key)) for hit, wish in pairs]
        article, rendered = next((hit, made[hit.article.id]) for hit, made in found if made)
        here, there = [
            await room.press("open", article.article.id, origin=Destination(platform="discord", channel=channel))
            for channel in ("100", "200")
        ]
    assert article.digest is not None
    plain, worded = article.digest.lead[0].text, rendered.lead[0].text
    assert plain != worded
    assert [plain in texts["all"], worded in texts["class"]] == [True, True]
    assert [plain in said_in(here.message), worded in said_in(there.message)] == [True, True]
    asked = ["readers" in one["question"] for one in stand.asked]
    assert asked.count(True) == asked.count(False) > 0
