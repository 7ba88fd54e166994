"""Headings name a section's subject matter or stay plain; labels name a force or are left out."""

from __future__ import annotations

import pytest

from config.catalogs import locales
from digests.bearing import bearings, named
from digests.catalog import Catalogs
from digests.frames import framed, news
from digests.headings import heading
from digests.labels import labels
from digests.phrase import Phrase
from digests.subjects import foremost, subjects
from digests.subjects import named as speaks_of
from digests.topics import topics
from digests.topics_ja import suits_ja

CATALOGS = Catalogs(locales())
JA_TITLE = "港の使用めぐり漁協が説明要求"
JA_SECTIONS = (
    ["青波漁業協同組合の田辺辰男組合長は、港の使用について県に説明を求めた。"],
    ["青波市の人口は3割減った。"],
    ["漁協の反発は強く、埋め立て計画では訴訟になった。", "埋め立て計画は6年遅れた。"],
)
EN_TITLE = "Council vote on bus fares postponed"
EN_SECTIONS = (
    ["The council postponed its vote on higher bus fares until May."],
    ["Thomas Arbour was born in Northfield."],
    ["The driver shortage pushed the operator into debt.", "Unions blame the driver shortage on low pay."],
)


def named_topics(sections: tuple[list[str], ...], title: str, language: str) -> list[str | None]:
    article = " ".join(text for texts in sections for text in texts)
    return [topic.text if topic else None for topic in topics(sections, (), title, article, language)]


def test_a_japanese_topic_is_subject_matter_never_a_person_or_a_place() -> None:
    assert named_topics(JA_SECTIONS, JA_TITLE, "ja") == ["港の使用", None, "埋め立て計画"]


def test_an_english_topic_is_a_phrase_of_the_title_or_told_of_more_than_once() -> None:
    assert named_topics(EN_SECTIONS, EN_TITLE, "en") == ["Council vote", None, "driver shortage"]


def test_a_title_that_shares_but_an_adjective_names_another_thing() -> None:
    sections = (["The council raised fares."], ["No federal law forbids what the council did to its fares."])
    title = "Federal judge stops Northfield's higher fares"
    assert "federal law" not in named_topics(sections, title, "en")


def test_where_it_happens_and_who_takes_part_is_no_topic() -> None:
    sections, title = (["青波高速を走るバスでバスジャックがあり、乗客は無事だった。"],), "青波高速でバスジャック"
    assert named_topics(sections, title, "ja") == ["バスジャック"]


def test_section_1_is_headed_by_what_title_and_lead_tell_even_if_it_tells_the_rest() -> None:
    sections, title = (["検査では54頭の陽性が確認された。"],), "青波競馬で馬インフルエンザ、開催中止"
    lead = "青波競馬組合は、馬インフルエンザの発生で開催を中止した。"
    article = lead + sections[0][0]
    assert topics(sections, (), title, article, "ja") == [None]
    assert [topic and topic.text for topic in topics(sections, (lead,), title, article, "ja")] == ["馬インフルエンザ"]


def test_stakes_are_headed_by_a_toll_only_where_they_tell_of_one() -> None:
    catalog = CATALOGS.of("en")
    assert heading("stakes", None, ["The arrest ended his career."], "harm", "en", catalog) == catalog(
        "digest.role.stakes"
    )
    toll = ["Three people were killed and 12 injured."]
    assert heading("stakes", None, toll, "harm", "en", catalog) == catalog("digest.role.stakes.harm")


@pytest.mark.parametrize("language", ["ja", "en"])
def test_no_two_sections_are_headed_alike(language: str) -> None:
    sections, title = (JA_SECTIONS, JA_TITLE) if language == "ja" else (EN_SECTIONS, EN_TITLE)
    found = [topic for topic in named_topics((*sections, *sections), title, language) if topic]
    assert len(set(found)) == len(found)


def test_without_a_topic_the_roles_plain_name_stands_alone() -> None:
    catalog = CATALOGS.of("ja")
    assert heading("stakes", None, JA_SECTIONS[1], None, "ja", catalog) == catalog("digest.role.stakes")


@pytest.mark.parametrize(
    ("title", "text", "kind"),
    [
        ("訃報 作家の田辺辰男氏", "作家の田辺辰男氏が死去した。", "obituary"),
        ("青波FCが優勝", "決勝で青波FCが勝利した。選手は喜んだ。", "sport"),
        ("貨物船が衝突、死者も", "青波沖で貨物船が衝突し、1人が死亡した。", "harm"),
        ("新しい図書館が開館", "市立図書館が開館した。", None),
    ],
)
def test_the_kind_of_news_is_told_from_title_and_opening(title: str, text: str, kind: str | None) -> None:
    assert news(title, [text], "ja") == kind


def test_a_frame_the_catalog_lacks_falls_back_to_the_plain_one() -> None:
    catalog = CATALOGS.of("en")
    assert framed("outlook", "Fuel costs", ("unheard of", None), catalog) == "Fuel costs: what comes next"


def test_a_label_names_the_force_and_no_two_are_alike() -> None:
    texts = [
        "Councillor Thomas Arbour said that union resistance to the plan had grown since the winter.",
        "The operator's chief blamed union resistance and a funding shortage for the long delays.",
    ]
    assert labels(texts, [], EN_TITLE, " ".join(texts), "en") == ["Union resistance", "Funding shortage"]


def test_a_short_sentence_and_a_bare_name_get_no_label() -> None:
    assert labels(["議会は採決する。", "青波市には田辺辰男氏や浜口さんらが集まっていた。"], [], "", "", "ja") == [
        None,
        None,
    ]


def test_wording_tells_a_turning_point_from_a_look_ahead() -> None:
    assert {"turning"} <= bearings("国内で初めてとなる定期便である。", "ja")
    assert {"ahead"} <= bearings("The vote is expected next month.", "en")


def test_a_japanese_sentence_without_its_subject_is_known() -> None:
    assert (named("新しい港が開いた。", "ja"), named("大会への出場経験がある。", "ja")) == (True, True)
    assert not named("1958年に米国に渡り、大学院に留学。", "ja")


def test_who_speaks_is_the_subject_of_what_is_said() -> None:
    said = "青波港には10隻が入りたがっており、開発が進んでも「港は閉じない」と述べた。"
    assert not named(said, "ja")
    assert named(f"浜口市長は{said}", "ja")


def test_when_it_is_is_no_subject() -> None:
    assert not named("2004年(17歳)には大会新記録で優勝していた。", "ja")
    assert named("2004年には浜口選手が優勝していた。", "ja")


@pytest.mark.parametrize(
    ("title", "sentence", "topic"),
    [
        ("白浦の地下鉄で追突事故", "白浦の地下鉄で電車が追突する事故があり、地下鉄は止まった。", "追突事故"),
        ("青波海岸に大量の漂着物", "青波海岸に木片が流れ着いた。青波海岸は閉じられた。青波海岸は広い。", None),
        ("石油パイプライン爆発で死者", "石油パイプラインが爆発した。石油パイプラインは古い。", "石油パイプライン爆発"),
        ("運転手の退職続く", "運転手が相次いで辞めた。", None),
    ],
)
def test_a_section_is_headed_by_what_happens_not_by_where_or_who(title: str, sentence: str, topic: str | None) -> None:
    assert named_topics(([sentence],), title, "ja") == [topic]


def test_what_a_thing_is_worth_is_told_only_of_what_happens() -> None:
    thing, title = Phrase("白い木箱", 0, 4, 1.0, force=False), "白い木箱、市が回収"
    told = [suits_ja(thing, order, title, (), "市は白い木箱を回収した。") for order in range(4)]
    assert told == [True, False, True, True]


@pytest.mark.parametrize(
    ("text", "topic"),
    [
        ("市長が青波丸の修理を決めた。", "青波丸の修理をめぐる動き"),
        ("県内で初めての修理だ。", "青波丸の修理とその意義"),
    ],
)
def test_section_1_promises_a_meaning_only_where_it_tells_one(text: str, topic: str) -> None:
    phrase = Phrase("青波丸の修理", 0, 6, 1.0, event=True)
    assert heading("development", phrase, [text], None, "ja", CATALOGS.of("ja")) == topic


def test_the_background_is_that_of_what_happens_or_about_a_thing() -> None:
    catalog = CATALOGS.of("ja")
    assert framed("dynamics", "移転", ("event",), catalog) == "移転の背景と経緯"
    assert framed("dynamics", "電気バス", (None,), catalog) == "電気バスをめぐる背景と経緯"


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("資源開発の遅れを認め、市は資源開発を急ぐとした上で費用を明らかにした。", "資源開発"),
        ("白浦高校の野球部は青波連盟の運営管理ではなく、県の下にある学校の組織だ。", "青波連盟の運営管理"),
        ("田辺氏は1998年に『資源の戦争』という題の本を著し、多くの読者を得て世に知られた。", "資源の戦争"),
    ],
)
def test_no_label_is_read_twice_or_denied_or_a_title(text: str, label: str) -> None:
    assert labels([text], [], "", text, "ja") != [label]


def test_who_reported_a_point_is_not_its_label() -> None:
    text = "ある幹部は青波日報新聞に対し、「早期の採決もあり得る」と述べている。"
    assert labels([text], [], "", text, "ja") != ["青波日報新聞"]


@pytest.mark.parametrize(
    ("title", "article", "expected"),
    [
        ("Arbour hopes for May vote", "Thomas Arbour said the vote would come. Arbour was glad.", ("Thomas Arbour",)),
        ("Boats wait for Arbour", "Thomas Arbour and Ann Arbour said so. Arbour was glad.", ()),
        ("Ferries leave in Northfield", "The port of Northfield is small. Northfield has a pier.", ()),
        ("Marion 'Suge' Arbour sails", "The boats of Marion Suge wait. Thomas Arbour said Arbour was glad.", ()),
        ("Northfield wants boats", "Northfield has a pier. Boats are rare in Northfield, and dear.", ()),
        ("Blue Northfield sails", "Blue Northfield has a boat. It was built in Northfield.", ()),
        ("Nortmare wants boats", "Nortmare rose. The stake in Nortmare, and one in Blue Bay, grew.", ("Nortmare",)),
        ("Nortmare buys boats", "The shares of Nortmare rose. Analysts say Nortmare pays too much.", ("Nortmare",)),
    ],
)
def test_a_name_heads_in_full_or_not_at_all(title: str, article: str, expected: tuple[str, ...]) -> None:
    assert subjects(title, article, "en") == expected


def test_what_comes_next_is_headed_by_the_name_rather_than_what_happened() -> None:
    sections: tuple[list[str], ...] = (
        ["Nortmare bought ten boats."],
        [],
        [],
        ["Nortmare may buy more of them in May."],
    )
    article = "Nortmare bought ten boats. Analysts say Nortmare pays too much. Nortmare may buy more of them in May."
    made = topics(sections, (), "Nortmare buys boats", article, "en")
    assert [topic and topic.text for topic in made] == [None, None, None, "Nortmare"]


def test_two_no_in_a_row_are_too_many() -> None:
    catalog = CATALOGS.of("ja")
    assert framed("outlook", "責任の分担", (None,), catalog) == "責任の分担をめぐる今後の展望と課題"
    assert framed("outlook", "運転再開", (None,), catalog) == "運転再開の今後の展望と課題"


def test_of_two_names_the_one_told_of_first_says_what_happened() -> None:
    assert foremost(("Ann Arbour", "Nortmare"), "Nortmare sold its boats to Arbour.") == ("Nortmare",)
    assert foremost(("Ann Arbour",), "The boats were sold.") == ()


def test_a_name_that_only_begins_another_one_is_not_spoken_of() -> None:
    assert not speaks_of("Nortmare", ["The boats were shown on Nortmare One."], "en")
    assert not speaks_of("Bank of Northfield", ["Boats are dear in Northfield."], "en")
    assert speaks_of("Nortmare", ["Nortmare One shows what Nortmare owns."], "en")


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["A driver shortage stopped the buses of Northfield."], "driver shortage"),
        (["The buses of Northfield stopped.", "A driver shortage came next."], None),
        (["Ann Arbour, who blamed a driver shortage, left."], None),
        (['Ann Arbour said: "We have a driver shortage."'], None),
        (["Ann Arbour of Northfield Buses - the driver shortage agency - left."], None),
    ],
)
def test_a_force_told_of_once_heads_a_section_that_begins_with_it(texts: list[str], expected: str | None) -> None:
    made = topics([[], texts], (), "Northfield waits", " ".join(texts), "en")
    assert [topic and topic.text for topic in made] == [None, expected]


def test_a_broadcaster_and_what_stands_in_brackets_head_nothing() -> None:
    told = "Ann Arbour told CNN that the ferries (foot injury) would sail. CNN asked why."
    sections: list[list[str]] = [["Ann Arbour told CNN that the ferries (foot injury) would sail."], [], [], []]
    assert topics(sections, (), "CNN asks of injury", told, "en") == [None] * 4


@pytest.mark.parametrize(
    "text",
    [
        "The crowd in Northfield gave the plan nine tenths of the online votes it had.",
        "Northfield makes nine tonnes of cheese a year, for domestic consumption alone.",
        "Turnout at constituency level lay between nine and ten in a hundred that day.",
    ],
)
def test_what_is_but_a_measure_or_a_matter_labels_nothing(text: str) -> None:
    assert labels([text], [], "", text, "en") == [None]


def test_a_title_names_a_topic_by_its_noun_not_by_a_word_that_begins_like_it() -> None:
    sections = ["The trial of Ann Arbour, who runs the oldest bank of Northfield, has begun."]
    assert topics([sections], (), "Trial of top banker begins", sections[0], "en") == [None]
