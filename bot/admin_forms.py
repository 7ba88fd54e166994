"""The forms admins fill in: a new subscription, when and how it comes, its language and filters. Pure: from what is
known of a subscription, at once."""

from __future__ import annotations

from collections.abc import Sequence

from bot.admin_wishes import LANGUAGES, usual
from bot.commands import Field, Form, Press, Suggestion
from bot.shelf import owned
from digests.catalog import Catalog
from digests.message import Message
from digests.model import LAYOUTS, LENGTHS, Subscription

ZONES = (
    "Asia/Tokyo", "UTC", "Europe/London", "Europe/Berlin", "Europe/Paris", "Europe/Madrid", "Europe/Moscow",
    "Africa/Cairo", "Africa/Johannesburg", "Asia/Dubai", "Asia/Kolkata", "Asia/Bangkok", "Asia/Singapore",
    "Asia/Shanghai", "Asia/Seoul", "Australia/Sydney", "Pacific/Auckland", "Pacific/Honolulu", "America/Los_Angeles",
    "America/Denver", "America/Chicago", "America/New_York", "America/Sao_Paulo", "America/Mexico_City",
)  # fmt: skip
"""For menus that cannot be searched; with the one that is set they are 25, the most Discord shows."""


def form_of(press: Press, orders: Sequence[Subscription], catalog: Catalog) -> Form | None:
    """The form an admin's button opens; None for one that simply answers, and for whoever may not."""
    here = press.origin
    if not press.admin or here is None or press.fields:
        return None
    if press.verb == "admin-new":
        return new_form(here.channel, catalog)
    if press.verb == "admin-subscribe":
        fresh = Subscription(id="preview", destination=here, zone=press.zone or "UTC", language=catalog.language)
        mine = [one for one in orders if owned(one, here)]
        return order_form(press.verb, press.value, usual(fresh, mine), catalog)
    order = next((one for one in orders if one.id == press.value and owned(one, here)), None)
    if order is None or order.origin == "file":
        return None
    forms = {"admin-edit": ("edit", when), "admin-filters": ("filters", filters)}
    if press.verb not in forms:
        return None
    name, fields = forms[press.verb]
    return Form(
        title=catalog(f"admin.action.{name}"),
        verb=press.verb,
        value=order.id,
        send=catalog("admin.form.save"),
        fields=fields(order, catalog),
        stays=True,
    )


def new_form(channel: str, catalog: Catalog, url: str = "", messages: tuple[Message, ...] = ()) -> Form:
    """Step one: an address to paste, and the channel it is for."""
    fields = (
        Field(name="url", label=catalog("admin.new.url"), value=url, required=True, hint=catalog("admin.new.hint")),
        Field(name="channel", label=catalog("admin.new.channel"), value=channel, kind="channel", required=True),
    )
    return Form(
        title=catalog("admin.new.title"),
        verb="admin-new",
        value="",
        send=catalog("admin.new.find"),
        fields=fields,
        messages=messages,
        stays=True,
    )


def order_form(
    verb: str, value: str, order: Subscription, catalog: Catalog, messages: tuple[Message, ...] = ()
) -> Form:
    """Step two: when and how, under the preview."""
    channel = Field(
        name="channel",
        label=catalog("admin.new.channel"),
        value=order.destination.channel,
        kind="channel",
        required=True,
    )
    fields = (channel, *when(order, catalog), _language(order, catalog))
    return Form(
        title=catalog("admin.new.title"),
        verb=verb,
        value=value,
        send=catalog("admin.new.subscribe"),
        fields=fields,
        messages=messages,
        stays=True,
    )


def when(order: Subscription, catalog: Catalog) -> tuple[Field, ...]:
    """When it comes and how it looks: as many fields as Discord's forms have."""
    names = catalog("admin.weekdays").split()
    days = tuple(Suggestion(label=name, value=str(day)) for day, name in enumerate(names))
    zones = dict.fromkeys((order.zone, *ZONES))
    return (
        Field(
            name="at",
            label=catalog("admin.form.at"),
            value=f"{order.at:%H:%M}",
            kind="time",
            choices=_times(f"{order.at:%H:%M}"),
            required=True,
        ),
        Field(
            name="zone",
            label=catalog("admin.form.zone"),
            value=order.zone,
            kind="zone",
            choices=tuple(Suggestion(label=zone, value=zone) for zone in zones),
            required=True,
        ),
        Field(
            name="days",
            label=catalog("admin.form.days"),
            value=",".join(map(str, sorted(order.weekdays))),
            kind="several",
            choices=days,
            required=True,
        ),
        _choice("length", order.length, LENGTHS, catalog),
        _choice("layout", order.layout, LAYOUTS, catalog),
    )


def filters(order: Subscription, catalog: Catalog) -> tuple[Field, ...]:
    """Language, and which articles."""
    return (
        _language(order, catalog),
        Field(name="include", label=catalog("admin.form.include"), value=", ".join(order.include)),
        Field(name="exclude", label=catalog("admin.form.exclude"), value=", ".join(order.exclude)),
    )


def _language(order: Subscription, catalog: Catalog) -> Field:
    return _choice("language", order.language, LANGUAGES, catalog)


def _choice(name: str, value: str, values: Sequence[str], catalog: Catalog) -> Field:
    choices = tuple(Suggestion(label=catalog(f"choice.{one}"), value=one) for one in values)
    return Field(name=name, label=catalog(f"admin.form.{name}"), value=value, choices=choices, required=True)


def _times(now: str) -> tuple[Suggestion, ...]:
    """Full hours and the time that is set, in order: at most 25."""
    times = sorted({now, *(f"{hour:02}:00" for hour in range(24))})
    return tuple(Suggestion(label=one, value=one) for one in times)
