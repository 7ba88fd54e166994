"""A provider's web search names pages; only what our guarded fetcher read is a source, and only for what it says."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aiohttp import web
from llm_house import ENGLISH, NOW, Here, engine, extractive, printed, said, spoken, whole
from llm_house import store as store
from llm_stand import Json, copying, standing
from loopback import serving

from bot.fetch import Fetcher
from bot.store import SqlStore
from digests.form import digest_form
from digests.model import Digest
from digests.ports import Fetch

pytest.importorskip("openai", reason="the extra llm is not installed")
pytest.importorskip("anthropic", reason="the extra llm is not installed")

FACT = "The urchin divers of Cape Orrin removed 48,000 urchins by hand in the spring of 2024."
PAGE = f"""<html lang="en"><head><title>Divers clear the cape</title></head>
<body><article><h1>Divers clear the cape</h1>
<p>{FACT} The work was paid for by the harbour fund and done by volunteers from four villages on the coast.</p>
<p>Nobody had tried it on such a stretch of shore before, and the council has asked for a report on what it cost.</p>
<p>The volunteers will go out again in the autumn, when the water is clear and the storms have not yet begun.</p>
</article></body></html>"""


class Library:
    """Reads through the real guarded fetcher."""

    reading = Here()

    def __init__(self, fetch: Fetch) -> None:
        self.fetch = fetch

    def clock(self) -> Any:
        return NOW


def quoting(text: str) -> Any:
    """A model whose conclusion rests on the first sentence of the first source, where it is shown one."""

    def answer(asked: Json) -> str:
        sources = asked["question"]["sources"]
        extra = {"conclusion": [said(text, sources[0]["n"])]} if sources else None
        return copying(asked, extra=extra)

    return answer


async def searched(
    store: SqlStore, text: str, api: str, allowed: bool = True, search: bool = True
) -> tuple[Digest, Any]:
    site = web.Application()

    async def page(request: web.Request) -> web.Response:
        return web.Response(text=PAGE, content_type="text/html")

    site.router.add_get("/divers", page)
    async with serving(site) as base:
        found = (f"{base}/divers", f"{base}/gone", "https://nowhere.invalid/x")
        fetch = Fetcher(
            user_agent="t",
            allow_hosts=(base.removeprefix("http://"),) if allowed else (),
            timeout=5,
            per_host_spacing=0,
        )
        options = {"responses": api == "responses", "found": found, "search": search}
        async with standing(quoting(text), **options) as stand:
            more = {key: value for key, value in spoken(api).items() if key == "api"}
            model = engine(store, stand, reads=Library(fetch), web_search=True, **more)
            made = await model.write(ENGLISH, extractive(ENGLISH), ())
            again = await model.write(ENGLISH, extractive(ENGLISH), ())
            await model.close()
        await fetch.close()
    assert made == again
    assert whole(made)
    return made, stand


@pytest.mark.parametrize("api", ["responses", "chat", "anthropic"])
async def test_a_page_that_was_fetched_and_says_so_is_cited(store: SqlStore, api: str) -> None:
    made, stand = await searched(store, FACT, api)
    assert FACT in printed(made)
    (citation,) = made.citations
    assert (citation.title, citation.url.endswith("/divers")) == ("Divers clear the cape", True)
    assert {support.source for support in made.conclusion[0].support} == {"citation:1"}
    assert len(stand.searched) == 1


async def test_a_page_that_does_not_say_so_is_not(store: SqlStore) -> None:
    made, _ = await searched(store, FACT.replace("48,000", "84,000"), "chat")
    assert not any("84,000" in text for text in printed(made))
    assert made.citations == ()


async def test_a_private_address_a_model_names_is_never_fetched(store: SqlStore) -> None:
    made, stand = await searched(store, FACT, "chat", allowed=False)
    assert stand.asked[0]["question"]["sources"] == []
    assert "127.0.0.1" not in json.dumps(digest_form(made))


async def test_without_a_web_search_the_digest_is_written_all_the_same(store: SqlStore) -> None:
    made, stand = await searched(store, FACT, "chat", search=False)
    assert (made.engine.name, made.citations) == ("llm", ())
    assert stand.asked[0]["question"]["sources"] == []
