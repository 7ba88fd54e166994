"""In which wording a subscription reads an article: a language model may have written it in another language or for
particular readers. Says what is wanted and under which key it is kept; writes nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from digests.model import Article, Subscription, Voice


@dataclass(frozen=True, slots=True)
class Rendition:
    """A wording of a digest in `language` for `voice`."""

    language: str
    voice: Voice

    @property
    def key(self) -> str:
        """At most 80 characters; the same for every subscription that wants the same."""
        wishes = "\0".join((self.voice.tone, self.voice.audience, *self.voice.topics))
        return f"{self.language}:{hashlib.sha256(wishes.encode()).hexdigest()[:16]}"


def rendition(subscription: Subscription, language: str) -> Rendition | None:
    """What `subscription` wants of an article in `language`; None: the digest as everybody has it."""
    wanted = language if subscription.language == "auto" else subscription.language
    if wanted == language and subscription.voice == Voice():
        return None
    return Rendition(wanted, subscription.voice)


def wishes(subscriptions: Sequence[Subscription], article: Article) -> dict[Rendition | None, tuple[Subscription, ...]]:
    """Who wants which wording of `article`, of the `subscriptions` that take it."""
    found: dict[Rendition | None, tuple[Subscription, ...]] = {}
    for subscription in subscriptions:
        wish = rendition(subscription, article.language)
        found[wish] = (*found.get(wish, ()), subscription)
    return found
