"""Headings that join a section's topic with its role; without a topic the role's plain name stands alone."""

from __future__ import annotations

import re
from collections.abc import Sequence

from digests.bearing import bears
from digests.catalog import Catalog
from digests.frames import framed, news, sort
from digests.model import Role
from digests.phrase import Phrase

PLAIN_NEWS = {"sport", "obituary"}
"""Kinds of news that say more of a section than its own words, which speak of injuries, money and rivals anyway."""
_CONTEST = re.compile(
    r"(?:選|戦|大会|決勝|選手権|選挙|リーグ|シリーズ|カップ|試合|投票|グランプリ|五輪|杯|競技|レース|マラソン|野球|駅伝)$"
)
"""What has a result."""


def heading(
    role: Role, topic: Phrase | None, texts: Sequence[str], kind: str | None, language: str, catalog: Catalog
) -> str:
    """The section's heading. `kind`: what kind of news the article is."""
    event = "event" if topic and topic.event and _suits_event(role, topic, texts, language) else None
    topic = None if kind == "obituary" and role == "development" else topic
    words = capitalised(topic.text) if topic and catalog.language != "ja" else (topic.text if topic else None)
    told = sort(role, texts, language)
    if role == "development" and topic and language == "ja" and not _CONTEST.search(topic.text):
        kind = kind if kind == "harm" else None
    if role == "stakes" and kind == "harm":
        kind = told  # only a section that tells of the toll is headed by it
    return framed(role, words, (kind, told, event) if kind in PLAIN_NEWS else (told, kind, event), catalog)


def _suits_event(role: Role, topic: Phrase, texts: Sequence[str], language: str) -> bool:
    """Whether the frame for something that happens suits: in section 1 it promises what that means, and a Japanese
    reader wants to find it there."""
    if role != "development":
        return True
    told = language != "ja" or any(bears(text, language, "turning") for text in texts)
    return told and not topic.simple


def kind_of(title: str, texts: Sequence[str], language: str) -> str | None:
    """The kind of news that title and opening tell."""
    return news(title, texts, language)


def capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
