"""Small builders for tests: a sentence of a test should say only what it is about."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from config.catalogs import locales
from digests.catalog import Catalogs
from digests.model import ROLES, Article, Destination, Digest, Role, Section, Subscription, Support, Text
from digests.store import Hit

NOW = datetime(2026, 2, 13, 22, 0, tzinfo=UTC)
CATALOGS = Catalogs(locales())


def article(number: int = 1, **changes: Any) -> Article:
    values: dict[str, Any] = {
        "id": f"a{number}",
        "url": f"https://news.example.jp/{number}",
        "site": "news.example.jp",
        "publisher": "例新報",
        "language": "ja",
        "title": f"見出し{number}",
        "text": f"本文{number}の一文目。本文{number}の二文目。",
        "published": NOW,
        "first_seen": NOW,
        "feed": "https://news.example.jp/feed.xml",
    }
    return Article(**{**values, **changes})


def text(words: str) -> Text:
    return Text(text=words, support=(Support(start=0, end=len(words)),))


def digest(number: int = 1, *, sentence: str = "要旨の一文。", **changes: Any) -> Digest:
    sections = tuple(_section(role, place, f"{role}の一文{number}。") for place, role in enumerate(ROLES, 1))
    values: dict[str, Any] = {
        "id": f"a{number}",
        "language": "ja",
        "language_of_text": "ja",
        "title": f"見出し{number}",
        "url": f"https://news.example.jp/{number}",
        "published": NOW,
        "lead": (text(sentence),),
        "sections": sections,
        "conclusion": (text("結びの一文。"),),
    }
    return Digest(**{**values, **changes})


def _section(role: Role, number: int, sentence: str) -> Section:
    return Section(role=role, number=number, heading=f"話題の{role}", addressed=True, body=(text(sentence),))


def hit(number: int = 1, **changes: Any) -> Hit:
    return Hit(article=article(number, **changes), digest=digest(number), score=1.0)


def subscription(**changes: Any) -> Subscription:
    values: dict[str, Any] = {
        "id": "morning",
        "destination": Destination(platform="discord", channel="1"),
        "zone": "Asia/Tokyo",
        "language": "ja",
        "created": datetime(2026, 1, 1, tzinfo=UTC),
    }
    return Subscription(**{**values, **changes})
