"""One feed file a line in, what Chokan's reader makes of it a line out; each file in a worker that is killed when it
takes too long.

In:  {"id", "path", "base_url"?, "http_headers"?}
Out: {"id", "ok", "feed": {"title", "link"}, "entries": [{"title", "link", "id", "published", "updated"}], "err"}
Titles are printed as the feed wrote them (markup included) unless --plain asks for the tidied form readers see.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator
from concurrent.futures import TimeoutError as TooLong
from datetime import datetime
from pathlib import Path
from typing import Any

from pebble import ProcessExpired, ProcessPool

from digests.errors import NotAFeed
from digests.feeds import base_of, parse_feed, read_feed
from digests.urls import web_url

Row = dict[str, Any]


def as_said(body: bytes, url: str, headers: dict[str, str]) -> Row:
    said = read_feed(body, url=url, headers=headers)
    base = base_of(said, url)
    return {
        "feed": {"title": said.title, "link": _absolute(said.link, url)},
        "entries": [
            {
                "title": entry.title,
                "link": _absolute(entry.link, base),
                "id": entry.id or _absolute(entry.link, base),
                "published": _epoch(entry.published),
                "updated": _epoch(entry.updated),
            }
            for entry in said.entries
        ],
    }


def as_tidied(body: bytes, url: str, headers: dict[str, str]) -> Row:
    feed = parse_feed(body, url=url, headers=headers)
    return {
        "feed": {"title": feed.title, "link": feed.link},
        "entries": [
            {
                "title": entry.title,
                "link": entry.url,
                "id": entry.id,
                "published": _epoch(entry.published),
                "updated": _epoch(entry.updated),
            }
            for entry in feed.entries
        ],
    }


def answer(request: Row, *, plain: bool) -> Row:
    body, url, headers = (
        Path(request["path"]).read_bytes(),
        request.get("base_url") or "",
        request.get("http_headers") or {},
    )
    try:
        return {"id": request["id"], "ok": True, "err": None, **(as_tidied if plain else as_said)(body, url, headers)}
    except NotAFeed as error:
        return {"id": request["id"], "ok": False, "err": None, "reason": error.reason}


def _absolute(link: str | None, base: str) -> str | None:
    return (web_url(link, base) if base else None) or link


def _epoch(moment: datetime | None) -> int | None:
    return int(moment.timestamp()) if moment else None


def answers(requests: list[Row], *, plain: bool, seconds: float) -> Iterator[Row]:
    with ProcessPool(max_workers=1) as pool:
        waiting = [
            (request, pool.schedule(answer, args=(request,), kwargs={"plain": plain}, timeout=seconds))
            for request in requests
        ]
        for request, future in waiting:
            try:
                yield future.result()
            except TooLong:
                yield {"id": request["id"], "ok": False, "err": f"killed after {seconds:g} s"}
            except (ProcessExpired, Exception) as error:
                yield {"id": request["id"], "ok": False, "err": f"{type(error).__name__}: {error}"}


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--plain", action="store_true", help="titles, links and ids as readers see them")
    ask.add_argument("--seconds", type=float, default=20.0, help="time limit for one file")
    given = ask.parse_args()
    requests = [json.loads(line) for line in sys.stdin if line.strip()]
    for row in answers(requests, plain=given.plain, seconds=given.seconds):
        print(json.dumps(row, ensure_ascii=True))


if __name__ == "__main__":
    main()
