"""Small nouns for the store's tests: an article, its digest, a subscription, an edition with deliveries."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from bot.store import SqlStore
from digests.message import Message, Paragraph, Part, Span
from digests.model import (
    Article,
    Destination,
    Digest,
    Edition,
    Feed,
    FeedState,
    Link,
    Section,
    Slot,
    Subscription,
    Support,
    Text,
    Validators,
)
from digests.outbox import Delivery

NOW = datetime(2026, 1, 5, 22, 0, tzinfo=UTC)
FEED = Feed(url="https://news.example.jp/feed", title="例", added=NOW)
DISCORD = Destination(platform="discord", channel="1", tenant="9")


def later(seconds: float) -> datetime:
    return NOW + timedelta(seconds=seconds)


def article(name: str, **changes: Any) -> Article:
    values: dict[str, Any] = {
        "id": name,
        "url": f"https://news.example.jp/{name}",
        "site": "example.jp",
        "publisher": "例新聞",
        "language": "ja",
        "title": f"見出し {name}",
        "text": f"本文 {name}。",
        "links": (Link(url="https://other.example/", text="出典"),),
        "published": NOW - timedelta(hours=1),
        "first_seen": NOW,
        "feed": FEED.url,
    }
    return Article(**values | changes)


def digest(name: str) -> Digest:
    said = Text(text=f"本文 {name}。", support=(Support(start=0, end=5),), level="full")
    roles = ("development", "stakes", "dynamics", "outlook")
    sections = tuple(
        Section(role=role, number=number, heading="見出し", addressed=True, body=(said,))  # type: ignore[arg-type]
        for number, role in enumerate(roles, start=1)
    )
    return Digest(
        id=name,
        language="ja",
        language_of_text="ja",
        title=f"見出し {name}",
        url=None,
        published=NOW,
        lead=(said,),
        sections=sections,
        conclusion=(said,),
    )


def state(**changes: Any) -> FeedState:
    values: dict[str, Any] = {
        "validators": Validators(etag='W/"1"', last_modified="Mon, 05 Jan 2026 00:00:00 GMT"),
        "next_poll": later(1800),
        "polled": NOW,
        "succeeded": NOW,
    }
    return FeedState(**values | changes)


def subscription(name: str = "s", **changes: Any) -> Subscription:
    values: dict[str, Any] = {"id": name, "destination": DISCORD, "created": NOW}
    return Subscription(**values | changes)


def message(text: str) -> Message:
    return Message(title=text, parts=(Part(blocks=(Paragraph(spans=(Span(text=text, url="https://e.example/"),)),)),))


def edition(name: str = "e", *, of: str = "s", day: int = 6, articles: tuple[str, ...] = ()) -> Edition:
    at = NOW + timedelta(days=day - 6)
    slot = Slot(subscription=of, day=date(2026, 1, day), time=time(7), at=at)
    return Edition(id=name, subscription=of, slot=slot, state="full", articles=articles, made=at)


def parts(edition: str = "e", many: int = 3, *, to: Destination = DISCORD) -> tuple[Delivery, ...]:
    return tuple(
        Delivery(
            id=f"{edition}-{to.channel}-{part}",
            edition=edition,
            destination=to,
            part=part,
            message=message(f"{edition} {part}"),
            in_thread=part == 1,
        )
        for part in range(many)
    )


async def published(store: SqlStore, *names: str, feed: Feed = FEED, seconds: float = 0) -> None:
    """These articles came with a poll of `feed` and were digested."""
    await store.add_feed(feed)
    found = [article(name, first_seen=later(seconds), role=feed.role, feed=feed.url) for name in names]
    await store.save_poll(feed.url, state(), now=later(seconds), seen=names, articles=found)
    for name in names:
        made = digest(name) if feed.role == "source" else None
        await store.save_digest(name, made, vector=b"\x00<" * 4, now=later(seconds))
