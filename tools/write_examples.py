"""Writes docs/examples: ten of the sample site's articles as digests, in Markdown, with the links between the articles.

python tools/write_examples.py [FOLDER]
"""

from __future__ import annotations

import sys
import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from config.catalogs import locales
from digests.analysis import Analyser
from digests.catalog import Catalogs
from digests.embed import E5Embedder
from digests.extractive import ExtractiveEngine
from digests.layout import digest_message
from digests.lengths import shortened
from digests.message import Block, Bullets, Heading, Message, Paragraph, Small, Span
from digests.model import Article, Digest, Link
from digests.ports import Candidate
from digests.related import CITATION_FLOOR, RELATED_FLOOR, worthy
from digests.retrieval import Profile, centres, common, profile
from digests.retrieval_index import Index

ROOT = Path(__file__).resolve().parent.parent
SAMPLE = ROOT / "config" / "sample"
SHOWN = (
    "ja/rare-metal-accord",
    "ja/rare-metal-fishery",
    "ja/earthquake-shiomi-offing",
    "ja/puppet-theatre-station",
    "ja/autonomous-ferry",
    "en/rare-earth-talks",
    "en/mayor-housing-vote",
    "en/antibiotic-trial",
    "en/kelp-forest-return",
    "en/earthquake-shiomi",
)
NOTE = "<!-- Written by tools/write_examples.py from config/sample/{path}.toml; the article is invented. -->\n\n"


def articles() -> Iterator[tuple[str, Article]]:
    """(`ja/slug`, article) of the whole sample; the address is the file's, seen from docs/examples."""
    names = tomllib.loads((SAMPLE / "site.toml").read_text(encoding="utf-8"))
    for path in sorted(SAMPLE.glob("*/*.toml")):
        folder, given = path.parent.name, tomllib.loads(path.read_text(encoding="utf-8"))
        yield f"{folder}/{path.stem}", _article(folder, path.stem, given, names[folder]["name"])


def _article(folder: str, slug: str, given: dict[str, Any], publisher: str) -> Article:
    return Article(
        id=f"{folder}/{slug}",
        url=f"../../config/sample/{folder}/{slug}.toml",
        site=folder,
        publisher=publisher,
        language=folder if folder in ("ja", "en") else "",
        title=given["title"],
        text=given["text"].strip(),
        links=tuple(Link(url=_key(link["url"]), text=link["text"]) for link in given.get("links", ())),
        published=given.get("published"),
        first_seen=given.get("published") or datetime.now(UTC),
        role="reference" if folder == "reference" else "source",
    )


def _key(path: str) -> str:
    """`/ref/slug` → `reference/slug`: how the sample's articles name one another, and how we do."""
    folder, _, slug = path.strip("/").partition("/")
    return f"{'reference' if folder == 'ref' else folder}/{slug}"


class Desk:
    """The sample indexed, so that each digest gets its links."""

    def __init__(self) -> None:
        self._analyser = Analyser(E5Embedder())
        self._engine = ExtractiveEngine(self._analyser, Catalogs(locales()))
        self._index, self._known = Index(centres(), common()), dict(articles())
        self._profiles = {key: self._profile(article) for key, article in self._known.items()}
        for key, article in self._known.items():
            self._index.add(key, self._profiles[key], site=article.site, role=article.role)

    def _profile(self, article: Article) -> Profile:
        made = self._analyser.analyse(article.title, article.text, article.language or None)
        return profile(article.title, article.text, made.article_vector, made.language)

    def digest(self, key: str) -> Digest:
        """The digest of a sample article at standard length."""
        article = self._known[key]
        linked = [self._known[link.url] for link in article.links]
        own = tuple(Candidate(article=other, score=1.0) for other in linked)
        related = self._near(key, RELATED_FLOOR, site=article.site)
        related += tuple(candidate for candidate in own if candidate.article.site == article.site)
        cited = self._near(key, CITATION_FLOOR, role="reference")
        cited += tuple(candidate for candidate in own if candidate.article.role == "reference")
        return shortened(self._engine.digest(article, related, cited, "auto"), "standard")

    def _near(self, key: str, floor: float, **where: str) -> tuple[Candidate, ...]:
        found = self._index.nearest(self._profiles[key], count=8, leave_out=key, **where)
        return tuple(Candidate(article=self._known[near.article], score=near.score) for near in worthy(found, floor))


def markdown(message: Message) -> str:
    """A message as Markdown."""
    return "\n\n".join(_block(block) for part in message.parts for block in part.blocks) + "\n"


def _block(block: Block) -> str:
    match block:
        case Heading():
            return f"{'#' * block.level} {block.text}"
        case Bullets():
            return "\n".join(f"* {_spans(item)}" for item in block.items)
        case Small():
            return f"<sub>{_spans(block.spans)}</sub>"
        case Paragraph():
            return _spans(block.spans)
    return ""


def _spans(spans: Sequence[Span]) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    text = f"**{span.text}**" if span.bold else span.text
    return f"[{text}]({span.url})" if span.url else text


def main(folder: Path) -> None:
    """Write one file for each of `SHOWN`."""
    desk, catalogs = Desk(), Catalogs(locales())
    for key in SHOWN:
        digest = desk.digest(key)
        text = NOTE.format(path=key) + markdown(digest_message(digest, catalogs.of(digest.language)))
        (folder / f"{key.replace('/', '-')}.md").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "docs" / "examples")
