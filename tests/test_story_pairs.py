"""How merge decisions are scored: by pairs, of which one article at least was asked about."""

from tools.story_pairs import agreement, gold_pairs, merged_pairs


def test_a_pair_named_from_both_sides_is_one() -> None:
    assert gold_pairs({"a": ["b", "a"], "b": ["a"]}) == {frozenset("ab")}


def test_pairs_nobody_was_asked_about_do_not_count() -> None:
    assert merged_pairs([["a", "b", "c"], ["d", "e"]], {"a", "d"}) == {
        frozenset("ab"),
        frozenset("ac"),
        frozenset("de"),
    }


def test_agreement_is_over_pairs() -> None:
    found, gold = {frozenset("ab"), frozenset("ac")}, {frozenset("ab"), frozenset("bc"), frozenset("bd")}
    assert agreement(found, gold) == {"precision": 0.5, "recall": 1 / 3, "f1": 0.4}
    assert agreement(set(), set()) == {"precision": 0.0, "recall": 0.0, "f1": 0.0}
