"""Lists of feeds and subscriptions as files: our own JSON, OPML, and the CSV and JSON that other bots export."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.opml import feeds_of
from digests.errors import ChokanError, FetchError
from digests.model import Feed, FeedRole, Subscription
from digests.plain import line, shortened
from digests.targets import read_target, spelled

VERSION = 1
MOST_BYTES = 5 << 20
MOST_FEEDS = 5_000
MOST_BACKFILL = 500
DEEPEST = 12
"""Levels of foreign JSON that are looked through."""
_ADDRESSES = ("url", "feedurl", "xmlurl", "feed", "link", "rss", "address")
_TITLES = ("title", "name", "text")
_TITLE = 200
"""Characters of a feed's title that are kept."""
_KINDS = "it may be OPML, our own JSON, or CSV or JSON with addresses of feeds"
_SUBSCRIPTION = TypeAdapter(Subscription)


class NotAList(ChokanError):
    """A file that holds no list of feeds we can read."""

    kind = "not-a-list"


@dataclass(frozen=True, slots=True)
class Listed:
    feeds: tuple[Feed, ...]
    subscriptions: tuple[Subscription, ...] = ()
    left_out: tuple[str, ...] = ()
    """A line for each address in it that our fetcher would refuse without asking anybody: which, and why."""


def exported(feeds: Sequence[Feed], subscriptions: Sequence[Subscription]) -> str:
    """Our own JSON: what `read` makes the same feeds and subscriptions of."""
    known = [{"url": f.url, "title": f.title, "role": f.role, "backfill": f.backfill} for f in feeds]
    orders = [_SUBSCRIPTION.dump_python(subscription, mode="json") for subscription in subscriptions]
    form = {"chokan": VERSION, "feeds": known, "subscriptions": orders}
    return json.dumps(form, ensure_ascii=False, indent=2) + "\n"


def read(data: bytes, name: str) -> Listed:
    """What a file lists, told by what is in it, each feed once. Raises `NotAList`, or `NotOpml` for broken XML.

    Programs spell one address in many ways (`HTTPS://News.example.jp`): here each is spelled as our fetcher dials it.
    """
    name = line(name)
    if len(data) > MOST_BYTES:
        raise NotAList(f"{name}: larger than {MOST_BYTES >> 20} MiB; split it")
    if data[:2] == b"PK":
        raise NotAList(f"{name}: is a zip archive; unpack it and import the file inside")
    text = data.decode("utf-8-sig", "replace").lstrip()
    if text.startswith("<"):
        listed = _listed(feeds_of(data, name))
    elif text.startswith(("{", "[")):
        listed = _from_json(text, name)
    else:
        listed = _listed(_rows(text))
    if not listed.feeds and not listed.subscriptions:
        why = listed.left_out[0] if listed.left_out else _KINDS
        raise NotAList(f"{name}: no feed in it; {why}")
    if len(listed.feeds) > MOST_FEEDS:
        raise NotAList(f"{name}: {len(listed.feeds)} feeds are more than {MOST_FEEDS}; split the file")
    return listed


def _from_json(text: str, name: str) -> Listed:
    try:
        form = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NotAList(f"{name}: not JSON: {error}") from error
    if not isinstance(form, dict) or "chokan" not in form:
        return _listed(_found(form, 0))
    if form["chokan"] != VERSION:
        raise NotAList(f"{name}: was written by another version of Chokan ({form['chokan']}); this one reads {VERSION}")
    orders = tuple(_order(one, name) for one in _list(form.get("subscriptions")))
    return replace(_listed(_ours(_list(form.get("feeds")))), subscriptions=orders)


def _list(form: Any) -> list[Any]:
    return form if isinstance(form, list) else []


def _ours(feeds: list[Any]) -> Iterator[Feed]:
    for one in feeds:
        made = _feed(one.get("url"), one.get("title")) if isinstance(one, dict) else None
        if made:
            role: FeedRole = "reference" if one.get("role") == "reference" else "source"
            backfill = one.get("backfill")
            yield replace(made, role=role, backfill=backfill if backfill in range(MOST_BACKFILL + 1) else 0)


def _order(form: Any, name: str) -> Subscription:
    """What came from another machine's chokan.toml is kept here as if it had been set up in chat."""
    try:
        order = _SUBSCRIPTION.validate_python(form, strict=False)
    except ValidationError as error:
        which = form.get("id", "?") if isinstance(form, dict) else "?"
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise NotAList(f"{name}: subscription «{which}»: {where}: {first['msg']}; correct it in the file") from error
    return replace(order, feeds=tuple(map(spelled, order.feeds)), origin="chat")


def _found(form: Any, depth: int) -> Iterator[Feed]:
    """Every object with an address in foreign JSON, in order."""
    if depth > DEEPEST:
        return
    if isinstance(form, list):
        for one in form:
            yield from _found(one, depth + 1)
    elif isinstance(form, dict):
        low = {str(key).lower().replace("_", ""): value for key, value in form.items()}
        made = next((f for key in _ADDRESSES if (f := _feed(low.get(key), _title(low)))), None)
        if made:
            yield made
            return
        for one in form.values():
            yield from _found(one, depth + 1)


def _rows(text: str) -> Iterator[Feed]:
    """The rows of a CSV file: by its headings, else the first cell of a row that is an address."""
    try:
        dialect = csv.Sniffer().sniff(text[:4096], delimiters=",;\t")
    except csv.Error:
        dialect = csv.excel
    rows = csv.reader(io.StringIO(text), dialect)
    heads: list[str] = []
    try:
        for row in rows:
            if not heads and not any(_feed(cell, None) for cell in row):
                heads = [cell.strip().lower().replace("_", "").replace(" ", "") for cell in row]
                continue
            low: dict[str, Any] = dict(zip(heads, row, strict=False))
            named = (_feed(low.get(key), _title(low)) for key in _ADDRESSES)
            made = next((f for f in (*named, *(_feed(cell, _title(low)) for cell in row)) if f), None)
            if made:
                yield made
    except csv.Error as error:
        raise NotAList(f"row {rows.line_num}: not CSV: {error}") from error


def _title(low: dict[str, Any]) -> Any:
    return next((low[key] for key in _TITLES if low.get(key)), None)


def _feed(url: Any, title: Any) -> Feed | None:
    address = url.strip() if isinstance(url, str) else ""
    if not address.lower().startswith(("http://", "https://")) or any(char.isspace() for char in address):
        return None
    return Feed(url=address, title=title if isinstance(title, str) else "")


def _listed(feeds: Iterable[Feed]) -> Listed:
    """Each feed once; what could never be fetched is left out, and said."""
    found: dict[str, Feed] = {}
    left_out: dict[str, None] = {}
    for feed in feeds:
        try:
            url = read_target(feed.url).url
        except FetchError as error:
            left_out[line(str(error))] = None
        else:
            found.setdefault(url, replace(feed, url=url, title=shortened(line(feed.title), _TITLE)))
    return Listed(tuple(found.values()), left_out=tuple(left_out))
