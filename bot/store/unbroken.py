"""A transaction that has begun is finished, whoever stops waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def unbroken(method: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """The method, with cancellation (a timeout, a shutdown) delivered after it has ended instead of in its middle.

    A cancelled call of aiosqlite leaves its thread at work: the BEGIN it was about to run then takes the write lock for
    a connection that nobody holds any more, and every later write finds the database locked.
    """

    @wraps(method)
    async def whole(*args: P.args, **kwargs: P.kwargs) -> T:
        task = asyncio.ensure_future(method(*args, **kwargs))
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task})
            if not task.cancelled():
                task.exception()  # seen: else the loop complains that nobody looked
            raise

    return whole
