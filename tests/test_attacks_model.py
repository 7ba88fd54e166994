"""A provider that lies about itself: odd JSON, odd counts, answers without end, and limits that many reach at once."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from llm_house import ENGLISH, JAPANESE, engine, extractive, printed, said, spoken, whole, written
from llm_stand import Fault, Json, copying, standing

from bot.llm import Limits
from bot.llm_budget import Caps
from bot.store import SqlStore
from digests.model import ROLES

pytest.importorskip("openai", reason="the extra llm is not installed")
pytest.importorskip("anthropic", reason="the extra llm is not installed")
APIS = ("responses", "chat", "anthropic")


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize(
    "counts",
    [(-5000, -5000), ("many", None), (float("nan"), 1), (10**30, 10**30), (None, None), ([1], {}), (True, False)],
    ids=str,
)
async def test_whatever_a_provider_counts_the_digest_is_made_and_paid_for(
    store: SqlStore, api: str, counts: tuple[Any, Any]
) -> None:
    made, _ = await written(store, Fault(text="copy", counts=counts), price_in=1.0, price_out=1.0, **spoken(api))
    assert whole(made)
    (row,) = await store.model_usage(date(2026, 2, 1))
    assert 500 < row.tokens_in + row.tokens_out < 100_000
    assert 0 < row.cost < 1


def _deep(depth: int) -> str:
    return '{"lead":' + "[" * depth + "]" * depth + "}"


ODD = {
    "deep": _deep(20_000),
    "nan": '{"lead": [{"text": "x", "rests_on": [NaN]}]}',
    "infinity": '{"lead": [{"text": "x", "rests_on": [1e999]}]}',
    "huge number": '{"lead": [{"text": "x", "rests_on": [' + "9" * 5000 + "]}]}",
    "half a surrogate": '{"lead": [{"text": "\\ud800", "rests_on": [1]}]}',
    "a list": '[{"lead": []}]',
    "null": '{"lead": null, "development": null}',
    "text for a section": '{"development": "x", "stakes": 4}',
    "twice": '{"lead": [], "lead": [{"text": "作り話だ。", "rests_on": [1]}]}',
    "booleans": '{"lead": [{"text": "作り話だ。", "rests_on": [true, false]}]}',
    "words": '{"lead": [{"text": "作り話だ。", "rests_on": ["1", "all"]}]}',
    "two objects": '{"lead": []} {"lead": []}',
}


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
async def test_an_answer_of_an_odd_form_leaves_the_extractive_digest(store: SqlStore, api: str, text: str) -> None:
    made, _ = await written(store, text, **spoken(api))
    assert made == replace(extractive(JAPANESE), engine=made.engine)
    assert made.engine.fallback in ("model-cut", "unsupported")


@pytest.mark.parametrize("piece", [7, ["x"], {"a": 1}, None], ids=str)
async def test_pieces_that_are_no_text_are_a_broken_stream(store: SqlStore, piece: Any) -> None:
    made, _ = await written(store, Fault(pieces=(piece, piece)), **spoken("chat"))
    assert (made.engine.name, made.engine.fallback) == ("extractive", "model-cut")


@pytest.mark.parametrize("api", APIS)
@pytest.mark.parametrize("piece", ["", "x" * 100_000], ids=["nothing", "much"])
async def test_a_stream_without_end_is_left(store: SqlStore, api: str, piece: str) -> None:
    endless = Fault(pieces=(piece,) * 100_000 if not piece else (piece,) * 100)
    made, _ = await written(store, endless, timeout=60.0, **spoken(api))
    assert (made.engine.name, made.engine.fallback) == ("extractive", "model-cut")


async def test_more_texts_than_a_section_may_have_are_no_crash(store: SqlStore) -> None:
    """Points without a label that holds are set as plain texts."""

    def much(asked: Json) -> str:
        lines = [one for one in asked["question"]["article"] if len(one["s"]) > 15]
        points = [{**said(one["s"], one["n"]), "label": "ザンジバルの秘密"} for one in lines[6:12]]
        section = {"heading": "", "body": [said(one["s"], one["n"]) for one in lines[:6]], "points": points}
        rest = {role: {"body": [said(lines[-1 - n]["s"], lines[-1 - n]["n"])]} for n, role in enumerate(ROLES[1:])}
        return json.dumps({"development": section, **rest}, ensure_ascii=False)

    async with standing(much) as stand:
        model = engine(store, stand)
        first, second = [await model.write(JAPANESE, extractive(JAPANESE), ()) for _ in range(2)]
        await model.close()
    assert whole(first)
    assert "ザンジバル" not in str(printed(first))
    assert (first.engine.name, second) == ("llm", first)


async def test_an_answer_kept_in_another_form_is_asked_for_again(store: SqlStore) -> None:
    async with standing(copying) as stand:
        model = engine(store, stand)
        await model.write(JAPANESE, extractive(JAPANESE), ())
        async with store.database.write() as connection:
            await connection.exec_driver_sql("UPDATE model_answers SET answer = '{\"lead\": 3'")
        made = await model.write(JAPANESE, extractive(JAPANESE), ())
        await model.close()
    assert (made.engine.name, len(stand.asked)) == ("llm", 2)


@pytest.mark.parametrize("processes", [1, 2])
async def test_a_limit_that_many_reach_at_once_lets_through_what_fits(store: SqlStore, processes: int) -> None:
    """Each question is about a thousand tokens long; one fits, whoever asks."""
    articles = [replace(JAPANESE, id=f"a{n}", title=f"見出し{n}") for n in range(6)]
    limits = Limits(caps=Caps(tokens_day=2500), concurrency=8)
    async with standing(Fault(text="copy", hang=0.2)) as stand:
        models = [engine(store, stand, limits=limits) for _ in range(processes)]
        jobs = [models[n % processes].write(one, extractive(one), ()) for n, one in enumerate(articles)]
        made = await asyncio.gather(*jobs)
        for model in models:
            await model.close()
    (row,) = await store.model_usage(date(2026, 2, 1))
    assert row.tokens_in + row.tokens_out <= 2500 + 1200
    assert 1 <= sum(one.engine.name == "llm" for one in made) <= 2
    assert {one.engine.fallback for one in made} <= {None, "model-cap"}


async def test_what_was_held_for_a_question_that_failed_is_given_back(store: SqlStore) -> None:
    async with standing(Fault(status=401), copying) as stand:
        model = engine(store, stand, limits=Limits(caps=Caps(tokens_day=3000)))
        made = [await model.write(one, extractive(one), ()) for one in (ENGLISH, JAPANESE)]
        await model.close()
    assert [one.engine.name for one in made] == ["extractive", "llm"]
    rows = await store.model_usage(date(2026, 2, 1))
    assert [(row.tokens_in, row.tokens_out) for row in rows] == [(1000, 200)]
