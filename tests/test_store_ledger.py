"""The ledger keeps its word on both databases: answers are kept and forgotten, usage adds up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from store_samples import NOW

from bot.store import SqlStore
from bot.store.ledger import KEPT
from digests.model import ModelUsage
from digests.store import Ledger

USAGE = ModelUsage(day=date(2026, 1, 5), model="m", requests=1, tokens_in=10, tokens_out=3, cost=0.5)


async def test_an_answer_is_kept_replaced_and_forgotten(store: SqlStore) -> None:
    ledger: Ledger = store
    await ledger.keep_model_answer("k", "一", NOW)
    await ledger.keep_model_answer("k", "二", NOW)
    kept = await ledger.model_answer("k")
    await ledger.keep_model_answer("other", "", NOW + KEPT + timedelta(seconds=1))
    assert (kept, await ledger.model_answer("k"), await ledger.model_answer("none")) == ("二", None, None)


async def test_usage_adds_up_by_day_tenant_and_model(store: SqlStore) -> None:
    yesterday = replace(USAGE, day=date(2026, 1, 4))
    for usage in (USAGE, USAGE, replace(USAGE, tenant="t"), replace(USAGE, model="n"), yesterday):
        await store.add_model_usage(usage)
    twice = replace(USAGE, requests=2, tokens_in=20, tokens_out=6, cost=1.0)
    today = (twice, replace(USAGE, model="n"), replace(USAGE, tenant="t"))
    assert await store.model_usage(date(2026, 1, 5)) == today
    assert await store.model_usage(date(2026, 1, 1)) == (yesterday, *today)
