"""The chain of models an operator writes down, what fits into a model, and what `check` says of each."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import pytest
from builders import CATALOGS
from llm_house import ENGLISH, engine, extractive, whole
from llm_house import store as store
from llm_stand import Fault, Json, copying, standing

from bot.llm import numbered_of
from bot.llm_chain import chained
from bot.store import SqlStore
from digests.errors import ConfigError
from digests.model import Voice

pytest.importorskip("openai", reason="the extra llm is not installed")


@dataclass(frozen=True)
class Named:
    name: str = ""


CLOUD, LOCAL, SPARE = Named("cloud"), Named("local"), Named("spare")


@pytest.mark.parametrize(
    ("fallback", "chain"),
    [
        ((), (CLOUD, LOCAL, SPARE)),
        (("local", "extractive"), (CLOUD, LOCAL)),
        (("spare", "local"), (CLOUD, SPARE, LOCAL)),
        (("extractive",), (CLOUD,)),
    ],
)
def test_models_are_tried_in_the_order_of_the_fallback(fallback: tuple[str, ...], chain: tuple[Named, ...]) -> None:
    assert chained((CLOUD, LOCAL, SPARE), fallback) == chain


@pytest.mark.parametrize(
    ("models", "fallback", "said"),
    [
        ((), (), "at least one"),
        ((CLOUD,), ("locale",), "no model is named locale"),
        ((CLOUD, LOCAL), ("extractive", "local"), "always comes last"),
        ((CLOUD, CLOUD), (), "the name cloud is taken"),
        ((Named("extractive"),), (), "the name extractive is taken"),
    ],
)
def test_a_chain_that_means_nothing_is_refused_with_a_reason(
    models: tuple[Named, ...], fallback: tuple[str, ...], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        chained(models, fallback)


async def test_a_server_that_cuts_silently_is_never_asked_too_much(store: SqlStore) -> None:
    async with standing(copying) as stand:
        model = engine(store, stand, context=3000, most_tokens=500)
        made = await model.write(ENGLISH, extractive(ENGLISH), ())
        await model.close()
    assert whole(made)
    assert stand.asked
    sizes = [sum(len(turn["content"].encode()) for turn in asked["turns"]) // 3 for asked in stand.asked]
    assert max(sizes) < 3000


async def test_an_article_longer_than_the_context_is_asked_about_by_sections(store: SqlStore) -> None:
    async with standing(copying) as stand:
        model = engine(store, stand, context=1800, most_tokens=400)
        made = await model.write(ENGLISH, extractive(ENGLISH), ())
        await model.close()
    assert {part for asked in stand.asked for part in asked["question"]["write_parts"]} <= {
        "development",
        "stakes",
        "dynamics",
        "outlook",
    }
    assert all(len(asked["question"]["write_parts"]) == 1 for asked in stand.asked)
    assert whole(made)


async def test_a_context_nothing_fits_in_leaves_the_extractive_digest(store: SqlStore) -> None:
    async with standing(copying) as stand:
        model = engine(store, stand, context=300)
        made = await model.write(ENGLISH, extractive(ENGLISH), ())
        await model.close()
    assert (made.engine.name, made.engine.fallback, stand.asked) == ("extractive", "model-overflow", [])


def test_a_flood_of_letters_is_not_shown_to_a_model() -> None:
    base = extractive(ENGLISH)
    flooded = [one for one in base.sentences if one.role is not None][:1]

    flood = replace(base, sentences=tuple(replace(one, text="x" * 50_000) for one in flooded) + base.sentences)
    assert max(len(one.text) for one in numbered_of(flood, ())) < 2000


@pytest.mark.parametrize("language", ["en", "ja"])
@pytest.mark.parametrize(
    ("fault", "ok", "told"),
    [
        (Fault(text='{"lead": []}'), True, {"en": "answers at", "ja": "応答しています"}),
        (Fault(finish="length"), True, {"en": "not in the form asked for", "ja": "求めた形式になりません"}),
        (Fault(status=401), False, {"en": "refuses the key", "ja": "鍵を受け付けません"}),
        (
            Fault(status=404, body={"error": {"message": "model m1 not found"}}),
            False,
            {"en": "knows no model «m1»", "ja": "「m1」というモデル"},
        ),
        (Fault(status=402), False, {"en": "topped up", "ja": "残高"}),
        (Fault(status=500), False, {"en": "does not answer", "ja": "応答がありません"}),
        (Fault(status=429), False, {"en": "out of quota", "ja": "利用枠"}),
        (Fault(hang=3), False, {"en": "takes too long", "ja": "時間がかかりすぎます"}),
        (Fault(finish="content_filter"), False, {"en": "content filter", "ja": "コンテンツフィルター"}),
        (
            Fault(status=400, body={"error": {"message": "exceeds the available context size"}}),
            False,
            {"en": "context is too small", "ja": "コンテキストが小さすぎます"},
        ),
    ],
)
async def test_check_says_in_plain_words_how_each_model_does(
    store: SqlStore, fault: Fault, ok: bool, told: dict[str, str], language: str
) -> None:
    async with standing(fault, responses=False) as stand:
        model = engine(store, stand, name="local", timeout=1.0 if fault.hang else 20.0)
        (finding,) = await model.findings(CATALOGS.of(language))
        await model.close()
    assert finding.ok is ok
    assert told[language] in finding.text
    assert "local" in finding.subject
    assert ok or finding.fix
    assert "sk-test" not in f"{finding}"


async def test_check_speaks_of_a_server_that_is_not_there(store: SqlStore) -> None:
    async with standing(copying) as stand:
        pass
    model = engine(store, stand)
    (finding,) = await model.findings(CATALOGS.of("en"))
    await model.close()
    assert (finding.ok, "does not answer" in finding.text, "base_url" in finding.fix) == (False, True, True)
    assert "nothing listens there" in finding.text


async def test_the_readers_wishes_travel_as_data_beside_the_article(store: SqlStore) -> None:
    voice = Voice(tone="plain", audience="teachers", topics=("oceans",))
    seen: list[Json] = []

    def noting(asked: Json) -> str:
        seen.append(asked["question"])
        return copying(asked)

    async with standing(noting) as stand:
        model = engine(store, stand)
        await model.write(ENGLISH, extractive(ENGLISH), (), voice=voice)
        await model.write(ENGLISH, extractive(ENGLISH), ())
        await model.close()
    assert seen[0]["readers"] == {"tone": "plain", "audience": "teachers", "topics": ["oceans"]}
    assert "readers" not in seen[1]
    assert stand.asked[0]["turns"][0] == stand.asked[1]["turns"][0]


async def test_a_section_is_asked_for_in_a_form_of_its_own(store: SqlStore) -> None:
    async with standing(copying) as stand:
        model = engine(store, stand, context=1800, most_tokens=400)
        await model.write(ENGLISH, extractive(ENGLISH), ())
        await model.close()
    assert stand.asked
    for asked in stand.asked:
        form, (role,) = asked["body"]["text"]["format"]["schema"], asked["question"]["write_parts"]
        assert form["required"] == list(form["properties"]) == [role]
        parts = form["properties"][role]["properties"]
        texts = sum(parts[name]["maxItems"] for name in ("body", "points", "closing"))
        assert 1 <= texts <= max(6, 2 * len(asked["question"]["article"]))
        assert parts["body"]["maxItems"] <= len(asked["question"]["article"])
        numbers = parts["body"]["items"]["properties"]["rests_on"]
        assert (numbers["items"]["enum"], numbers["minItems"]) == (
            [one["n"] for one in asked["question"]["article"]],
            1,
        )


NO_LENGTHS = Fault(
    status=400,
    body={"error": {"message": "Invalid schema for response_format 'digest': 'maxLength' is not permitted."}},
)


@pytest.mark.parametrize("api", ["responses", "chat", "anthropic"])
async def test_a_provider_that_knows_no_lengths_is_given_the_form_without_them(store: SqlStore, api: str) -> None:
    async with standing(NO_LENGTHS, copying, **({"responses": False} if api == "chat" else {})) as stand:
        model = engine(store, stand, api="anthropic" if api == "anthropic" else "auto")
        made = await model.write(ENGLISH, extractive(ENGLISH), ())
        await model.close()
    first, second = (json.dumps(asked["body"]) for asked in stand.asked)
    assert made.engine.name == "llm"
    assert "maxLength" in first
    assert "maxLength" not in second
    assert "additionalProperties" in second  # the form is asked for all the same


async def test_a_section_that_fails_leaves_only_itself_empty(store: SqlStore) -> None:
    def silent_on_stakes(asked: Json) -> str:
        return "I would rather not." if asked["question"]["write_parts"] == ["stakes"] else copying(asked)

    async with standing(silent_on_stakes) as stand:
        model = engine(store, stand, context=1800, most_tokens=400)
        made = await model.write(ENGLISH, extractive(ENGLISH), ())
        await model.close()
    assert ["stakes"] in [asked["question"]["write_parts"] for asked in stand.asked]
    assert (made.engine.name, whole(made)) == ("llm", True)
    assert "stakes" in (made.engine.fallback or "")
    assert "development" not in (made.engine.fallback or "")
