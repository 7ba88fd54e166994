"""Nouns to rows and back. Messages and subscriptions are kept as JSON of the frozen dataclasses themselves."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Insert, RowMapping, Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from digests.form import digest_form, digest_from_form
from digests.message import Message
from digests.model import Article, Destination, Digest, Edition, Feed, FeedState, Link, Slot, Subscription, Validators
from digests.outbox import Delivery
from digests.store import FeedHealth, Hit

Row = RowMapping | Mapping[str, Any]
CHUNK = 500
"""Rows or ids in one statement: far below what either database takes."""


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def insert_into(connection: AsyncConnection, table: Table) -> Any:
    """An INSERT that knows ON CONFLICT: both databases spell it alike, SQLAlchemy keeps it per dialect."""
    make: Insert = sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)
    return make


def message_json(message: Message) -> str:
    return json.dumps(_adapter(Message).dump_python(message, mode="json"), ensure_ascii=False)


def message_from(text: str) -> Message:
    message: Message = _adapter(Message).validate_json(text)
    return message


def subscription_json(subscription: Subscription) -> str:
    return json.dumps(_adapter(Subscription).dump_python(subscription, mode="json"), ensure_ascii=False)


def subscription_from(text: str) -> Subscription:
    subscription: Subscription = _adapter(Subscription).validate_json(text)
    return subscription


def digest_json(digest: Digest) -> str:
    return json.dumps(digest_form(digest, levels=True), ensure_ascii=False)


def digest_from(text: str) -> Digest:
    return digest_from_form(json.loads(text))


def article_row(article: Article) -> dict[str, Any]:
    return {
        "id": article.id,
        "url": article.url,
        "site": article.site,
        "publisher": article.publisher,
        "language": article.language,
        "title": article.title,
        "text": article.text,
        "links": json.dumps([[link.url, link.text] for link in article.links], ensure_ascii=False),
        "published": article.published,
        "first_seen": article.first_seen,
        "role": article.role,
        "searchable": False,
    }


def article_from(row: Row) -> Article:
    return Article(
        id=row["id"],
        url=row["url"],
        site=row["site"],
        publisher=row["publisher"],
        language=row["language"],
        title=row["title"],
        text=row["text"],
        links=tuple(Link(url=url, text=text) for url, text in json.loads(row["links"])),
        published=row["published"],
        first_seen=row["first_seen"],
        feed=row["feed_url"],
        role=row["role"],
    )


def hit_from(row: Row, score: float = 1.0) -> Hit:
    digest = row["digest"]
    return Hit(article=article_from(row), digest=digest_from(digest) if digest else None, score=score)


def state_row(state: FeedState) -> dict[str, Any]:
    return {
        "etag": state.validators.etag,
        "last_modified": state.validators.last_modified,
        "next_poll": state.next_poll,
        "polled": state.polled,
        "succeeded": state.succeeded,
        "failures": state.failures,
        "failing_since": state.failing_since,
        "last_error": state.last_error,
        "stopped": state.stopped,
        "interval": state.interval,
        "note": state.note,
        "moving_to": state.moving_to,
        "moving_times": state.moving_times,
        "hub": state.hub,
        "topic": state.topic,
        "ahead": state.ahead,
    }


def health_from(row: Row) -> FeedHealth:
    feed = Feed(
        url=row["url"],
        title=row["title"],
        site=row["site"],
        role=row["role"],
        backfill=row["backfill"],
        added=row["added"],
    )
    state = FeedState(
        validators=Validators(etag=row["etag"], last_modified=row["last_modified"]),
        next_poll=row["next_poll"],
        polled=row["polled"],
        succeeded=row["succeeded"],
        failures=row["failures"],
        failing_since=row["failing_since"],
        last_error=row["last_error"],
        stopped=row["stopped"],
        interval=row["interval"],
        note=row["note"],
        moving_to=row["moving_to"],
        moving_times=row["moving_times"],
        hub=row["hub"],
        topic=row["topic"],
        ahead=row["ahead"],
    )
    return FeedHealth(feed=feed, state=state, articles=row["articles"])


def slot_from(row: Row) -> Slot:
    return Slot(subscription=row["subscription"], day=row["day"], time=row["time"], at=row["at"], late=row["late"])


def edition_row(edition: Edition) -> dict[str, Any]:
    slot = edition.slot
    return {
        "id": edition.id,
        "subscription": slot.subscription,
        "day": slot.day,
        "time": slot.time,
        "at": slot.at,
        "late": slot.late,
        "state": edition.state,
        "made": edition.made,
    }


def edition_from(row: Row, articles: tuple[str, ...]) -> Edition:
    return Edition(
        id=row["id"],
        subscription=row["subscription"],
        slot=slot_from(row),
        state=row["state"],
        articles=articles,
        made=row["made"],
    )


def delivery_row(delivery: Delivery, edition: Edition) -> dict[str, Any]:
    to = delivery.destination
    return {
        "id": delivery.id,
        "edition": edition.id,
        "platform": to.platform,
        "channel": to.channel,
        "tenant": to.tenant,
        "part": delivery.part,
        "message": message_json(delivery.message),
        "in_thread": delivery.in_thread,
        "state": delivery.state,
        "attempts": delivery.attempts,
        "unknown": delivery.unknown,
        "error": delivery.error,
        "due": edition.made,
        "permalink": delivery.permalink,
    }


def delivery_from(row: Row) -> Delivery:
    return Delivery(
        id=row["id"],
        edition=row["edition"],
        destination=Destination(platform=row["platform"], channel=row["channel"], tenant=row["tenant"]),
        part=row["part"],
        message=message_from(row["message"]),
        in_thread=row["in_thread"],
        parent=row["parent"] if row["in_thread"] else None,
        state=row["state"],
        attempts=row["attempts"],
        unknown=row["unknown"],
        error=row["error"],
        permalink=row["permalink"],
        made=row["made"],
    )


def paused(subscription: Subscription, reason: str | None) -> Subscription:
    return replace(subscription, paused=reason is not None, paused_reason=reason)
