"""Instants that were written down by a clock which may have been wrong: set far ahead, and put right again."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, or_

SOON = timedelta(days=1)
"""No lease, and no wait for another try, is longer."""
LATER = timedelta(days=40)
"""No feed asks to be left alone for longer (`digests.polling.RETRY_LIMIT`)."""


def come(column: Any, now: datetime, most: timedelta = SOON) -> ColumnElement[bool]:
    """The instant is there, or further off than a right clock would have put it."""
    return or_(column <= now, column > now + most)
