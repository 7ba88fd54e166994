"""Articles that changed after they were posted, and the edits of messages that follow."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, and_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.failpoints import failpoint
from bot.store import search
from bot.store.database import Database
from bot.store.editions import contents_of
from bot.store.feeds import entry_key
from bot.store.instants import come
from bot.store.reading import articles_by_id, chunks
from bot.store.rows import Row, article_from, article_row, edition_from, insert_into, message_from, message_json
from bot.store.tables import articles, deliveries, edition_articles, editions, feeds, revisions, seen
from bot.store.unbroken import unbroken
from digests.model import Article, Destination, Edition
from digests.outbox import Revision

LOOKS = 3
"""How often a page may be read again because its entry changed: some feeds change with every visit."""
_REVISION_LOCK = 0x43484F4B4152


class CorrectionRoom:
    """The part of the store that corrections live in."""

    database: Database

    @unbroken
    async def changed_entries(self, feed: str, prints: Mapping[str, bytes]) -> frozenset[str]:
        keys = {entry_key(entry): entry for entry in prints}
        changed: set[str] = set()
        here = select(seen.c.entry, seen.c.fingerprint).join(feeds, feeds.c.number == seen.c.feed)
        here = here.where(feeds.c.url == feed, seen.c.fingerprint.is_not(None), seen.c.looks < LOOKS)
        async with self.database.read() as connection:
            for chunk in chunks(tuple(keys)):
                for row in await connection.execute(here.where(seen.c.entry.in_(chunk))):
                    entry = keys[bytes(row.entry)]
                    changed |= {entry} if bytes(row.fingerprint) != prints[entry] else set()
        return frozenset(changed)

    @unbroken
    async def keep_prints(self, feed: str, prints: Mapping[str, bytes], looked: Collection[str]) -> None:
        keys = {entry_key(entry): entry for entry in prints}
        async with self.database.write() as connection:
            number = await connection.scalar(select(feeds.c.number).where(feeds.c.url == feed))
            known = select(seen.c.entry, seen.c.fingerprint).where(seen.c.feed == number)
            for chunk in chunks(tuple(keys)):
                for row in (await connection.execute(known.where(seen.c.entry.in_(chunk)))).all():
                    entry = keys[bytes(row.entry)]
                    if row.fingerprint is None or bytes(row.fingerprint) != prints[entry]:
                        values = {"fingerprint": prints[entry], "looks": seen.c.looks + int(entry in looked)}
                        this = (seen.c.feed == number, seen.c.entry == row.entry)
                        await connection.execute(update(seen).where(*this).values(values))

    @unbroken
    async def watched_articles(self, ids: Collection[str], since: datetime) -> tuple[Article, ...]:
        carried = select(edition_articles.c.article).join(editions, editions.c.id == edition_articles.c.edition)
        carried = carried.where(editions.c.made >= since, edition_articles.c.article.in_(tuple(ids)))
        came = select(articles.c.id).where(articles.c.first_seen >= since, articles.c.id.in_(tuple(ids)))
        async with self.database.read() as connection:
            return await articles_by_id(connection, sorted(await connection.scalars(carried.union(came))))

    @unbroken
    async def correct_article(self, article: Article, now: datetime) -> None:
        new = {name: value for name, value in article_row(article).items() if name in ("title", "text", "links")}
        here = articles.c.id == article.id
        async with self.database.write() as connection:
            row = (await connection.execute(select(articles).where(here).with_for_update())).mappings().first()
            if row is None:
                return
            if row["searchable"]:
                await search.forget(connection, row["number"], article_from({**row, "feed_url": None}))
            again = {"indexed": None, "leased_until": None, "searchable": False, "corrected": now}
            await connection.execute(update(articles).where(here).values(**new, **again))
            failpoint("in-correct")

    @unbroken
    async def corrected_articles(self, *, limit: int) -> tuple[Article, ...]:
        ready = select(articles.c.id).where(articles.c.corrected.is_not(None), articles.c.indexed.is_not(None))
        async with self.database.read() as connection:
            ids = (await connection.execute(ready.order_by(articles.c.corrected).limit(limit))).scalars().all()
            return await articles_by_id(connection, ids)

    @unbroken
    async def carried_in(self, article: str, since: datetime) -> tuple[Edition, ...]:
        query = select(editions).join(edition_articles, edition_articles.c.edition == editions.c.id)
        query = query.where(edition_articles.c.article == article, editions.c.made >= since).order_by(editions.c.at)
        async with self.database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
            contents = await contents_of(connection, [row["id"] for row in rows])
            return tuple(edition_from(row, tuple(contents.get(row["id"], ()))) for row in rows)

    @unbroken
    async def revisions(self, edition: str) -> Mapping[str, Revision]:
        async with self.database.read() as connection:
            rows = await connection.execute(_revisions().where(deliveries.c.edition == edition))
            return {row["delivery"]: _revision(row) for row in rows.mappings()}

    @unbroken
    async def save_revisions(self, article: str, wanted: Sequence[Revision], now: datetime) -> bool:
        async with self.database.write() as connection:
            if not self.database.sqlite:
                # Two articles of one edition change one overview: whoever comes second looks at what the first wrote.
                await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _REVISION_LOCK})
            if not await _are_next(connection, wanted):
                return False
            for revision in wanted:
                values = {"number": revision.number, "message": message_json(revision.message), "state": "ready"}
                values |= {"due": now, "attempts": 0, "error": None, "made": now}
                save = insert_into(connection, revisions).values(delivery=revision.delivery, **values)
                await connection.execute(save.on_conflict_do_update(index_elements=["delivery"], set_=values))
            await connection.execute(update(articles).where(articles.c.id == article).values(corrected=None))
            failpoint("in-save-revisions")
            return True

    @unbroken
    async def claim_revisions(
        self, now: datetime, *, lease: float, limit: int, platforms: Collection[str]
    ) -> tuple[Revision, ...]:
        sent = and_(deliveries.c.id == revisions.c.delivery, deliveries.c.state == "sent")
        query = select(revisions.c.delivery).join(deliveries, sent)
        query = query.where(
            revisions.c.state == "ready", come(revisions.c.due, now), deliveries.c.platform.in_(tuple(platforms))
        )
        query = query.order_by(revisions.c.due, deliveries.c.number).limit(limit)
        async with self.database.write() as connection:
            picked = (await connection.execute(query.with_for_update(of=revisions, skip_locked=True))).scalars().all()
            held = {"due": now + timedelta(seconds=lease), "attempts": revisions.c.attempts + 1}
            await connection.execute(update(revisions).where(revisions.c.delivery.in_(picked)).values(held))
            order = (deliveries.c.edition, deliveries.c.part)
            rows = await connection.execute(_revisions().where(revisions.c.delivery.in_(picked)).order_by(*order))
            return tuple(_revision(row) for row in rows.mappings())

    @unbroken
    async def settle_revision(self, revision: Revision, *, error: str | None = None) -> None:
        this = (revisions.c.delivery == revision.delivery, revisions.c.number == revision.number)
        async with self.database.write() as connection:
            values = {"state": "left" if error else "done", "error": error}
            await connection.execute(update(revisions).where(*this).values(values))
            failpoint("in-settle-revision")

    @unbroken
    async def retry_revision(self, revision: Revision, *, error: str, at: datetime) -> None:
        this = (revisions.c.delivery == revision.delivery, revisions.c.number == revision.number)
        async with self.database.write() as connection:
            await connection.execute(update(revisions).where(*this).values(error=error, due=at))


async def _are_next(connection: AsyncConnection, wanted: Sequence[Revision]) -> bool:
    """Each follows upon the one that is there."""
    query = select(revisions.c.delivery, revisions.c.number)
    rows = await connection.execute(query.where(revisions.c.delivery.in_([one.delivery for one in wanted])))
    known = {row.delivery: row.number for row in rows}
    return all(one.number == known.get(one.delivery, 0) + 1 for one in wanted)


def _revisions() -> Select[Any]:
    to = (deliveries.c.platform, deliveries.c.channel, deliveries.c.tenant, deliveries.c.ref)
    return select(revisions, *to).join(deliveries, deliveries.c.id == revisions.c.delivery)


def _revision(row: Row) -> Revision:
    return Revision(
        delivery=row["delivery"],
        destination=Destination(platform=row["platform"], channel=row["channel"], tenant=row["tenant"]),
        message=message_from(row["message"]),
        ref=row["ref"] or "",
        number=row["number"],
        attempts=row["attempts"],
        made=row["made"],
    )
