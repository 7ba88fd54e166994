"""What a reader meets before asking anything: the page of one's own (today's edition, subscriptions, recent look-ups,
settings), and titles while one types."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from bot.admin_orders import Orders
from bot.admin_words import new_action, subscription_actions, subscription_line, upcoming_line
from bot.commands import Suggestion
from bot.finding import PAGE, Asker, Finder, cut_query
from bot.remembered import place_of
from bot.shelf import suggestions, tenant_of
from bot.telemetry import event
from bot.world import World
from digests.answers import described, fits
from digests.errors import ChokanError
from digests.layout import day_text, hits_message
from digests.message import Action, Message
from digests.model import Edition, Subscription
from digests.store import Hit, Lookup

log = logging.getLogger("chokan.front")

TITLES = 100
FOUND = 30
"""Hits of the archive among the titles; the rest are the newest that have what was typed."""
SOON = 0.8
"""Seconds the archive may take while somebody types: what is in memory comes at once."""
SHOWN = 10
"""Subscriptions on the page."""
RECENT = 5


class Front:
    """Raises `ChokanError`."""

    def __init__(self, world: World, finder: Finder, orders: Orders, *, most_feeds: int) -> None:
        self.world, self._finder, self._orders, self._most_feeds = world, finder, orders, most_feeds

    async def page(self, asker: Asker, *, admin: bool) -> tuple[Message, ...]:
        """Today's edition, then subscriptions, recent look-ups and settings, each a message with its buttons."""
        mine = await self._orders.mine(asker)
        lately = await self.world.store.recent(place_of(asker.origin), asker.reader) if asker.origin else ()
        return (
            await self._today(asker, mine),
            *await self._subscriptions(asker, mine, admin=admin),
            *_recent(asker, lately),
            await self._settings(asker, admin=admin),
        )

    async def _today(self, asker: Asker, mine: Sequence[Subscription]) -> Message:
        """The newest edition of this place; before the first, the newest digests."""
        editions = [e for order in mine for e in await self.world.store.editions(subscription=order.id, limit=1)]
        newest = max((e for e in editions if e.articles), key=lambda e: e.made, default=None)
        search = Action(label=asker.catalog("slack.search.title"), verb="window-search", primary=True)
        if newest is None:
            latest = await self._finder.latest(asker, "", 0)
            actions = (search, *(action for action in latest.actions if action.verb != "share"))
            return Message(title=latest.title, parts=latest.parts, actions=actions, language=latest.language)
        hits = await self._hits(asker, newest)
        title = asker.catalog("front.edition", date=day_text(newest.slot.day, asker.catalog))
        return hits_message(title, hits[:PAGE], asker.catalog, (search,))

    async def _hits(self, asker: Asker, edition: Edition) -> list[Hit]:
        ids, viewer = edition.articles[:PAGE], asker.viewer
        articles = await self.world.store.articles(ids, viewer=viewer)
        digests = await self.world.store.digests(ids, viewer=viewer)
        return [Hit(article=article, digest=digests.get(article.id), score=1.0) for article in articles]

    async def _subscriptions(self, asker: Asker, mine: Sequence[Subscription], *, admin: bool) -> list[Message]:
        words, names, last = asker.catalog, await self._orders.names(), await self.world.store.last_slots()
        head = [] if mine else [words("front.no-subscription")]
        actions = (new_action(words),) if admin else ()
        messages = [described(words("admin.list.title"), head, words, actions)]
        for order in mine[:SHOWN]:
            due = upcoming_line(order, self.world.clock(), last.get(order.id), words)
            buttons = subscription_actions(order, words) if admin else ()
            messages.append(described("", [subscription_line(order, names, words), due], words, buttons))
        return messages

    async def _settings(self, asker: Asker, *, admin: bool) -> Message:
        words, owners = asker.catalog, await self.world.store.feed_owners()
        feeds = sum(tenant_of(asker.origin) in tenants for tenants in owners.values())
        lines = [words("front.language"), words("front.zone", zone=await self._finder.zone(asker))]
        lines.append(words("front.feeds", number=feeds, most=self._most_feeds))
        lines.append(words("front.admin" if admin else "front.member"))
        actions = (Action(label=words("front.check"), verb="admin-check"),) if admin else ()
        return described(words("front.settings"), lines, words, actions)

    # --- typing -------------------------------------------------------------------------------------------------------

    async def titles(self, typed: str, asker: Asker) -> tuple[Suggestion, ...]:
        """The words themselves, then what the archive finds, then the newest titles that have them."""
        words = cut_query(typed)
        found = [Suggestion(label=asker.catalog("front.words", words=words), value=f"search:{words}")] if words else []
        found += [Suggestion(label=hit.article.title, value=hit.article.id) for hit in await self._soon(words, asker)]
        self.world.shelf.refresh_soon(self.world.store)
        today = self.world.clock().date()
        found += suggestions(self.world.shelf, "article", words, asker.catalog, asker.origin, today, most=TITLES)
        return tuple({one.value: one for one in found}.values())[:TITLES]

    async def _soon(self, words: str, asker: Asker) -> list[Hit]:
        """What the archive finds within a moment."""
        if not words:
            return []
        try:
            async with asyncio.timeout(SOON):
                return list(await self.world.store.search(words, limit=FOUND, viewer=asker.viewer))
        except (TimeoutError, ChokanError) as error:
            event(log, "front.slow", error=type(error).__name__)
            return []


def _recent(asker: Asker, lately: Sequence[Lookup]) -> list[Message]:
    actions = [Action(label=one.label, verb=one.verb, value=one.value) for one in lately[:RECENT]]
    if not actions:
        return []
    forget = Action(label=asker.catalog("command.recent.forget"), verb="forget")
    title = asker.catalog("command.recent.title")
    return [described(title, [], asker.catalog, (*(a for a in actions if fits(a)), forget))]
