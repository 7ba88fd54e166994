"""Prometheus metrics: the log's events counted, and what waits in the store asked at each scrape."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)

from digests.model import FeedState
from digests.store import FeedHealth, Store

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
STATES = ("ready", "sending", "held", "failed", "sent")
_WORD = re.compile(r"[a-z][a-z0-9_.-]{0,60}")

Fields = Mapping[str, object]


class Metrics:
    """One registry and what is in it. Labels come from short lists of ours, never from a feed."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        self._count()
        self._measure()

    def _count(self) -> None:
        registry = self.registry
        self.polls = Counter("chokan_polls", "Polls of feeds by outcome", ["status"], registry=registry)
        self.new = Counter("chokan_new_articles", "Articles that polls found new", registry=registry)
        self.unread = Counter("chokan_pages_unread", "Pages that could not be read", ["kind"], registry=registry)
        self.digests = Counter("chokan_digests", "Articles digested", ["outcome"], registry=registry)
        self.editions = Counter("chokan_editions", "Editions made by state", ["state"], registry=registry)
        self.deliveries = Counter(
            "chokan_deliveries", "Messages posted, or not", ["platform", "outcome"], registry=registry
        )
        self.limited = Counter(
            "chokan_rate_limited", "Answers of a platform that asked to wait", ["platform"], registry=registry
        )
        self.waited = Counter(
            "chokan_rate_limit_wait_seconds", "Seconds the platforms asked to wait", ["platform"], registry=registry
        )
        self.tokens = Counter("chokan_model_tokens", "Tokens of language models", ["direction"], registry=registry)
        self.errors = Counter("chokan_errors", "What went wrong, by kind", ["kind"], registry=registry)
        self.requests = Counter(
            "chokan_http_requests", "Answers of the web server", ["page", "status"], registry=registry
        )
        self.seconds = Histogram("chokan_http_request_seconds", "Time an answer took", ["page"], registry=registry)

    def _measure(self) -> None:
        registry = self.registry
        self.articles = Gauge("chokan_archive_articles", "Articles in the archive", registry=registry)
        self.digested = Gauge("chokan_archive_digests", "Digests in the archive", registry=registry)
        self.undigested = Gauge("chokan_queue_articles", "Articles waiting to be digested", registry=registry)
        self.outbox = Gauge("chokan_outbox_deliveries", "Messages in the outbox by state", ["state"], registry=registry)
        self.feeds = Gauge("chokan_feeds", "Feeds by health", ["health"], registry=registry)
        self.lag = Gauge("chokan_lag_seconds", "Age of the longest waiting piece of work", ["work"], registry=registry)
        self.jobs = Gauge("chokan_job_age_seconds", "Since a job last came to its end", ["job"], registry=registry)

    def heard(self, name: str, level: int, fields: Fields) -> None:
        """Count one event (`bot.telemetry.heard`)."""
        counts: dict[str, Callable[[Fields], None]] = {
            "feed.polled": self._polled,
            "page.unread": lambda f: self.unread.labels(_word(f.get("kind"))).inc(),
            "article.digested": lambda f: self.digests.labels("failed" if f.get("error") else "made").inc(),
            "edition.made": lambda f: self.editions.labels(_word(f.get("state"))).inc(),
            "delivery.sent": lambda f: self.deliveries.labels(_platform(f), "sent").inc(),
            "delivery.failed": lambda f: self.deliveries.labels(_platform(f), _word(f.get("kind"))).inc(),
            "rate.limited": self._limited,
            "model.answered": self._answered,
        }
        if name in counts:
            counts[name](fields)
        if level >= logging.WARNING:
            self.errors.labels(_word(name)).inc()

    def _limited(self, fields: Fields) -> None:
        platform = _word(fields.get("platform"))
        self.limited.labels(platform).inc()
        self.waited.labels(platform).inc(_number(fields.get("seconds")))

    def _answered(self, fields: Fields) -> None:
        self.tokens.labels("in").inc(_number(fields.get("tokens_in")))
        self.tokens.labels("out").inc(_number(fields.get("tokens_out")))

    def _polled(self, fields: Fields) -> None:
        self.polls.labels(_status(str(fields.get("status")))).inc()
        new = fields.get("new")
        self.new.inc(new if isinstance(new, int) else 0)

    def answered(self, page: str, status: int, seconds: float) -> None:
        self.requests.labels(page, str(status)).inc()
        self.seconds.labels(page).observe(seconds)

    async def text(self, store: Store, finished: Mapping[str, datetime], now: datetime) -> bytes:
        """The exposition, with the gauges as of `now`. Raises `StoreError`."""
        await self._ask(store, now)
        for job, at in finished.items():
            self.jobs.labels(job).set((now - at).total_seconds())
        return generate_latest(self.registry)

    async def _ask(self, store: Store, now: datetime) -> None:
        totals = await store.totals(now)
        self.articles.set(totals.articles)
        self.digested.set(totals.digests)
        self.undigested.set(totals.undigested)
        self.lag.labels("digest").set(_age(totals.oldest_undigested, now))
        self.lag.labels("deliver").set(_age(totals.oldest_delivery, now))
        self.lag.labels("poll").set(_age(totals.oldest_poll, now))
        outbox = await store.pending_deliveries()
        for state in STATES:
            self.outbox.labels(state).set(outbox.get(state, 0))
        healths = [_health(health) for health in await store.feeds()]
        for health in ("well", "failing", "stopped"):
            self.feeds.labels(health).set(healths.count(health))


def _age(since: datetime | None, now: datetime) -> float:
    return max(0.0, (now - since).total_seconds()) if since else 0.0


def _health(health: FeedHealth) -> str:
    state: FeedState = health.state
    return "stopped" if state.stopped else "failing" if state.failures else "well"


def _number(value: object) -> float:
    return max(0.0, float(value)) if isinstance(value, (int, float)) else 0.0


def _platform(fields: Fields) -> str:
    return _word(str(fields.get("destination")).partition(":")[0])


def _status(status: str) -> str:
    """`200`, `304`, `429` as they are, other answers by their class (`5xx`), no answer by its kind (`timeout`)."""
    if status in ("200", "304", "410", "429") or not status.isdigit():
        return _word(status)
    return f"{status[0]}xx"


def _word(value: object) -> str:
    found = _WORD.fullmatch(str(value)) or re.fullmatch(r"\d{3}", str(value))
    return found[0] if found else "other"
