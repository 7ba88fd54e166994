"""What language models cost is shared among those who read, limited for each and for all, told once, and listed."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from builders import CATALOGS
from llm_house import ENGLISH, JAPANESE, NOW, engine, extractive
from llm_house import store as store
from llm_stand import Fault, copying, standing

from bot.llm import Limits
from bot.llm_budget import Budget, CapReached, Caps, Held
from bot.llm_client import Completion, Endpoint
from bot.store import SqlStore, open_store
from digests.model import ModelUsage

pytest.importorskip("openai", reason="the extra llm is not installed")

ENDPOINT = Endpoint(base_url="http://x/v1", model="m1", price_in=1.0, price_out=1.0, most_tokens=1000)
TURNS = [{"role": "user", "content": "x" * 297}]
"""A hundred tokens."""


def budget(store: SqlStore, caps: Caps | None = None, each: Caps | None = None) -> Budget:
    return Budget(store, caps or Caps(), each or Caps(), lambda: NOW)


async def spent(store: SqlStore, tokens: int, tenant: str = "", day: date | None = None) -> None:
    day = day or NOW.date()
    await store.add_model_usage(ModelUsage(day=day, model="m1", tenant=tenant, requests=1, tokens_in=tokens))


async def test_those_who_read_pay_in_equal_parts(store: SqlStore) -> None:
    await budget(store).account(
        ENDPOINT, Completion(text="x", tokens_in=101, tokens_out=10), Held(("a:1", "b:2"), NOW.date())
    )
    rows = {row.tenant: (row.requests, row.tokens_in, row.tokens_out) for row in await store.model_usage(NOW.date())}
    assert rows == {"a:1": (1, 51, 5), "b:2": (0, 50, 5)}


async def test_a_tenant_at_its_limit_pays_no_more_and_the_others_go_on(store: SqlStore) -> None:
    await spent(store, 990, "a:1")
    limited = budget(store, each=Caps(tokens_day=1000))
    assert (await limited.held(ENDPOINT, TURNS, ("a:1", "b:2"))).payers == ("b:2",)
    with pytest.raises(CapReached, match="the day's limit of a:1"):
        await limited.held(ENDPOINT, TURNS, ("a:1",))


async def test_the_operators_own_readers_have_no_limit_of_a_tenant(store: SqlStore) -> None:
    await spent(store, 10_000)
    assert (await budget(store, each=Caps(tokens_day=1000)).held(ENDPOINT, TURNS, ())).payers == ("",)


@pytest.mark.parametrize(
    ("caps", "reached"),
    [
        (Caps(tokens_month=1000), True),
        (Caps(tokens_day=1000), False),
        (Caps(money_day=0.0001), True),
        (Caps(money_month=1.0), False),
    ],
)
async def test_a_month_counts_its_days_and_a_day_only_itself(store: SqlStore, caps: Caps, reached: bool) -> None:
    await spent(store, 990, day=NOW.date().replace(day=1))
    limited = budget(store, caps)
    if reached:
        with pytest.raises(CapReached):
            await limited.held(ENDPOINT, TURNS, ("a:1",))
    else:
        assert (await limited.held(ENDPOINT, TURNS, ("a:1",))).payers == ("a:1",)


async def test_a_reached_limit_is_told_once_even_by_several_processes(
    store: SqlStore, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("WARNING", logger="chokan.llm")
    await spent(store, 990)
    for _ in range(3):
        with pytest.raises(CapReached):
            await budget(store, Caps(tokens_day=1000)).held(ENDPOINT, TURNS, ())
    assert len([record for record in caplog.records if "model.cap" in record.getMessage()]) == 1


async def test_check_speaks_of_limits_that_are_nearly_reached(store: SqlStore) -> None:
    await spent(store, 850, "a:1")
    limited = budget(store, Caps(tokens_month=10_000), Caps(tokens_day=1000))
    for language, subject in (("en", "language model limit (a:1)"), ("ja", "言語モデルの上限（a:1）")):
        (finding,) = await limited.findings(CATALOGS.of(language))
        assert (finding.subject, finding.ok, finding.warning) == (subject, True, True)
        assert "850 / 1,000" in finding.text
        assert finding.fix


async def test_an_engine_out_of_money_prints_extractive_digests_that_say_so(store: SqlStore) -> None:
    async with standing(copying) as stand:
        model = engine(store, stand, limits=Limits(each=Caps(tokens_day=10)), price_in=1.0)
        capped = await model.write(JAPANESE, extractive(JAPANESE), (), tenants=("discord:1",))
        free = await model.write(ENGLISH, extractive(ENGLISH), ())
        await model.close()
    assert (capped.engine.name, capped.engine.fallback) == ("extractive", "model-cap")
    assert (free.engine.name, len(stand.asked)) == ("llm", 1)


@pytest.mark.parametrize(
    ("fault", "tokens"),
    [
        (Fault(finish="length"), 500),
        (Fault(cut=1), 500),
        (Fault(hang=2), 500),
        (Fault(status=401), 0),
        (Fault(status=500), 0),
    ],
    ids=["too long", "broken off", "too slow", "refused", "down"],
)
async def test_an_answer_without_an_end_is_paid_for(store: SqlStore, fault: Fault, tokens: int) -> None:
    async with standing(fault) as stand:
        model = engine(store, stand, most_tokens=1000, price_out=1.0, timeout=0.5 if fault.hang else 10.0)
        await model.write(JAPANESE, extractive(JAPANESE), (), tenants=("discord:1",))
        await model.close()
    rows = await store.model_usage(NOW.date())
    assert [(row.tenant, row.tokens_out) for row in rows] == ([("discord:1", tokens)] if tokens else [])
    assert all(row.tokens_in > 1000 and row.cost > 0 for row in rows)


async def test_questions_keep_to_the_rate_that_is_set(store: SqlStore) -> None:
    clock = asyncio.get_running_loop().time
    async with standing(copying) as stand:
        model = engine(store, stand, requests_minute=60)
        began = clock()
        for article in (JAPANESE, ENGLISH):
            await model.write(article, extractive(article), ())
        await model.close()
    assert clock() - began >= 0.9  # a second between two


async def test_no_more_questions_at_once_than_are_allowed(store: SqlStore) -> None:
    at_once = most = 0

    async with standing(Fault(hang=0.2, status=401)) as stand:
        model = engine(store, stand, limits=Limits(concurrency=1))
        first = stand.step

        def step() -> object:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            asyncio.get_running_loop().call_later(0.19, done)
            return first()

        def done() -> None:
            nonlocal at_once
            at_once -= 1

        stand.step = step  # type: ignore[method-assign, assignment]
        await asyncio.gather(*(model.write(one, extractive(one), ()) for one in (JAPANESE, ENGLISH)))
        await model.close()
    assert most == 1


def costs(folder: Path, *options: str, language: str = "en") -> subprocess.CompletedProcess[str]:
    (folder / "chokan.toml").write_text(f'language = "{language}"\n')
    command = [sys.executable, "-m", "bot", "--config", str(folder / "chokan.toml"), "costs", *options]
    environment = {"PATH": "", "PYTHONPATH": ":".join(sys.path), "DATABASE_URL": f"sqlite:///{folder / 'b.db'}"}
    return subprocess.run(command, capture_output=True, text=True, timeout=120, env=environment, check=False)


async def test_the_verb_lists_days_models_tokens_and_money_with_a_total(tmp_path: Path) -> None:
    empty = await asyncio.to_thread(costs, tmp_path, language="ja")
    assert (empty.returncode, empty.stdout.strip()) == (0, "言語モデルはまだ使われていません。")
    today = datetime.now(UTC).date()
    kept = await open_store(f"sqlite:///{tmp_path / 'b.db'}", now=NOW)
    for tenant, tokens in (("discord:1", 1200), ("", 300)):
        row = ModelUsage(day=today, model="m1", tenant=tenant, requests=2, tokens_in=tokens, tokens_out=10, cost=0.25)
        await kept.add_model_usage(row)
    await kept.close()
    table = (await asyncio.to_thread(costs, tmp_path)).stdout
    assert re.search(rf"{today.isoformat()}.*m1.*discord:1.*2.*1,200.*10.*0\.2500", table)
    assert re.search(r"Total.*4.*1,500.*20.*0\.5000", table)
    rows = json.loads((await asyncio.to_thread(costs, tmp_path, "--json")).stdout)
    assert [(row["tenant"], row["tokens_in"], row["cost"]) for row in rows] == [
        ("", 300, 0.25),
        ("discord:1", 1200, 0.25),
    ]
