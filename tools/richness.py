"""What digests say of their articles beside the sentences: reads digests as JSON Lines (`chokan digest --jsonl`),
prints by language how many sections have a heading of their own instead of the role's plain name, how many of
sections 3 and 4 have labelled points, and how many digests a lead and a conclusion.

    chokan digest --jsonl < articles.jsonl | python tools/richness.py
"""

from __future__ import annotations

import json
import sys
from collections import defaultdict
from collections.abc import Iterable, Sequence

from config.catalogs import locales
from digests.form import digest_from_form
from digests.model import Digest, Section

POINTED = (3, 4)


def report(digests: Sequence[Digest]) -> list[str]:
    """Lines of text: the figures of each language."""
    plain = {text for texts in locales().values() for key, text in texts.items() if key.startswith("digest.role.")}
    languages: dict[str, list[Digest]] = defaultdict(list)
    for digest in digests:
        languages[digest.language_of_text].append(digest)
    told = []
    for language, some in sorted(languages.items()):
        ends = f"lead {_share([bool(d.lead) for d in some])}, conclusion {_share([bool(d.conclusion) for d in some])}"
        told.append(f"{language}: {len(some)} digests, {ends}")
        told += [_of_section(number, [d.sections[number - 1] for d in some], plain) for number in range(1, 5)]
    return told


def _of_section(number: int, sections: Sequence[Section], plain: set[str]) -> str:
    there = [section for section in sections if section.addressed]
    own = _share([section.heading not in plain for section in there])
    line = f"  section {number}: {len(there)} of {len(sections)}, own heading {own}"
    if number not in POINTED:
        return line
    labels = sum(len(section.points) for section in there)
    return f"{line}, labelled points {_share([bool(section.points) for section in there])}, {labels} labels"


def _share(met: Sequence[bool]) -> str:
    return f"{100 * sum(met) / len(met):.0f} %" if met else "–"


def read(lines: Iterable[str]) -> list[Digest]:
    """The digests on `lines` that hold one."""
    return [digest_from_form(json.loads(line)) for line in lines if line.startswith("{")]


if __name__ == "__main__":
    print("\n".join(report(read(sys.stdin))))
