"""What admins ask: which subscriptions and feeds there are, what is wrong here, why there is (no) edition."""

from __future__ import annotations

from bot.admin_orders import Orders
from bot.admin_words import card_action, finding_lines, new_action, reasons, state_lines, subscription_line
from bot.commands import Reply
from bot.finding import Asker, cut_query
from bot.world import World
from digests.answers import described
from digests.message import Span
from digests.model import Destination
from digests.reasons import reason_in
from digests.redact import redacted
from digests.urls import article_id, site_of

_CARDS = 4
"""Subscriptions with a button of their own under the list: one of a row's five is for a new one."""


class Asking:
    """Answers that change nothing. Raises `ChokanError`."""

    def __init__(self, world: World, orders: Orders) -> None:
        self.world, self._orders = world, orders

    async def listed(self, asker: Asker, unclear: str = "") -> Reply:
        """`unclear`: what was typed that names no command; then also what there is to type."""
        mine = await self._orders.mine(asker)
        names = await self._orders.names()
        lines: list[str | tuple[Span, ...]] = []
        if unclear:
            known = unclear.casefold() in ("help", "?", "使い方")
            lines += [] if known else [asker.catalog("admin.list.unclear", said=cut_query(unclear))]
            lines.append(asker.catalog("admin.list.commands"))
        lines += [subscription_line(s, names, asker.catalog) for s in mine] or [asker.catalog("admin.list.none")]
        actions = tuple(card_action(order, asker.catalog) for order in mine[:_CARDS])
        actions = (*actions, new_action(asker.catalog))
        return Reply(message=described(asker.catalog("admin.list.title"), lines, asker.catalog, actions))

    async def feeds(self, asker: Asker) -> Reply:
        lines = []
        for health in await self.world.store.feeds(viewer=asker.viewer):
            if health.feed.role == "source":
                key = health.state.health
                values = {"title": health.feed.title or site_of(health.feed.url), "url": redacted(health.feed.url)}
                reason = reason_in(asker.catalog, health.state.last_error, health.feed.url)
                lines.append(asker.catalog(f"admin.feeds.{key}", number=health.articles, reason=reason, **values))
        lines = lines or [asker.catalog("admin.feeds.none")]
        return Reply(message=described(asker.catalog("admin.feeds.title"), lines, asker.catalog))

    async def check(self, asker: Asker, here: Destination) -> Reply:
        chat = self.world.chats.get(here.platform)
        places = {str(s.destination): s.destination for s in await self._orders.mine(asker)} | {str(here): here}
        found = await chat.check(tuple(places.values()), asker.catalog.language) if chat else ()
        lines = finding_lines(found, asker.catalog)
        return Reply(message=described(asker.catalog("admin.check.title"), lines, asker.catalog))

    async def why(self, asker: Asker, article: str) -> Reply:
        catalog, store, now = asker.catalog, self.world.store, self.world.clock()
        mine, last = await self._orders.mine(asker), await store.last_slots()
        name = article if "/" not in article else article_id(article)
        held = await store.article(name, viewer=asker.viewer) if article else None
        lines = []
        for order in mine:
            editions = await store.editions(subscription=order.id, limit=10)
            if article:
                lines += [one for one in reasons(order, held, editions, now, catalog) if one not in lines]
                continue
            newest = editions[0] if editions else None
            waiting = await store.deliveries(newest.id) if newest else ()
            lines += state_lines(order, newest, waiting, now, last.get(order.id), catalog)
        lines = lines or [catalog("admin.list.none")]
        return Reply(message=described(catalog("admin.why.title"), lines, catalog))
