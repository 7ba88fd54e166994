"""What language models may cost: estimated before a question, counted after it, for each tenant and for all.

Who takes an article pays for it in equal parts. A tenant whose limit is reached pays nothing more; when that is all of
them, or the limit over all is reached, nothing is asked.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from bot.llm_client import Completion, Endpoint, Turn, estimated_tokens
from bot.telemetry import event
from digests.catalog import Catalog
from digests.errors import ModelError
from digests.model import ModelUsage
from digests.ports import Finding
from digests.store import Ledger

log = logging.getLogger("chokan.llm")

NEARLY = 0.8
"""Share of a limit from which `check` speaks of it."""


class CapReached(ModelError):
    """The day's or the month's money or tokens are used up."""

    kind = "model-cap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caps:
    """Most a day and a month (UTC); 0: no limit."""

    money_day: float = 0.0
    money_month: float = 0.0
    tokens_day: int = 0
    tokens_month: int = 0

    def rows(self) -> tuple[tuple[str, float, int], ...]:
        """(period, money, tokens)"""
        return ("day", self.money_day, self.tokens_day), ("month", self.money_month, self.tokens_month)


@dataclass(frozen=True, slots=True)
class _Spent:
    """Of one tenant (empty: over all) in one period. `money` and `tokens` are spent, the others what may be."""

    tenant: str
    period: str
    since: str
    money: float
    tokens: int
    most_money: float
    most_tokens: int

    def room(self, money: float, tokens: int) -> bool:
        dear = self.most_money and self.money + money > self.most_money
        long = self.most_tokens and self.tokens + tokens > self.most_tokens
        return not (dear or long)

    def __str__(self) -> str:
        whose = f" of {self.tenant}" if self.tenant else ""
        return f"the {self.period}'s limit{whose} for language models is reached; digests are extractive until then"


@dataclass(frozen=True, slots=True)
class Held:
    """What is held for a question that is under way, and on whose accounts, in equal parts."""

    payers: tuple[str, ...]
    day: date
    tokens: int = 0
    money: float = 0.0


class Budget:
    """Counts and refuses. `caps`: over all; `each`: for each tenant."""

    def __init__(self, ledger: Ledger, caps: Caps, each: Caps, clock: Callable[[], datetime]) -> None:
        self._ledger, self._caps, self._each, self._clock = ledger, caps, each, clock

    async def held(self, endpoint: Endpoint, turns: Sequence[Turn], tenants: Sequence[str]) -> Held:
        """Put what a question may cost on its readers' accounts, so that others who ask meanwhile, here or in another
        process, count it too; `account` puts what was used in its place. Raises CapReached, and tells the operator once
        a period, when it is more than is left."""
        everybody, today = tuple(dict.fromkeys(tenants)) or ("",), self._clock().date()
        if self._caps == self._each == Caps():
            return Held(everybody, today)
        tokens = sum(estimated_tokens(turn["content"]) for turn in turns)
        money = endpoint.cost(tokens, endpoint.most_tokens // 2)
        full: dict[str, _Spent] = {}
        held = Held(everybody, today, tokens, money)

        def chosen(rows: Sequence[ModelUsage]) -> Sequence[ModelUsage]:
            nonlocal held
            full.update(self._full(rows, everybody, money, tokens))
            held = replace(held, payers=tuple(one for one in everybody if not {one, "all"} & set(full)))
            return self._parts(endpoint, held, sign=1)

        await self._ledger.hold_model_usage(today.replace(day=1), chosen)
        told = [await self._told(spent) for spent in full.values()]
        if not held.payers:
            raise CapReached(told[0])
        return held

    async def release(self, endpoint: Endpoint, held: Held) -> None:
        """Nothing was used."""
        for usage in self._parts(endpoint, held, sign=-1):
            await self._ledger.add_model_usage(usage)

    async def account(self, endpoint: Endpoint, made: Completion, held: Held) -> None:
        """Put what was used on the accounts of who pays, in equal parts, in the place of what was held."""
        event(log, "model.answered", model=endpoint.model, tokens_in=made.tokens_in, tokens_out=made.tokens_out)
        for usage in self._parts(endpoint, held, made, sign=-1):
            await self._ledger.add_model_usage(usage)

    def _parts(
        self, endpoint: Endpoint, held: Held, made: Completion | None = None, *, sign: int
    ) -> Sequence[ModelUsage]:
        """What was used, and what is held (1) or no longer held (-1), in equal parts; nothing where that is nothing."""
        many, used = len(held.payers), made or Completion(text="")
        money = endpoint.cost(used.tokens_in, used.tokens_out) + sign * held.money
        return [
            ModelUsage(
                day=held.day,
                model=endpoint.model,
                tenant=tenant,
                requests=int(made is not None and place == 0),
                tokens_in=_part(used.tokens_in, place, many) + sign * _part(held.tokens, place, many),
                tokens_out=_part(used.tokens_out, place, many),
                cost=money / many,
            )
            for place, tenant in enumerate(held.payers)
            if made is not None or held.tokens or held.money
        ]

    async def findings(self, catalog: Catalog) -> tuple[Finding, ...]:
        """For `chokan check`: limits that are reached, or nearly."""
        rows = await self._rows()
        whose = sorted({row.tenant for row in rows if row.tenant})
        spent = [*self._spent(rows, "", self._caps)]
        spent += [one for tenant in whose for one in self._spent(rows, tenant, self._each)]
        return tuple(finding for one in spent if (finding := _finding(one, catalog)) is not None)

    async def _rows(self) -> tuple[ModelUsage, ...]:
        return await self._ledger.model_usage(self._clock().date().replace(day=1))

    def _full(self, rows: Sequence[ModelUsage], payers: Sequence[str], money: float, tokens: int) -> dict[str, _Spent]:
        """The limits a question would cross: over all (`all`), and of those payers that have no room for their part."""
        over = next((one for one in self._spent(rows, "", self._caps) if not one.room(money, tokens)), None)
        if over is not None:
            return {"all": over}
        part, share = money / len(payers), tokens // len(payers)
        spent = [(one, row) for one in payers if one for row in self._spent(rows, one, self._each)]
        return {one: row for one, row in reversed(spent) if not row.room(part, share)}

    def _spent(self, rows: Sequence[ModelUsage], tenant: str, caps: Caps) -> Iterator[_Spent]:
        today = self._clock().date()
        mine = [row for row in rows if not tenant or row.tenant == tenant]
        for period, most_money, most_tokens in caps.rows():
            counted = [row for row in mine if period == "month" or row.day == today]
            money, tokens = sum(row.cost for row in counted), sum(row.tokens_in + row.tokens_out for row in counted)
            since = today if period == "day" else today.replace(day=1)
            yield _Spent(tenant, period, since.isoformat(), money, tokens, most_money, most_tokens)

    async def _told(self, spent: _Spent) -> str:
        """What to say of a reached limit; said to the log once a period, by whichever process is first."""
        key = hashlib.sha256(f"cap\0{spent.tenant}\0{spent.period}\0{spent.since}".encode()).hexdigest()
        if await self._ledger.model_answer(key) is None:
            await self._ledger.keep_model_answer(key, str(spent), self._clock())
            event(log, "model.cap", level=logging.WARNING, tenant=spent.tenant, period=spent.period, note=str(spent))
        return str(spent)


def _part(total: int, place: int, many: int) -> int:
    """Of `total` in `many` equal parts, the one at `place`."""
    return total // many + (place < total % many)


def _finding(spent: _Spent, catalog: Catalog) -> Finding | None:
    shares = [
        (spent.money / spent.most_money if spent.most_money else 0.0, f"{spent.money:,.2f} / {spent.most_money:,.2f}"),
        (spent.tokens / spent.most_tokens if spent.most_tokens else 0.0, f"{spent.tokens:,} / {spent.most_tokens:,}"),
    ]
    share, used = max(shares)
    if share < NEARLY:
        return None
    subject = catalog("model.limit", tenant=spent.tenant or catalog("model.all"))
    text = catalog(f"model.used.{spent.period}", used=used)
    return Finding(subject=subject, ok=True, warning=True, text=text, fix=catalog("model.fix.limit"))
