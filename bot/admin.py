"""What admins do from chat: subscribe, change, pause, remove, send. Knows no platform; a tenant changes only what is
its own."""

from __future__ import annotations

import asyncio
import re
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace

from bot.admin_ask import Asking
from bot.admin_forms import new_form, order_form
from bot.admin_offer import PREVIEWED, Offer
from bot.admin_orders import Orders, Several, place_of
from bot.admin_wishes import Unclear, addressed, alike, changed, defaults, new_id, usual
from bot.admin_words import finding_lines, subscription_actions, subscription_line, upcoming_line
from bot.commands import Press, Reply, Request
from bot.delivery import resume
from bot.finding import Asker
from bot.jobs import digest, kept, prepared
from bot.plain_words import error_text
from bot.poll import discover, poll
from bot.shelf import owned, tenant_of
from bot.world import World
from digests.answers import described, fits, naming_channel
from digests.edition import slot_now
from digests.errors import ChokanError
from digests.layout import note
from digests.message import Action, Message, Span
from digests.model import Destination, Feed, Subscription
from digests.reasons import BY_ADMIN, reason_in

BACKFILL = PREVIEWED
"""Articles already in a feed that count as new for its first edition: the ones that were previewed."""
WHICH = 20
"""Buttons under the question which one: the most subscriptions there are by default."""
Handler = Callable[[], Awaitable[Reply]]


class Admin:
    """Answers to `/digest-admin`, its buttons and its forms. Raises `ChokanError`."""

    def __init__(self, world: World, *, most_feeds: int, most_subscriptions: int) -> None:
        self.world = world
        self.orders = Orders(world)
        self._offer, self._asking = Offer(world), Asking(world, self.orders)
        self._most_feeds, self._most_subscriptions = most_feeds, most_subscriptions
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def answer(self, request: Request, asker: Asker) -> Reply:
        given, which = request.options, request.options.get("subscription", "")
        here = place_of(asker, allowed=request.admin)
        handlers: dict[str, Handler] = {
            "subscribe": lambda: self._subscribe(asker, here, given),
            "edit": lambda: self._edit(asker, which, given),
            "pause": lambda: self._pause(asker, which),
            "resume": lambda: self._resume(asker, which),
            "remove": lambda: self._remove(asker, which),
            "list": lambda: self._asking.listed(asker, given.get("unclear", "")),
            "preview": lambda: self._preview(asker, here, which, given),
            "send-now": lambda: self._send_now(asker, which),
            "why": lambda: self._asking.why(asker, given.get("article", "")),
            "feeds": lambda: self._asking.feeds(asker),
            "check": lambda: self._asking.check(asker, here),
        }
        try:
            return await handlers[request.command]()
        except Several as error:
            return _which(asker, request.command, error)

    async def press(self, press: Press, asker: Asker) -> Reply:
        """A button under a subscription or a form that was sent."""
        here, which, given = place_of(asker, allowed=press.admin), press.value, press.fields
        handlers: dict[str, Handler] = {
            "admin-new": lambda: self._offered(asker, _chosen_place(here, given), given),
            "admin-subscribe": lambda: self._subscribe(asker, _chosen_place(here, given), {**given, "url": which}),
            "admin-card": lambda: self._shown(asker, which),
            "admin-edit": lambda: self._edit(asker, which, given),
            "admin-filters": lambda: self._edit(asker, which, given),
            "admin-pause": lambda: self._pause(asker, which),
            "admin-resume": lambda: self._resume(asker, which),
            "admin-remove": lambda: self._asked_to_remove(asker, which),
            "admin-remove-yes": lambda: self._remove(asker, which),
            "admin-send-now": lambda: self._send_now(asker, which),
            "admin-list": lambda: self._asking.listed(asker),
            "admin-check": lambda: self._asking.check(asker, here),
        }
        handler = handlers.get(press.verb)
        if handler is None:
            raise Unclear("command.gone")
        return await handler()

    # --- subscribing --------------------------------------------------------------------------------------------------

    async def _offered(self, asker: Asker, here: Destination, given: Mapping[str, str]) -> Reply:
        """The feed of a pasted address, how its editions would look, and the form that asks for the rest."""
        try:
            mine = await self._room(asker)
            feed = await discover(self.world, addressed(given.get("url", "")))
            newest = await self._offer.newest(asker, feed)
        except ChokanError as error:
            return _asked_again(asker, here, given, error)
        order = replace(usual(defaults(here, asker, self.world.clock()), mine), feeds=(feed,))
        shown = self._offer.as_posted(order, newest.digests)
        found = asker.catalog("admin.new.found" if shown else "admin.new.unread", feed=newest.title)
        said = described(asker.catalog("admin.preview.title"), [found], asker.catalog)
        action = Action(label=asker.catalog("admin.new.subscribe"), verb="admin-subscribe", value=feed, primary=True)
        message = replace(said, actions=(action,) if fits(action) else ())
        form = order_form("admin-subscribe", feed, order, asker.catalog, (said, *shown))
        return Reply(message=message, more=shown, form=form)

    async def _subscribe(self, asker: Asker, here: Destination, given: Mapping[str, str]) -> Reply:
        wishes = {name: value for name, value in given.items() if name not in ("url", "channel") and value}
        wished = changed(defaults(here, asker, self.world.clock()), wishes)
        await self._room(asker)
        feed = await discover(self.world, addressed(given["url"]))
        newest = await self._offer.newest(asker, feed)
        async with self._turns[tenant_of(asker.origin)]:  # many at once must not pass one quota together
            mine = await self._room(asker)
            there = [s for s in mine if s.destination.channel == here.channel]
            twice = next((s for s in there if feed in s.feeds and s.weekdays & wished.weekdays), None)
            if twice:
                raise Unclear("admin.subscribe.already", subscription=twice.id)
            await self._adopt(Feed(url=feed, title=newest.title, backfill=BACKFILL), asker)
            joined = next((s for s in there if s.origin == "chat" and (not wishes or alike(s, wished))), None)
            order = joined or replace(wished, id=new_id(here, feed, wished.at))
            order = replace(order, feeds=(*order.feeds, feed))
            await self._save(order)
        return await self._done(asker, order, self._offer.as_posted(order, newest.digests))

    async def _done(self, asker: Asker, order: Subscription, shown: tuple[Message, ...]) -> Reply:
        """The card of a new subscription; before the preview, what is wrong in its channel."""
        key = "admin.subscribe.done" if shown else "admin.subscribe.unread"
        reply = await self._card(asker, key, order, shown)
        return replace(reply, more=(*await self._wrong_at(asker, order.destination), *reply.more))

    async def _wrong_at(self, asker: Asker, place: Destination) -> tuple[Message, ...]:
        """What keeps us from posting there, and what to do; nothing where all is well or the platform does not say."""
        chat = self.world.chats.get(place.platform)
        found = await chat.check((place,), asker.catalog.language) if chat else ()
        wrong = [one for one in found if not one.ok and one.subject == str(place)]
        lines = finding_lines(wrong, asker.catalog)
        return (described(asker.catalog("admin.check.title"), lines, asker.catalog),) if wrong else ()

    async def _save(self, order: Subscription) -> None:
        """Saved, and on the shelf at once: the next form is filled in from there."""
        await self.world.store.save_subscription(order)
        self.world.shelf.subscriptions = await self.world.store.subscriptions()

    async def _room(self, asker: Asker) -> Sequence[Subscription]:
        """The tenant's subscriptions. Raises `Unclear` where a quota is used up."""
        mine = await self.orders.mine(asker)
        owners = await self.world.store.feed_owners()
        feeds = sum(tenant_of(asker.origin) in tenants for tenants in owners.values())
        if len(mine) >= self._most_subscriptions:
            raise Unclear("admin.quota.subscriptions", most=self._most_subscriptions)
        if feeds >= self._most_feeds:
            raise Unclear("admin.quota.feeds", most=self._most_feeds)
        return mine

    async def _adopt(self, feed: Feed, asker: Asker) -> None:
        """A feed nobody had is the tenant's own; one of another tenant's becomes theirs too; the rest are public."""
        now = self.world.clock()
        known = {health.feed.url for health in await self.world.store.feeds()}
        owners = await self.world.store.feed_owners()
        if feed.url not in known or feed.url in owners:
            await self.world.store.own_feed(feed.url, tenant_of(asker.origin), now)
        if feed.url not in known:
            await self.world.store.add_feed(replace(feed, added=now), public=False)

    async def _preview(self, asker: Asker, here: Destination, which: str, given: Mapping[str, str]) -> Reply:
        url = given.get("url", "")
        if re.search("[./:]", url):
            return replace(await self._offered(asker, here, given), form=None)
        order = await self.orders.one(asker, which or url)
        newest = await self._offer.newest(asker, order.feeds[0]) if order.feeds else None
        if newest is None or not newest.digests:
            raise Unclear("admin.preview.none")
        said = asker.catalog("admin.preview.done", feed=newest.title)
        message = described(asker.catalog("admin.preview.title"), [said], asker.catalog)
        return Reply(message=message, more=self._offer.as_posted(order, newest.digests))

    # --- changing -----------------------------------------------------------------------------------------------------

    async def _shown(self, asker: Asker, which: str) -> Reply:
        return await self._card(asker, "", await self.orders.one(asker, which))

    async def _edit(self, asker: Asker, which: str, given: Mapping[str, str]) -> Reply:
        order = await self.orders.one(asker, which, to_change=True)
        wishes = {name: value for name, value in given.items() if name != "subscription"}
        wishes = {name: value or "-" if name in ("include", "exclude") else value for name, value in wishes.items()}
        if not wishes:
            raise Unclear("admin.edit.nothing")
        order = changed(order, wishes)
        await self._save(order)
        return await self._card(asker, "admin.edit.done", order)

    async def _pause(self, asker: Asker, which: str) -> Reply:
        order = await self.orders.one(asker, which)
        await self.world.store.pause_subscription(order.id, BY_ADMIN)
        return await self._card(asker, "admin.pause.done", replace(order, paused=True, paused_reason=BY_ADMIN))

    async def _resume(self, asker: Asker, which: str) -> Reply:
        order = await self.orders.one(asker, which)
        await resume(self.world, order)
        return await self._card(asker, "admin.resume.done", replace(order, paused=False, paused_reason=None))

    async def _asked_to_remove(self, asker: Asker, which: str) -> Reply:
        """One press beside the others must not cost the settings."""
        order = await self.orders.one(asker, which, to_change=True)
        said = [asker.catalog("admin.remove.sure", name=order.id)]
        yes = Action(label=asker.catalog("admin.action.remove"), verb="admin-remove-yes", value=order.id)
        keep = Action(label=asker.catalog("admin.action.keep"), verb="admin-card", value=order.id)
        buttons = [action for action in (keep, yes) if fits(action)]
        return Reply(message=described(asker.catalog("admin.title"), said, asker.catalog, buttons), in_place=True)

    async def _remove(self, asker: Asker, which: str) -> Reply:
        order = await self.orders.one(asker, which, to_change=True)
        await self.world.store.remove_subscription(order.id)
        left = [s for s in await self.world.store.subscriptions() if s.id != order.id]
        for feed in order.feeds:
            await self._let_go(feed, asker, left)
        said = [asker.catalog("admin.remove.done", name=order.id)]
        return Reply(message=described(asker.catalog("admin.title"), said, asker.catalog), in_place=True)

    async def _let_go(self, feed: str, asker: Asker, left: Sequence[Subscription]) -> None:
        """A feed that was this tenant's and that nobody reads any more is no longer polled; its archive stays."""
        if any(feed in s.feeds and owned(s, asker.origin) for s in left):
            return
        owners = (await self.world.store.feed_owners()).get(feed)
        if owners is None or tenant_of(asker.origin) not in owners:
            return
        if len(owners) > 1:
            await self.world.store.disown_feed(feed, tenant_of(asker.origin))
        else:
            # The last owner keeps the mark: what the feed brought stays private after it is gone.
            await self.world.store.remove_feed(feed)

    async def _send_now(self, asker: Asker, which: str) -> Reply:
        order = await self.orders.one(asker, which)
        if order.paused:
            raise Unclear("admin.send-now.paused", reason=reason_in(asker.catalog, order.paused_reason))
        if wrong := await self._wrong_at(asker, order.destination):
            return Reply(message=wrong[0])
        await self._first_polled(order, asker)
        edition, deliveries = await prepared(self.world, order, slot_now(order, self.world.clock()))
        if not edition.articles:
            return Reply(
                message=note(asker.catalog("admin.title"), asker.catalog("admin.send-now.none"), asker.catalog)
            )
        await kept(self.world, edition, deliveries)
        number = len(edition.articles)
        key = "admin.send-now.one" if number == 1 else "admin.send-now.done"
        said = naming_channel(asker.catalog, key, order.destination.channel, number=number)
        return Reply(message=described(asker.catalog("admin.title"), [said], asker.catalog))

    async def _first_polled(self, order: Subscription, asker: Asker) -> None:
        """Whoever has just subscribed asks for an edition before the first round of polling has come."""
        health = await self.world.store.feeds(viewer=asker.viewer)
        fresh = [one.feed.url for one in health if one.state.polled is None and one.feed.url in order.feeds]
        if fresh:
            await poll(self.world, urls=fresh)
            await digest(self.world)

    async def _card(self, asker: Asker, key: str, order: Subscription, more: tuple[Message, ...] = ()) -> Reply:
        """One subscription with its buttons; pressed there, what comes of it takes its place."""
        newest = await self.world.store.editions(subscription=order.id, limit=1)
        lines: list[str | tuple[Span, ...]] = [
            asker.catalog(key) if key else "",
            subscription_line(order, await self.orders.names(), asker.catalog),
            upcoming_line(order, self.world.clock(), newest[0].slot if newest else None, asker.catalog),
        ]
        actions = subscription_actions(order, asker.catalog)
        message = described(asker.catalog("admin.title"), lines, asker.catalog, actions)
        return Reply(message=message, more=more, in_place=not more)


def _which(asker: Asker, command: str, several: Several) -> Reply:
    """A button for each where one press does it; else which names there are."""
    verb = f"admin-{command}"
    if verb not in ("admin-pause", "admin-resume", "admin-remove", "admin-send-now"):
        raise several
    actions = [Action(label=name, verb=verb, value=name) for name in several.names[:WHICH]]
    said = error_text(several, asker.catalog)
    title = asker.catalog(f"admin.action.{command}")
    return Reply(message=described(title, [said], asker.catalog, [action for action in actions if fits(action)]))


def _chosen_place(here: Destination, given: Mapping[str, str]) -> Destination:
    return replace(here, channel=given.get("channel") or here.channel)


def _asked_again(asker: Asker, here: Destination, given: Mapping[str, str], error: ChokanError) -> Reply:
    """What went wrong, over the form as it was filled in."""
    said = note(asker.catalog("command.error.title"), error_text(error, asker.catalog), asker.catalog)
    return Reply(message=said, form=new_form(here.channel, asker.catalog, given.get("url", ""), (said,)))
