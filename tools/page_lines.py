"""Saved pages (`*.html`, `*.html.gz`) in, the article text Chokan finds on each out: {"id", "text"} a line."""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path

from digests.errors import NoArticle
from digests.extract import extract


def text_of(path: Path) -> str:
    body = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    try:
        return extract(body, url="https://page.example/article").text
    except NoArticle:
        return ""


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__)
    ask.add_argument("folder", type=Path)
    for path in sorted(ask.parse_args().folder.glob("*.html*")):
        print(json.dumps({"id": path.name.removesuffix(".gz").removesuffix(".html"), "text": text_of(path)}))


if __name__ == "__main__":
    main()
