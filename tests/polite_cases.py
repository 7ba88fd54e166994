"""The list of polite manners, case by case: which test covers which id, and a feed that knows conditions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import pytest
from aiohttp import web
from polite_stand import START, Beat, rss

COVERED: set[str] = set()
"""Ids of the cases that some test covers, once the modules of these tests are loaded."""
JITTERED = 1.1
TAGGED = {"ETag": '"v1"'}
QUICK = tuple(n / 60 for n in range(1, 12))
"""Hours before now at which a lively feed's entries came."""
F = TypeVar("F", bound=Callable[..., Any])


def case(*ids: str) -> Callable[[F], F]:
    """Mark a test as that of these cases."""
    COVERED.update(ids)
    return lambda test: test


def rows(*cases: tuple[Any, ...]) -> list[Any]:
    """Parameters whose first is the id of a case."""
    COVERED.update(row[0] for row in cases)
    return [pytest.param(*row[1:], id=row[0]) for row in cases]


def changing(here: Beat, path: str = "/feed", **headers: str) -> str:
    """A feed with validators that answers 304 to them."""

    def answer(request: web.Request) -> web.Response:
        tag = headers.get("ETag", '"v1"')
        if request.headers.get("If-None-Match") == tag:
            return web.Response(status=304, headers={"ETag": tag})
        body = rss(here.site.base, START, (1, 25, 49))
        return web.Response(body=body.encode(), headers={"ETag": tag, **headers})

    here.site.answers[path] = answer
    return here.site.base + path
