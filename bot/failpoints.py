"""Named places at which a process can be made to die or to freeze, so that tests can do it at exactly that place.

For tests only (`make torture`). Nothing happens unless the environment has CHOKAN_FAIL_AT, such as `before-post`,
`after-settle:2` (the second time it is passed) or `before-post=stop` (SIGSTOP in place of SIGKILL).
"""

from __future__ import annotations

import os
import signal
from collections import Counter

FAIL_AT = "CHOKAN_FAIL_AT"
FAILPOINTS = (
    "before-fetch",
    "after-fetch",
    "before-save-poll",
    "in-save-poll",
    "after-save-poll",
    "before-save-digest",
    "before-edition",
    "in-save-edition",
    "after-edition",
    "before-post",
    "after-post",
    "in-settle",
    "after-settle",
    "in-correct",
    "in-save-revisions",
    "before-edit",
    "after-edit",
    "in-settle-revision",
)
"""In the order in which one edition passes them; `in-` is inside the transaction, before its commit."""

_passed: Counter[str] = Counter()


def failpoint(name: str) -> None:
    """End (or freeze) this process if it was asked to at this place; otherwise one look into the environment."""
    wanted = os.environ.get(FAIL_AT)
    if not wanted:
        return
    place, _, how = wanted.partition("=")
    place, _, time = place.partition(":")
    if place != name:
        return
    _passed[name] += 1
    if _passed[name] == int(time or 1):
        os.kill(os.getpid(), signal.SIGSTOP if how == "stop" else signal.SIGKILL)
