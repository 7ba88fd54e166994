"""Has a language model write digests: as everybody reads them, and in the wordings that subscriptions want. What it
cannot write stays as the built-in engine made it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from bot.shelf import owned, tenant_of
from bot.world import World
from digests.edition import wanted
from digests.model import Article, Destination, Digest, Subscription
from digests.ports import Candidate
from digests.renditions import rendition, wishes
from digests.store import Hit


async def written(world: World, article: Article, base: Digest, citations: Sequence[Candidate]) -> Digest:
    """The digest to keep for everybody; other wordings are written and kept on the way. Raises StoreError."""
    if world.writer is None:
        return base
    takers = [s for s in await world.store.subscriptions() if await _takes(world, s, article)]
    wanting = wishes(takers, article)
    for wish, readers in wanting.items():
        if wish is None:
            continue
        made = await world.writer.write(
            article, base, citations, language=wish.language, voice=wish.voice, tenants=_accounts(readers)
        )
        if made.engine.model is not None:
            await world.store.save_rendition(article.id, wish.key, made, world.clock())
    if wanting and None not in wanting:
        return base  # nobody reads it in these words: not worth a question
    return await world.writer.write(article, base, citations, tenants=_accounts(wanting.get(None, ())))


async def _takes(world: World, subscription: Subscription, article: Article) -> bool:
    owners = (await world.store.feed_owners()).get(article.feed or "")
    theirs = owners is None or tenant_of(subscription.destination) in owners
    takes = article.feed in subscription.feeds if subscription.feeds else theirs
    return article.feed is not None and takes and not subscription.paused and wanted(subscription, article)


def _accounts(readers: Sequence[Subscription]) -> tuple[str, ...]:
    """Whose account it goes on; empty: the operator's."""
    return tuple(dict.fromkeys(tenant_of(subscription.destination) for subscription in readers))


async def worded(world: World, subscription: Subscription, hits: Sequence[Hit]) -> tuple[Hit, ...]:
    """Hits with the digests in the wording that `subscription` wants, where there is one."""
    keys = {hit.article.id: wish.key for hit in hits if (wish := rendition(subscription, hit.article.language))}
    found: dict[str, Digest] = {}
    for key in dict.fromkeys(keys.values()):
        found |= await world.store.renditions([article for article, own in keys.items() if own == key], key)
    return tuple(replace(hit, digest=_linked(found.get(hit.article.id), hit.digest)) for hit in hits)


async def reworded(world: World, digest: Digest, origin: Destination | None) -> Digest:
    """The digest in the wording of the channel somebody asks from, where that has one."""
    if world.writer is None or origin is None:
        return digest
    mine = [s for s in await world.store.subscriptions() if owned(s, origin)]
    here = next((s for s in mine if s.destination.channel == origin.channel), None)
    article = next(iter(await world.store.articles([digest.id])), None) if here else None
    wish = rendition(here, article.language) if here and article else None
    if wish is None:
        return digest
    found: Mapping[str, Digest] = await world.store.renditions([digest.id], wish.key)
    return _linked(found.get(digest.id), digest) or digest


def _linked(made: Digest | None, plain: Digest | None) -> Digest | None:
    """The wording `made` with the related links of everybody's digest, which are those the reader may see."""
    return replace(made, related=plain.related) if made and plain else plain
