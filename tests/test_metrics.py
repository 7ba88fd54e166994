"""Health and metrics: what is counted is what the log says, what waits is what the store says, and the dashboard and
the alert rules ask for metrics that exist."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from store_samples import DISCORD, FEED, NOW, article, edition, later, parts, state, subscription
from web_stand import SITE, Stand, archive

from bot.metrics import Metrics
from bot.telemetry import event, heard, set_up_logging
from bot.web_access import Pulse

OPS = Path(__file__).resolve().parent.parent / "ops"
log = logging.getLogger("chokan.test")

Sample = dict[tuple[str, ...], float]


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[Stand]:
    async with archive(tmp_path) as stand:
        yield stand


def samples(text: str, name: str) -> Sample:
    """The values of a metric by the values of its labels."""
    return {
        tuple(sample.labels.values()): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
        if sample.name == name
    }


async def test_events_are_counted_by_kinds_of_ours_and_never_by_what_a_feed_says(web: Stand) -> None:
    with heard(web.metrics.heard):
        for status in ("200", "304", "304", "404", "503", "timeout", 'x"} evil\n'):
            event(log, "feed.polled", feed="https://x.example/", status=status, new=2 if status == "200" else 0)
        event(log, "article.digested", article="a")
        event(log, "article.digested", level=logging.WARNING, article="b", error="killed")
        event(log, "edition.made", state="late")
        event(log, "delivery.sent", destination="discord:1")
        event(log, "delivery.failed", level=logging.WARNING, destination="slack:C1", kind="chat-refused")
        event(log, "page.unread", kind="robots")
        event(log, "rate.limited", platform="discord", seconds=1.5)
        event(log, "rate.limited", platform="discord", seconds=0.5)
        event(log, "model.answered", model="x", tokens_in=900, tokens_out=80)
        log.error("poll.crashed unit=%s", "x y z")
    text = (await web.get("/metrics")).text
    polls = {("200",): 1, ("304",): 2, ("4xx",): 1, ("5xx",): 1, ("timeout",): 1, ("other",): 1}
    assert samples(text, "chokan_polls_total") == polls
    assert samples(text, "chokan_new_articles_total") == {(): 2}
    assert samples(text, "chokan_rate_limited_total") == {("discord",): 2}
    assert samples(text, "chokan_rate_limit_wait_seconds_total") == {("discord",): 2.0}
    assert samples(text, "chokan_model_tokens_total") == {("in",): 900, ("out",): 80}
    assert samples(text, "chokan_digests_total") == {("made",): 1, ("failed",): 1}
    assert samples(text, "chokan_editions_total") == {("late",): 1}
    assert samples(text, "chokan_deliveries_total") == {("sent", "discord"): 1, ("chat-refused", "slack"): 1}
    assert samples(text, "chokan_pages_unread_total") == {("robots",): 1}
    failed = {("article.digested",): 1, ("delivery.failed",): 1, ("poll.crashed",): 1}
    assert samples(text, "chokan_errors_total") == failed


def test_events_are_heard_while_one_listens_however_little_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:], logging.getLogger().level, logging.getLogger("chokan").level
    told: list[str] = []
    try:
        set_up_logging("error", "text", ())
        with heard(lambda name, level, fields: told.append(f"{name} {fields}")):
            event(log, "feed.polled", status="200")
        event(log, "feed.polled", status="304")
    finally:
        logging.getLogger().handlers[:] = before[0]
        logging.getLogger().setLevel(before[1])
        logging.getLogger("chokan").setLevel(before[2])
    assert told == ["feed.polled {'status': '200'}"]
    assert capsys.readouterr().err == ""


async def test_what_waits_is_measured_at_the_time_of_asking(web: Stand) -> None:
    await web.holds("done")
    failing = state(failures=2, failing_since=NOW, next_poll=later(-90))
    await web.store.save_poll(FEED.url, failing, now=NOW, articles=[article("waits", first_seen=later(-600))])
    await web.store.save_subscription(subscription("s"))
    overdue = replace(edition("e", articles=("done",)), made=later(-30))
    await web.store.save_edition(overdue, parts("e", 2, to=DISCORD))
    text = (await web.get("/metrics")).text
    assert samples(text, "chokan_archive_articles") == {(): 2}
    assert samples(text, "chokan_archive_digests") == {(): 1}
    assert samples(text, "chokan_queue_articles") == {(): 1}
    assert samples(text, "chokan_outbox_deliveries")[("ready",)] == 2
    assert samples(text, "chokan_feeds") == {("well",): 0, ("failing",): 1, ("stopped",): 0}
    assert samples(text, "chokan_lag_seconds") == {("digest",): 600, ("deliver",): 30, ("poll",): 90}


async def test_answers_are_counted_by_page_not_by_address(web: Stand) -> None:
    for path in ("/", "/d/x", "/d/y", "/nothing", "/search?q=secret"):
        await web.get(path)
    text = (await web.get("/metrics")).text
    expected = {("front", "200"): 1, ("digest", "404"): 2, ("none", "404"): 1, ("search", "200"): 1}
    assert samples(text, "chokan_http_requests_total") == expected
    assert "secret" not in text


# --- who may ask -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("header", ["X_Forwarded_For", "Forwarded", "X_Real_IP", "Via"])
async def test_metrics_are_not_for_the_world_behind_a_proxy(web: Stand, header: str) -> None:
    assert (await web.get("/metrics", **{header: "1.2.3.4"})).status == 404


async def test_metrics_can_be_switched_off(tmp_path: Path) -> None:
    async with archive(tmp_path, site=replace(SITE, metrics=False)) as web:
        assert (await web.get("/metrics")).status == 404


# --- health ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age", "status"), [(5, 200), (89, 200), (91, 503), (None, 503)])
async def test_ready_means_that_the_scheduler_beats(tmp_path: Path, age: int | None, status: int) -> None:
    beats = {} if age is None else {"heartbeat": NOW - timedelta(seconds=age)}
    pulse = Pulse(finished=beats, scheduled=True, clock=lambda: NOW)
    async with archive(tmp_path, pulse=pulse) as web:
        assert (await web.get("/readyz")).status == status
        assert (await web.get("/healthz")).status == 200


async def test_ready_means_that_every_platform_reaches_us(tmp_path: Path) -> None:
    reached = {"discord": True, "slack": False, "console": True}
    async with archive(tmp_path, pulse=Pulse(chats=lambda: reached, clock=lambda: NOW)) as web:
        answer = await web.get("/readyz")
        assert (answer.status, answer.text) == (503, "not connected: slack\n")
        reached["slack"] = True
        assert (await web.get("/readyz")).status == 200


async def test_ready_means_that_the_database_answers(web: Stand) -> None:
    assert (await web.get("/readyz")).status == 200
    async with web.store.database.write() as connection:
        await connection.exec_driver_sql("DROP TABLE deliveries")
    answer = await web.get("/readyz")
    assert (answer.status, answer.text) == (503, "the database cannot be reached\n")
    assert (await web.get("/healthz")).status == 200


async def test_a_page_of_a_broken_archive_says_so(web: Stand) -> None:
    async with web.store.database.write() as connection:
        await connection.exec_driver_sql("DROP TABLE article_feeds")
        await connection.exec_driver_sql("ALTER TABLE articles RENAME TO elsewhere")
    answer = await web.get("/")
    assert (answer.status, answer.headers["cache-control"]) == (503, "no-store")
    assert answer.texts("//h1") == ["That did not work"]


# --- ops -------------------------------------------------------------------------------------------------------------


def names_in(text: str) -> set[str]:
    return set(re.findall(r"\b(?:chokan|process)_[a-z_]+", text))


def exposed() -> set[str]:
    """Every name a scrape can have, those without samples yet included."""
    names: set[str] = set()
    for family in Metrics().registry.collect():
        suffixes = {"counter": ("_total",), "histogram": ("_bucket", "_count", "_sum")}.get(family.type, ("",))
        names.update(family.name + suffix for suffix in suffixes)
    return names


@pytest.mark.parametrize("file", ["grafana.json", "alerts.yml"])
def test_the_dashboard_and_the_alerts_ask_for_metrics_that_exist(file: str) -> None:
    asked = names_in((OPS / file).read_text(encoding="utf-8"))
    assert asked
    assert asked - exposed() == set()


def test_the_dashboard_shows_every_metric_of_ours() -> None:
    board = (OPS / "grafana.json").read_text(encoding="utf-8")
    panels = json.loads(board)["panels"]
    assert [panel["title"] for panel in panels if not panel["targets"]] == []
    ours = {name for name in exposed() if name.startswith("chokan_") and not name.endswith(("_sum", "_count"))}
    assert ours - names_in(board) == set()
