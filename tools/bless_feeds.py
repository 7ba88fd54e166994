"""Writes the golden files of tests/corpus/feeds anew from what the reader says now. Read the difference before you
keep it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

from digests.feeds import parse_feed

CORPUS = Path(__file__).resolve().parent.parent / "tests" / "corpus" / "feeds"


def main() -> None:
    for path in sorted(CORPUS.iterdir()):
        if not path.name.endswith(".golden.json"):
            feed = parse_feed(path.read_bytes(), url="https://feeds.example/all")
            text = json.dumps(asdict(feed), default=lambda moment: moment.isoformat(), ensure_ascii=False, indent=1)
            path.with_name(f"{path.name}.golden.json").write_text(text + "\n", "utf-8")


if __name__ == "__main__":
    main()
