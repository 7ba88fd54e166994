"""Rule 7 over printed digests: reads digests as JSON Lines (`chokan digest --jsonl`), prints each problem and the share
of sound texts. Exits 1 below 99 %.

    chokan digest --jsonl < articles.jsonl | python tools/readability.py
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from collections.abc import Iterable

from digests.form import digest_from_form
from digests.readable import digest_problems, printed

LEAST = 0.99


def report(lines: Iterable[str]) -> float:
    """Print what is wrong in which digest; the share of printed texts without a problem."""
    texts, kinds, unsound = 0, Counter[str](), 0
    for line in lines:
        digest = digest_from_form(json.loads(line))
        texts += sum(1 for _ in printed(digest))
        found = digest_problems(digest)
        kinds.update(problem for problem, _ in found)
        unsound += len({text for _, text in found})
        for problem, text in found:
            print(f"{digest.id}\t{problem}\t{text[:100]}")
    share = 1 - unsound / texts if texts else 1.0
    print(f"printed texts {texts}  sound {100 * share:.2f} %  {dict(kinds)}")
    return share


if __name__ == "__main__":
    sys.exit(report(line for line in sys.stdin if line.startswith("{")) < LEAST)
