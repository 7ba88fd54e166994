"""The outbox sends in order, to one destination one at a time, nothing twice and nothing lost, on both databases."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest
from store_samples import DISCORD, NOW, edition, later, parts

from bot.store import SqlStore, open_store
from digests.errors import NotFound, StoreError
from digests.model import Destination
from digests.outbox import Delivery, Posted

SLACK = Destination(platform="slack", channel="C1")
POSTED = Posted(ref="m1", thread="t1", permalink="https://chat.example/m1")
ALL = ("discord", "slack", "console")


async def claimed(store: SqlStore, seconds: float = 0, *, limit: int = 99, lease: float = 60) -> list[Delivery]:
    return list(await store.claim_deliveries(later(seconds), lease=lease, limit=limit, worker="w", platforms=ALL))


async def states(store: SqlStore, edition: str = "e") -> list[str]:
    return [delivery.state for delivery in await store.deliveries(edition)]


async def test_parts_go_out_in_order_and_the_thread_of_the_first_is_the_parent(store: SqlStore) -> None:
    await store.save_edition(edition(), tuple(reversed(parts())))
    (first,) = await claimed(store)
    assert (first.part, first.state, first.attempts, first.parent) == (0, "sending", 1, None)
    assert await claimed(store) == []
    await store.settle_delivery(first.id, POSTED, NOW)
    (second,) = await claimed(store)
    assert (second.part, second.parent) == (1, "t1")
    await store.settle_delivery(second.id, Posted(ref="m2", thread="other"), NOW)
    (third,) = await claimed(store)
    assert (third.part, third.parent) == (2, None)
    await store.settle_delivery(third.id, Posted(ref="m3"), NOW)
    assert await claimed(store, 9_999) == []
    assert [d.permalink for d in await store.deliveries("e")] == ["https://chat.example/m1", None, None]


async def test_a_delivery_comes_back_as_it_was(store: SqlStore) -> None:
    await store.save_edition(edition(), parts())
    assert tuple(replace(kept, made=None) for kept in await store.deliveries("e")) == parts()


async def test_the_database_has_room_for_each_part_of_an_edition_once(store: SqlStore) -> None:
    """Whatever the program believes: a second row for an edition, destination and part is refused, and with it all."""
    first, *others = parts()
    with pytest.raises(StoreError, match="refused what contradicts"):
        await store.save_edition(edition(), (first, *others, replace(first, id="twin")))
    assert await store.edition("e") is None
    assert list(await store.deliveries("e")) == []


async def test_destinations_do_not_wait_for_each_other(store: SqlStore) -> None:
    await store.save_edition(edition("e"), (*parts("e"), *parts("e", to=SLACK)))
    await store.save_edition(edition("f", day=7), parts("f"))
    both = await claimed(store, 86_400)
    assert [d.id for d in both] == ["e-1-0", "e-C1-0"]
    await store.settle_delivery("e-1-0", POSTED, NOW)
    assert [d.id for d in await claimed(store, 86_400)] == ["e-1-1"]


async def test_a_retry_in_one_edition_does_not_stop_the_next(store: SqlStore) -> None:
    await store.save_edition(edition("e"), parts("e"))
    await store.save_edition(edition("f", day=7), parts("f"))
    await claimed(store, 86_400)
    await store.retry_delivery("e-1-0", error="429", at=later(90_000), unknown=False)
    assert [d.id for d in await claimed(store, 86_400)] == ["f-1-0"]


async def test_only_the_platforms_a_process_serves_are_claimed(store: SqlStore) -> None:
    await store.save_edition(edition(), (*parts(), *parts(to=SLACK)))
    found = await store.claim_deliveries(NOW, lease=60, limit=9, worker="w", platforms=["slack"])
    assert [d.destination for d in found] == [SLACK]
    assert await store.claim_deliveries(NOW, lease=60, limit=9, worker="w", platforms=[]) == ()


async def test_a_lease_that_ran_out_comes_back_as_unknown(store: SqlStore) -> None:
    await store.save_edition(edition(), parts())
    await claimed(store)
    assert await claimed(store, 59) == []
    (again,) = await claimed(store, 60)
    assert (again.id, again.unknown, again.attempts) == ("e-1-0", True, 2)


async def test_a_frozen_process_learns_that_its_delivery_was_taken_over(store: SqlStore) -> None:
    await store.save_edition(edition(), parts())
    (frozen,) = await claimed(store)
    assert await store.renew_delivery(frozen.id, attempt=frozen.attempts, now=later(30), lease=60)
    assert await claimed(store, 61) == []
    (taken,) = await claimed(store, 90)
    assert not await store.renew_delivery(frozen.id, attempt=frozen.attempts, now=later(91), lease=60)
    assert await store.renew_delivery(taken.id, attempt=taken.attempts, now=later(91), lease=60)


async def test_a_retry_waits_for_its_time_and_remembers_what_is_unknown(store: SqlStore) -> None:
    await store.save_edition(edition(), parts())
    await claimed(store)
    await store.retry_delivery("e-1-0", error="reset", at=later(30), unknown=True)
    assert await claimed(store, 29) == []
    (again,) = await claimed(store, 30)
    assert (again.unknown, again.error) == (True, "reset")
    await store.retry_delivery("e-1-0", error="429", at=later(40), unknown=False)
    (third,) = await claimed(store, 40)
    assert (third.unknown, third.attempts) == (True, 3)


async def test_a_certain_failure_is_not_unknown(store: SqlStore) -> None:
    await store.save_edition(edition(), parts())
    await claimed(store)
    await store.retry_delivery("e-1-0", error="429", at=later(1), unknown=False)
    (again,) = await claimed(store, 1)
    assert not again.unknown


async def test_what_is_settled_stays_as_it_was_first_settled(store: SqlStore) -> None:
    await store.save_edition(edition(), parts())
    await store.settle_delivery("e-1-0", POSTED, NOW)
    await store.settle_delivery("e-1-0", Posted(ref="m9", thread="t9"), NOW)
    await store.retry_delivery("e-1-0", error="late", at=NOW, unknown=True)
    await store.hold_delivery("e-1-0", error="late")
    assert (await states(store))[0] == "sent"
    assert await store.pending_deliveries() == {"ready": 0, "sending": 0, "sent": 1, "held": 2, "failed": 0}


@pytest.mark.parametrize("state", ["held", "failed"])
async def test_holding_a_part_holds_all_after_it_and_nothing_else(store: SqlStore, state: str) -> None:
    await store.save_edition(edition(), (*parts(), *parts(to=SLACK)))
    await store.settle_delivery("e-1-0", POSTED, NOW)
    await store.hold_delivery("e-1-1", error="unknown channel", state=state)  # type: ignore[arg-type]
    assert await states(store) == ["sent", state, state, "ready", "ready", "ready"]
    assert [d.id for d in await claimed(store, 9_999)] == ["e-C1-0"]
    assert await store.resume_deliveries("e", now=later(5)) == 2
    assert [d.id for d in await claimed(store, 4)] == []
    (resumed,) = await claimed(store, 5)
    assert (resumed.id, resumed.parent, resumed.error) == ("e-1-1", "t1", None)


async def test_a_delivery_nobody_knows_is_an_error(store: SqlStore) -> None:
    for change in (
        store.settle_delivery("no", POSTED, NOW),
        store.retry_delivery("no", error="", at=NOW, unknown=False),
        store.hold_delivery("no", error=""),
    ):
        with pytest.raises(NotFound, match="no delivery no"):
            await change


async def test_two_processes_deliver_every_part_once_and_in_order(url: str, store: SqlStore) -> None:
    channels = [Destination(platform="discord", channel=str(number)) for number in range(4)]
    for name, day in (("e", 6), ("f", 7)):
        await store.save_edition(edition(name, day=day), [d for to in channels for d in parts(name, to=to)])
    second = await open_store(url, now=NOW)
    sent: list[Delivery] = []
    in_flight: set[str] = set()

    async def work(own: SqlStore, worker: str) -> None:
        while (await own.pending_deliveries())["sent"] < 24:
            mine = await own.claim_deliveries(later(86_400), lease=60, limit=2, worker=worker, platforms=ALL)
            for delivery in mine:
                assert delivery.destination.channel not in in_flight
                in_flight.add(delivery.destination.channel)
                sent.append(delivery)
            for delivery in mine:
                in_flight.discard(delivery.destination.channel)
                await own.settle_delivery(delivery.id, POSTED, NOW)

    async with asyncio.timeout(60):
        await asyncio.gather(work(store, "one"), work(second, "two"))
    await second.close()
    for to in channels:
        there = [(d.edition, d.part) for d in sent if d.destination.channel == to.channel]
        assert there == [(name, part) for name in "ef" for part in range(3)]


async def test_an_empty_edition_has_no_deliveries(store: SqlStore) -> None:
    await store.save_edition(edition(), ())
    assert await store.deliveries("e") == ()
    assert await claimed(store) == []
    assert DISCORD.tenant == "9"
