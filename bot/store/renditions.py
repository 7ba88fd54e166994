"""Digests in the wordings that subscriptions want besides everybody's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from bot.store.database import Database
from bot.store.reading import chunks
from bot.store.rows import digest_from, digest_json, insert_into
from bot.store.tables import renditions
from bot.store.unbroken import unbroken
from digests.model import Digest


class RenditionRoom:
    """The part of the store that such digests live in."""

    database: Database

    @unbroken
    async def save_rendition(self, article: str, key: str, digest: Digest, now: datetime) -> None:
        row = {"article": article, "key": key, "digest": digest_json(digest), "made": now}
        async with self.database.write() as connection:
            save = insert_into(connection, renditions).values(row)
            values = {"digest": save.excluded.digest, "made": save.excluded.made}
            await connection.execute(save.on_conflict_do_update(index_elements=["article", "key"], set_=values))

    @unbroken
    async def renditions(self, ids: Sequence[str], key: str) -> Mapping[str, Digest]:
        found: dict[str, Digest] = {}
        async with self.database.read() as connection:
            for chunk in chunks(ids):
                mine = select(renditions).where(renditions.c.key == key, renditions.c.article.in_(chunk))
                found.update((row.article, digest_from(row.digest)) for row in await connection.execute(mine))
        return found
