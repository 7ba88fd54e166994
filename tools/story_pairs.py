"""Do articles that tell one event end in one story, and no others? Pairwise F1 of merge decisions, as JSON.

    python -m tools.story_pairs --data stories_vi_dev.json [--cache DIR]

All articles of the collection are grouped at once, as an edition groups those of a morning. A pair is gold where one
article is listed as the other's (`rel`); pairs of which neither article was asked about count for nothing, because
nobody said what belongs to them. Precision, recall and F1 are over pairs; `same_title` is what merging equal titles
gets.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Collection, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from bot.inputs import Record
from bot.ranking import parts, profiled, vector_of
from digests.stories import grouped, same_story
from tools.vector_cache import CachedEmbedder

Pair = frozenset[str]


def gold_pairs(related: Mapping[str, Sequence[str]]) -> set[Pair]:
    return {frozenset((one, other)) for one, others in related.items() for other in others if one != other}


def merged_pairs(groups: Sequence[Sequence[str]], asked: Collection[str]) -> set[Pair]:
    """The pairs within groups of which at least one article was asked about."""
    pairs = (pair for group in groups for pair in combinations(group, 2))
    return {frozenset(pair) for pair in pairs if pair[0] in asked or pair[1] in asked}


def agreement(found: set[Pair], gold: set[Pair]) -> dict[str, float]:
    """Precision, recall and F1 of pairs, 0 to 1."""
    both = len(found & gold)
    return {
        "precision": both / max(1, len(found)),
        "recall": both / max(1, len(gold)),
        "f1": 2 * both / max(1, len(found) + len(gold)),
    }


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("--data", type=Path, required=True)
    ask.add_argument("--cache", type=Path, help="where vectors are kept between runs")
    given = ask.parse_args()
    bench = json.loads(given.data.read_text(encoding="utf-8"))
    records = [Record(**{"language": bench["lang"], **row}) for row in bench["corpus"]]
    texts = list(dict.fromkeys(text for record in records for text in parts(record)))
    known = dict(zip(texts, CachedEmbedder(given.cache).embed(texts), strict=True))
    profiles = [profiled(record, vector_of(record, known)) for record in records]
    ids, titles = [str(record.id) for record in records], [record.title for record in records]
    related = {row["id"]: row["rel"] for row in bench["queries"]}
    gold = gold_pairs(related)
    groups = [[ids[i] for i in group] for group in grouped(same_story(profiles, titles))]
    named: dict[str, list[str]] = {}
    for name, title in zip(ids, titles, strict=True):
        named.setdefault(title.casefold(), []).append(name)
    found = agreement(merged_pairs(groups, related), gold)
    titled = agreement(merged_pairs(list(named.values()), related), gold)
    sys.stdout.write(json.dumps({"articles": len(ids), "pairs": len(gold), **found, "same_title": titled["f1"]}) + "\n")


if __name__ == "__main__":
    main()
