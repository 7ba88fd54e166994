"""What admins read: a subscription on one line, why there is (no) edition, what a check found. Pure: data in, words
out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from digests.answers import fits, naming_channel
from digests.catalog import Catalog
from digests.edition import next_slot, wanted, window_start
from digests.layout import day_text
from digests.message import Action, Span
from digests.model import Article, Edition, Slot, Subscription
from digests.outbox import Delivery
from digests.ports import Finding
from digests.reasons import reason_in

_FEEDS = 5
"""Feeds named on a line; more are counted."""


def subscription_line(order: Subscription, names: Mapping[str, str], catalog: Catalog) -> tuple[Span, ...]:
    """Where, when and what, and that it is paused."""
    feeds = [names.get(url, url) for url in order.feeds[:_FEEDS]] or [catalog("admin.list.every-feed")]
    more = len(order.feeds) - _FEEDS
    named = ", ".join(feeds) + (f" (+{more})" if more > 0 else "")
    line = naming_channel(
        catalog,
        "admin.list.line",
        order.destination.channel,
        name=order.id,
        feeds=named,
        time=f"{order.at:%H:%M}",
        zone=order.zone,
        days=weekdays_text(order.weekdays, catalog),
        length=catalog(f"choice.{order.length}"),
        layout=catalog(f"choice.{order.layout}"),
        language=_language(order.language, catalog),
    )
    filters = [
        catalog(f"admin.list.{name}", words=", ".join(words))
        for name, words in (("include", order.include), ("exclude", order.exclude))
        if words
    ]
    paused = [catalog("admin.list.paused", reason=reason_in(catalog, order.paused_reason))] if order.paused else []
    return (*line, *(Span(text=f"\n{more}") for more in (*filters, *paused)))


def _language(language: str, catalog: Catalog) -> str:
    """The operator's file may name others than can be chosen in chat."""
    key = f"choice.{language}"
    return catalog(key) if catalog.has(key) else language


def weekdays_text(days: frozenset[int], catalog: Catalog) -> str:
    """Every day, weekdays, or the days by name."""
    known = {frozenset(range(7)): "every-day", frozenset(range(5)): "weekdays", frozenset({5, 6}): "weekends"}
    if days in known:
        return catalog(f"choice.{known[days]}")
    names = catalog("admin.weekdays").split()
    return " ".join(names[day] for day in sorted(days))


def subscription_actions(order: Subscription, catalog: Catalog) -> tuple[Action, ...]:
    """Buttons under one subscription."""
    change = () if order.origin == "file" else ("edit", "filters")
    verbs = ("resume", *change, "remove") if order.paused else ("send-now", *change, "pause", "remove")
    actions = (Action(label=catalog(f"admin.action.{verb}"), verb=f"admin-{verb}", value=order.id) for verb in verbs)
    return tuple(action for action in actions if fits(action))


def card_action(order: Subscription, catalog: Catalog) -> Action:
    """The button from a list to one subscription."""
    return Action(label=catalog("admin.action.open", name=order.id), verb="admin-card", value=order.id)


def new_action(catalog: Catalog) -> Action:
    return Action(label=catalog("admin.action.new"), verb="admin-new", primary=True)


def state_lines(
    order: Subscription,
    newest: Edition | None,
    deliveries: Sequence[Delivery],
    now: datetime,
    last: Slot | None,
    catalog: Catalog,
) -> list[str]:
    """Why there is, or is not, an edition today: paused, next, last, what it carried, what waits."""
    lines = [catalog("admin.why.of", name=order.id)]
    if order.paused:
        lines.append(catalog("admin.why.paused", reason=reason_in(catalog, order.paused_reason)))
    lines += [line for line in (upcoming_line(order, now, last, catalog),) if line]
    lines.append(_last_line(order, newest, catalog))
    if order.include or order.exclude:
        words = ", ".join((*order.include, *(f"-{word}" for word in order.exclude)))
        lines.append(catalog("admin.why.filters", words=words))
    return ["\n".join((*lines, *_waiting(deliveries, catalog)))]


def upcoming_line(order: Subscription, now: datetime, last: Slot | None, catalog: Catalog) -> str:
    """When the next edition is due; empty for a paused one."""
    slot = None if order.paused else next_slot(order, now, last)
    if slot is None:
        return ""
    day = day_text(slot.day, catalog)
    return catalog("admin.why.next", date=day, time=f"{slot.time:%H:%M}", zone=order.zone)


def _last_line(order: Subscription, newest: Edition | None, catalog: Catalog) -> str:
    if newest is None:
        return catalog("admin.why.never")
    at = newest.made.astimezone(ZoneInfo(order.zone))
    values = {"date": day_text(at.date(), catalog), "time": f"{at:%H:%M}", "number": len(newest.articles)}
    return catalog("admin.why.last" if newest.articles else "admin.why.last-empty", **values)


def _waiting(deliveries: Sequence[Delivery], catalog: Catalog) -> list[str]:
    unsent = [delivery for delivery in deliveries if delivery.state != "sent"]
    if not unsent:
        return []
    reason = reason_in(catalog, next((delivery.error for delivery in unsent if delivery.error), None))
    return [catalog("admin.why.waiting", number=len(unsent), reason=reason)]


def reasons(
    order: Subscription, article: Article | None, editions: Sequence[Edition], now: datetime, catalog: Catalog
) -> list[str]:
    """Why a subscription got an article or did not: one line."""
    if article is None:
        return [catalog("admin.why.unknown")]
    carried = next((edition for edition in editions if article.id in edition.articles), None)
    if carried:
        at = carried.made.astimezone(ZoneInfo(order.zone))
        values = {"date": day_text(at.date(), catalog), "time": f"{at:%H:%M}"}
        place = carried.articles.index(article.id) + 1
        key = "admin.why.headline" if place > order.limit else "admin.why.got"
        return [catalog(key, name=order.id, place=place, **values)]
    return [catalog(f"admin.why.{_reason(order, article, now)}", name=order.id)]


def _reason(order: Subscription, article: Article, now: datetime) -> str:
    if order.feeds and article.feed not in order.feeds:
        return "other-feed"
    if not wanted(order, article):
        return "filtered"
    if article.first_seen < window_start(order, now):
        return "too-old"
    return "paused-now" if order.paused else "to-come"


def finding_lines(found: Sequence[Finding], catalog: Catalog) -> list[str]:
    """One line a finding: what is right, what is wrong and what to do."""
    if not found:
        return [catalog("admin.check.nothing")]
    lines = []
    for finding in found:
        mark = "✓" if finding.ok and not finding.warning else "!" if finding.ok else "✗"
        fix = "" if finding.ok and not finding.warning else f"\n→ {finding.fix}"
        # What is said of a channel names it as people know it.
        subject = "" if finding.subject.startswith(("slack:", "discord:")) else f"{finding.subject}: "
        lines.append(f"{mark} {subject}{finding.text}{fix if finding.fix else ''}")
    return lines
