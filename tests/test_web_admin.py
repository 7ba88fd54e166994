"""The operator's pages: nobody sees them without the token, no other site can press their buttons, and what they show
and do is what the store says."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from store_samples import FEED, NOW, state, subscription
from store_samples import edition as an_edition
from store_samples import parts as parts_of
from web_stand import Answer, Stand, archive

from bot.app_web import admin_access_of
from bot.web_access import AdminAccess, Pulse
from bot.web_session import COOKIE, LASTS, TRIES
from config.settings import load_settings
from digests.errors import ConfigError
from digests.model import Feedback, ModelUsage
from digests.outbox import Posted
from digests.reasons import BY_ADMIN

TOKEN = "the operator's own token"
TABS = ("/admin", "/admin/feeds", "/admin/deliveries", "/admin/costs", "/admin/feedback")


class Clock:
    now = NOW

    def __call__(self) -> datetime:
        return self.now


@dataclass
class Operator:
    """Somebody with a browser: keeps the cookie, sends the forms that stand on a page."""

    web: Stand
    clock: Clock
    cookie: str = ""

    async def see(self, path: str = "/admin", **headers: str) -> Answer:
        return await self.web.get(path, Cookie=self.cookie, **headers)

    async def sign_in(self, token: str = TOKEN) -> Answer:
        answer = await self.web.post("/admin/sign-in", {"token": token})
        self.cookie = answer.headers.get("set-cookie", "").partition(";")[0]
        return answer

    async def press(self, label: str, path: str = "/admin", **changes: str) -> Answer:
        (form,) = (await self.see(path)).page.xpath(f"//form[button[starts-with(normalize-space(), '{label}')]]")
        fields = {field.get("name"): field.get("value") for field in form.xpath(".//input")}
        headers = {"Cookie": self.cookie, "Sec_Fetch_Site": changes.pop("site", "same-origin")}
        return await self.web.post(form.get("action"), {**fields, **changes}, **headers)


@pytest.fixture
async def operator(tmp_path: Path) -> AsyncIterator[Operator]:
    clock = Clock()
    async with archive(tmp_path, pulse=Pulse(clock=clock), admin=AdminAccess(token=TOKEN)) as web:
        yield Operator(web, clock)


# --- the door --------------------------------------------------------------------------------------------------------


async def test_without_a_token_set_there_are_no_such_pages(tmp_path: Path) -> None:
    async with archive(tmp_path) as web:
        assert [(await web.get(path)).status for path in TABS] == [404] * 5
        assert (await web.post("/admin/sign-in", {"token": ""})).status == 404


@pytest.mark.parametrize("path", TABS)
async def test_who_is_not_signed_in_sees_the_door_alone(operator: Operator, path: str) -> None:
    await operator.web.store.save_subscription(subscription("secret-name"))
    page = await operator.see(path)
    assert (page.status, page.headers["cache-control"], page.headers["x-robots-tag"]) == (
        200,
        "private, no-store",
        "noindex",
    )
    assert page.page.xpath("//form[@method='post']/@action") == ["/admin/sign-in"]
    assert "secret-name" not in page.text


async def test_the_token_opens_a_session_in_a_cookie_no_script_and_no_other_site_gets(operator: Operator) -> None:
    answer = await operator.sign_in()
    assert (answer.status, answer.headers["location"]) == (303, "/admin")
    attributes = {part.strip() for part in answer.headers["set-cookie"].split(";")[1:]}
    assert {"HttpOnly", "Secure", "SameSite=Strict", "Path=/", f"Max-Age={12 * 3600}"} <= attributes
    assert TOKEN not in answer.headers["set-cookie"]
    assert (await operator.see()).texts("//main//h1") == ["Subscriptions"]


async def test_a_wrong_token_opens_nothing(operator: Operator) -> None:
    for wrong in ("", TOKEN[:-1], TOKEN + " ", "あ"):
        answer = await operator.sign_in(wrong)
        assert (answer.status, "set-cookie" in answer.headers) == (403, False)
        assert answer.texts("//*[@role='alert']") == ["That is not the token."]


async def test_after_a_few_wrong_tokens_even_the_right_one_waits(operator: Operator) -> None:
    for _ in range(TRIES):
        await operator.sign_in("wrong")
    answer = await operator.sign_in()
    assert (answer.status, answer.headers["retry-after"]) == (429, "60")
    operator.clock.now += timedelta(seconds=61)
    assert (await operator.sign_in()).status == 303


async def test_a_session_ends_by_itself_by_signing_out_and_with_the_token(operator: Operator, tmp_path: Path) -> None:
    await operator.sign_in()
    async with archive(tmp_path, pulse=Pulse(clock=operator.clock), admin=AdminAccess(token=f"{TOKEN}2")) as other:
        assert "/admin/sign-in" in (await other.get("/admin", Cookie=operator.cookie)).text
    answer = await operator.press("Sign out")
    assert (answer.status, "Max-Age=0" in answer.headers["set-cookie"]) == (303, True)
    operator.clock.now += LASTS
    assert "/admin/sign-in" in (await operator.see()).text


async def test_a_forged_cookie_opens_nothing(operator: Operator) -> None:
    await operator.sign_in()
    said, _, signature = operator.cookie.removeprefix(f"{COOKIE}=").rpartition(".")
    ends, _, nonce = said.partition(".")
    forged = (f"{int(ends) + 9}.{nonce}.{signature}", f"{said}.", f"{said}.{'0' * 64}", "", "x.y", f".{signature}")
    for value in forged:
        assert "/admin/sign-in" in (await operator.web.get("/admin", Cookie=f"{COOKIE}={value}")).text


@pytest.mark.parametrize("changes", [{"form": "0" * 64}, {"form": ""}, {"site": "cross-site"}, {"site": "same-site"}])
async def test_no_other_site_can_press_a_button(operator: Operator, changes: dict[str, str]) -> None:
    await operator.web.store.save_subscription(subscription("m"))
    await operator.sign_in()
    answer = await operator.press("Pause", **changes)
    assert (answer.status, answer.texts("//main/h1")) == (403, ["That did not work"])
    assert [s.paused for s in await operator.web.store.subscriptions()] == [False]


async def test_another_sessions_form_is_refused(operator: Operator) -> None:
    await operator.web.store.save_subscription(subscription("m"))
    await operator.sign_in()
    (form,) = (await operator.see()).page.xpath("//form[contains(@action, 'do')]/input[@name='form']/@value")
    await operator.sign_in()
    assert (await operator.press("Pause", form=form)).status == 403


def test_a_token_that_can_be_guessed_is_refused() -> None:
    with pytest.raises(ConfigError, match="ADMIN_TOKEN: shorter than 16 characters"):
        admin_access_of(load_settings({"ADMIN_TOKEN": "short"}))
    assert admin_access_of(load_settings({})) is None


# --- what is shown and done ------------------------------------------------------------------------------------------


async def test_a_subscription_is_paused_and_resumed(operator: Operator) -> None:
    await operator.web.store.save_subscription(subscription("m"))
    await operator.sign_in()
    assert (await operator.press("Pause")).headers["location"] == "/admin"
    (paused,) = await operator.web.store.subscriptions()
    assert (paused.paused, paused.paused_reason) == (True, BY_ADMIN)
    assert "paused (by an admin)" in (await operator.see()).text
    await operator.press("Resume")
    assert [s.paused for s in await operator.web.store.subscriptions()] == [False]


async def test_failing_feeds_come_first_with_their_reason_and_can_be_polled_again(operator: Operator) -> None:
    store = operator.web.store
    await operator.web.holds("a")
    bad = replace(FEED, url="https://bad.example/feed", title="Bad")
    await store.add_feed(bad)
    broken = replace(state(), stopped=True, failures=9, last_error="410 Gone", next_poll=NOW + timedelta(days=9))
    await store.save_poll(bad.url, broken, now=NOW)
    await operator.sign_in()
    page = await operator.see("/admin/feeds")
    assert page.texts("//tbody/tr/td[1]/a") == ["Bad", FEED.title]
    assert page.texts("//td[@class='wrong']") == ["no longer polled 410 Gone"]
    assert (await operator.press("Poll again", "/admin/feeds")).headers["location"] == "/admin/feeds"
    (health,) = [one for one in await store.feeds() if one.feed.url == bad.url]
    assert health.state.stopped is False


async def test_deliveries_are_shown_with_their_reasons_and_sent_again(operator: Operator) -> None:
    store = operator.web.store
    await operator.web.holds("a")
    order = subscription("m")
    await store.save_subscription(order)
    edition = replace(an_edition("e1", of="m", articles=("a",)), made=NOW)
    parts = [replace(part, id=f"d{part.part}") for part in parts_of("e1", 3)]
    await store.save_edition(edition, parts)
    await store.settle_delivery("d0", Posted(ref="1", permalink="https://discord.com/channels/1/2/3"), NOW)
    await store.hold_delivery("d1", error="missing Send Messages")
    await operator.sign_in()
    page = await operator.see("/admin/deliveries")
    assert page.texts("//tbody//td[@data-name='Messages sent']") == ["1 / 3"]
    assert page.texts("//tbody//td[@class='wrong']") == ["stuck missing Send Messages"]
    assert page.page.xpath("//tbody//a/@href") == ["https://discord.com/channels/1/2/3"]
    await operator.press("Send again", "/admin/deliveries")
    states = await store.pending_deliveries()
    assert {state: count for state, count in states.items() if count} == {"ready": 2, "sent": 1}


async def test_costs_and_what_readers_said_are_shown_as_text(operator: Operator) -> None:
    store = operator.web.store
    await operator.web.holds("a")
    usage = ModelUsage(day=date(2026, 1, 5), model="m1", requests=1200, tokens_in=5, tokens_out=6, cost=0.25)
    await store.add_model_usage(usage)
    said = Feedback(digest="a", text="<script>alert(1)</script>", origin="discord:1", locale="en", at=NOW)
    await store.save_feedback(said)
    await operator.sign_in()
    costs = await operator.see("/admin/costs")
    assert costs.texts("//tbody/tr/td") == ["2026-01-05", "m1", "1,200", "5 / 6", "0.2500", ""]
    inbox = await operator.see("/admin/feedback", Accept_Language="ja")
    assert inbox.texts("//tbody/tr/td[3]") == ["<script>alert(1)</script>"]
    assert inbox.page.xpath("//tbody//a/@href") == ["/d/a"]
    assert inbox.texts("//main//h1") == ["読者の声"]


async def test_a_verb_nobody_knows_is_refused_and_so_is_a_name_nobody_has(operator: Operator) -> None:
    await operator.web.store.save_subscription(subscription("m"))
    await operator.sign_in()
    assert (await operator.press("Pause", verb="drop")).status == 400
    assert (await operator.press("Pause", value="other")).status == 404
    assert [s.paused for s in await operator.web.store.subscriptions()] == [False]
