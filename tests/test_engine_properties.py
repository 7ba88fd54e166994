"""Whatever the text: four sections in order, every printed text in its support, nothing twice, in bounded time."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from config.catalogs import locales
from digests.analysis import Analyser
from digests.catalog import Catalogs
from digests.extractive import ExtractiveEngine
from digests.form import digest_form, digest_from_form
from digests.lengths import shortened
from digests.model import LENGTHS, ROLES, Article, Digest
from digests.plan import SHARE
from digests.readable import printed, squeezed
from digests.trim import MOST_PIECES, in_pieces

CATALOGS = Catalogs(locales())
ENGINE = ExtractiveEngine(Analyser(None), CATALOGS)

JAPANESE = (
    "青空市は{n}日、北大橋の架け替え工事を始めると発表した。",
    "総工費は約{n}億円で、市の財政に重い負担となるとの見方もある。",
    "一方で沿岸の商店会は通行止めに反発し、{n}人が抗議の署名をした。",
    "工事は{n}年春に終わる見通しだ。",
    "これは市の歴史で最大の工事となる。",
)
ENGLISH = (
    "The city of Lakeside said on Monday it would rebuild the North Bridge for ${n} million.",
    "The cost could weigh on the town's finances for {n} years, analysts said.",
    "However, shop owners on the east bank oppose the closure and {n} of them signed a protest.",
    "Work is expected to end in {n} months.",
    '"We cannot wait another {n} years," said Mayor Gray.',
)


def article(text: str, title: str = "", language: str = "") -> Article:
    return Article(
        id="a",
        url="https://example.com/a",
        site="example.com",
        publisher="Example",
        language=language,
        title=title,
        text=text,
        first_seen=datetime(2025, 2, 13, tzinfo=UTC),
    )


def written(patterns: tuple[str, ...]) -> st.SearchStrategy[str]:
    sentence = st.builds(lambda p, n: p.format(n=n), st.sampled_from(patterns), st.integers(1, 99))
    joint = st.sampled_from(["", " ", "\n", "\n\n"])
    return st.lists(st.tuples(sentence, joint), max_size=24).map(lambda rows: "".join(s + j for s, j in rows))


anything = st.one_of(
    st.text(max_size=600),
    st.text(alphabet=st.sampled_from('😀🎉 .。!？\n"“”「」（(）)a漢あא'), max_size=300),
    st.text(alphabet=st.characters(min_codepoint=0x0590, max_codepoint=0x06FF), max_size=300),
    written(JAPANESE),
    written(ENGLISH),
)


def check(digest: Digest, text: str) -> None:
    assert [section.role for section in digest.sections] == list(ROLES)
    assert [section.number for section in digest.sections] == [1, 2, 3, 4]
    assert digest_form(digest, levels=True) == digest_form(
        digest_from_form(json.loads(json.dumps(digest_form(digest, levels=True)))), levels=True
    )
    texts = [t for _, _, t in printed(digest)]
    for t in texts:
        resting = "".join(squeezed(text[s.start : s.end]) for s in t.support)
        assert t.support
        assert in_pieces(t.text, resting) <= MOST_PIECES
    bare = [squeezed(t.text) for t in texts]
    assert len(bare) == len(set(bare))
    for section in digest.sections:
        assert section.heading.strip()
        assert section.addressed == bool(section.points or any(t.support for t in section.body + section.closing))
        names = [point.label for point in section.points]
        assert len(names) == len(set(names))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(anything, st.text(max_size=60), st.sampled_from(["", "ja", "en", "auto", "ar", "zz"]))
def test_any_text_becomes_an_honest_digest(text: str, title: str, language: str) -> None:
    full = ENGINE.digest(article(text, title, language), (), (), language)
    for length in LENGTHS:
        check(shortened(full, length), text)


@settings(max_examples=30, deadline=None)
@given(st.one_of(written(JAPANESE), written(ENGLISH)))
def test_no_digest_is_longer_than_its_share(text: str) -> None:
    full = ENGINE.digest(article(text), (), (), "auto")
    if len(full.sentences) >= 5:
        assert sum(len(t.text) for _, _, t in printed(full)) <= SHARE * len(text)


@settings(max_examples=20, deadline=None)
@given(st.one_of(written(JAPANESE), written(ENGLISH)))
def test_shorter_lengths_print_a_part_of_the_longer_ones(text: str) -> None:
    full = ENGINE.digest(article(text), (), (), "auto")
    sizes = [{t.text for _, _, t in printed(shortened(full, length))} for length in LENGTHS]
    assert sizes[0] <= sizes[1] <= sizes[2]
    for section in shortened(full, "compact").sections:
        assert len(section.body) + len(section.points) <= 1


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "一",
        "ok",
        "word",
        "a" * 100_000,
        "漢" * 100_000,
        "🎉" * 5000,
        "(" * 20_000,
        '"' * 20_000,
        "「" * 20_000,
        "no end in sight " * 60_000,
        "Foo bar. " * 3000,
        " ".join(ENGLISH[i % 5].format(n=i) for i in range(10_000)),
        "".join(JAPANESE[i % 5].format(n=i) for i in range(10_000)),
    ],
    ids=lambda text: f"{text[:8]!r}x{len(text)}",
)
def test_extremes_are_digested(text: str) -> None:
    digest = ENGINE.digest(article(text, "Title"), (), (), "en")
    check(digest, text)


def test_one_sentence_is_what_happened_and_nothing_else() -> None:
    text = JAPANESE[0].format(n=3)
    digest = ENGINE.digest(article(text, "北大橋を架け替えへ", "ja"), (), (), "ja")
    assert [section.addressed for section in digest.sections] == [True, False, False, False]
    assert text == digest.sections[0].body[0].text
    assert (digest.lead, digest.conclusion) == ((), ())
    assert CATALOGS.of("ja")("digest.empty") == digest.sections[1].body[0].text


def test_the_same_article_gives_the_same_digest() -> None:
    text = "".join(p.format(n=7) for p in JAPANESE)
    assert ENGINE.digest(article(text), (), (), "ja") == ENGINE.digest(article(text), (), (), "ja")


def test_headings_speak_the_channels_language_and_sentences_the_articles() -> None:
    text = " ".join(p.format(n=7) for p in ENGLISH)
    digest = ENGINE.digest(article(text, "Bridge to be rebuilt", "en"), (), (), "ja")
    assert (digest.language, digest.language_of_text) == ("ja", "en")
    words = CATALOGS.of("ja")
    assert digest.sections[0].heading == words("digest.heading.development.plain", topic="North Bridge")
    assert digest.sections[3].heading == words("digest.role.outlook")
