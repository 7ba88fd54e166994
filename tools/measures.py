"""Speed, memory and form of digests, measured in a process of their own on one core: prints one JSON object.

    python -m tools.measures speed|fast|memory|form --articles FILE.jsonl [--n 100]

Every article goes the way `chokan digest --jsonl` sends it in a worker, so nothing is left out: reading the line,
analysis, composition, writing the line; and nothing is loaded that a worker does not load.
"""

from __future__ import annotations

import os

os.environ |= {"OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive", "OPENBLAS_NUM_THREADS": "1"}

import argparse
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from time import process_time
from typing import Any

from bot.digesting import analyser
from bot.stream import Making, digest_line
from config.catalogs import locales
from digests.catalog import Catalogs
from digests.embed import E5Embedder
from digests.form import digest_from_form
from digests.language import words
from digests.model import ROLES, Digest
from digests.ports import Vectors
from digests.readable import digest_problems, printed, squeezed

WARM = 5
"""Articles digested before the clock starts: models and tables are loaded once a process."""
TURN = 20
"""Articles that one of two engines digests before it is the other's turn."""
CUTS = 2
"""Inner cuts a printed text may have."""
Line = str


def speed(lines: Sequence[Line]) -> dict[str, float]:
    """CPU seconds of whole digests, and of embedding the very same texts alone, in this process."""
    make, batches = _maker(embeddings=True), list[Sequence[str]]()
    _record_batches(batches)
    for line in lines[:WARM]:
        make(line)
    batches.clear()
    total = _seconds(make, lines)
    alone = _seconds(analyser(True)._embedder.embed, batches[: len(lines)])
    count = sum(len(batch) for batch in batches[: len(lines)])
    return {"articles": len(lines), "total": total, "embedding": alone, "sentences_a_second": count / alone}


def _record_batches(batches: list[Sequence[str]]) -> None:
    """Let this process's analyser note what it embeds, so that the same can be embedded again alone."""

    class Noting(E5Embedder):
        def embed(self, texts: Sequence[str]) -> Vectors:
            batches.append(texts)
            return super().embed(texts)

    analyser(True)._embedder = Noting()


def fast(lines: Sequence[Line]) -> dict[str, float]:
    """Articles a CPU second: digests without embeddings, and sumy's LexRank over plain words and with its own tokenizer
    (absent where sumy is), turn by turn, so that what else the machine does slows all alike."""
    make = _maker(embeddings=False)
    for line in lines[:WARM]:
        make(line)
    try:
        peers = {"lexrank": lexrank(), "lexrank_own": lexrank_own()}
    except ImportError:
        return {"articles": len(lines), "fast": len(lines) / _seconds(make, lines)}
    taken = dict.fromkeys(("fast", *peers), 0.0)
    for start in range(0, len(lines), TURN):
        mine = lines[start : start + TURN]
        taken["fast"] += _seconds(make, mine)
        for name, peer in peers.items():
            taken[name] += _seconds(peer, [json.loads(line) for line in mine])
    return {"articles": len(lines), **{name: len(lines) / seconds for name, seconds in taken.items()}}


def lexrank() -> Callable[[dict[str, Any]], object]:
    """Three sentences of an article by sumy's LexRank, over our sentences and plain words. Raises ImportError."""
    from sumy.models.dom import ObjectDocumentModel, Paragraph, Sentence
    from sumy.summarizers.lex_rank import LexRankSummarizer

    class Words:
        def __init__(self, language: str) -> None:
            self._language = language

        def to_words(self, text: str) -> list[str]:
            if self._language == "ja":
                return list(words(text, self._language))
            return re.findall(r"\w+", unicodedata.normalize("NFKC", text).lower())

    def pick(article: dict[str, Any]) -> object:
        tokens = Words(article["language"])
        split = re.split(r"(?<=[.!?])\s+(?=[\"“‘'(]?[A-Z0-9])|\n+|(?<=。)", article["text"])
        said = [Sentence(part.strip(), tokens) for part in split if part.strip()]
        return LexRankSummarizer()(ObjectDocumentModel([Paragraph(said)]), 3)

    return pick


def lexrank_own() -> Callable[[dict[str, Any]], object]:
    """The same with sumy's parser and its tokenizer for languages that put spaces between words: nltk's words, and its
    sentences without the table of abbreviations that would have to be downloaded. Raises ImportError."""
    from nltk.tokenize import NLTKWordTokenizer
    from nltk.tokenize.punkt import PunktSentenceTokenizer
    from sumy.nlp.tokenizers import Tokenizer
    from sumy.parsers.plaintext import PlaintextParser
    from sumy.summarizers.lex_rank import LexRankSummarizer

    class Nltk(Tokenizer):  # type: ignore[misc]
        def __init__(self) -> None:
            self._language = ""
            self._sentence_tokenizer, self._word_tokenizer = PunktSentenceTokenizer(), self

        def tokenize(self, text: str) -> list[str]:
            """What `nltk.word_tokenize` does, which sumy asks."""
            each = map(NLTKWordTokenizer().tokenize, self._sentence_tokenizer.tokenize(text))
            return [word for words in each for word in words]

    tokens = Nltk()

    def pick(article: dict[str, Any]) -> object:
        return LexRankSummarizer()(PlaintextParser.from_string(article["text"], tokens).document, 3)

    return pick


def memory(lines: Sequence[Line]) -> dict[str, float]:
    """Resident megabytes of this process after the first tenth of the articles and after all."""
    make, early = _maker(embeddings=True), 0.0
    for number, line in enumerate(lines, 1):
        make(line)
        if number == max(1, len(lines) // 10):
            early = resident()
    return {"articles": len(lines), "early": early, "resident": resident(), "peak": resident("VmHWM")}


def resident(field: str = "VmRSS") -> float:
    """Megabytes of this process, from /proc (Linux); 0 elsewhere."""
    path = Path("/proc/self/status")
    found = re.search(rf"{field}:\s+(\d+) kB", path.read_text("utf-8")) if path.exists() else None
    return int(found.group(1)) / 1024 if found else 0.0


def form(lines: Sequence[Line]) -> dict[str, float]:
    """Rule 7, support, four sections and repeats of digests, by our own reading of them."""
    make = _maker(embeddings=True)
    texts = unsound = unsupported = twice = four = 0
    for line in lines:
        text, digest = json.loads(line)["text"], digest_from_form(json.loads(make(line)))
        found = [one.text for _, _, one in printed(digest)]
        texts += len(found)
        unsound += len({said for problem, said in digest_problems(digest) if problem != "printed twice"})
        twice += len(found) - len({squeezed(said) for said in found})
        unsupported += sum(not stands for stands in _standing(digest, text))
        four += tuple(section.role for section in digest.sections) == ROLES
    return {
        "articles": len(lines),
        "texts": texts,
        "sound": 1 - unsound / max(1, texts),
        "unsupported": unsupported,
        "twice": twice,
        "four": four,
    }


def _standing(digest: Digest, text: str) -> Iterable[bool]:
    for _, _, one in printed(digest):
        source = "".join(squeezed(text[s.start : s.end]) for s in one.support if s.source == "article")
        yield _pieces(squeezed(one.text), source) <= CUTS + 1


def _pieces(text: str, source: str) -> int:
    """In how many runs of three and more characters, in order, `text` stands in `source`; 99 when it does not."""
    count = done = at = 0
    while done < len(text):
        size = next((k for k in range(len(text) - done, 2, -1) if source.find(text[done : done + k], at) >= 0), 0)
        if not size:
            return 99
        at = source.find(text[done : done + size], at) + size
        done, count = done + size, count + 1
    return count


def _maker(*, embeddings: bool) -> Callable[[Line], Line]:
    making = Making(catalogs=Catalogs(locales()), length="full", embeddings=embeddings)
    return lambda line: digest_line(line, 1, making)


def _seconds(work: Callable[[Any], object], items: Sequence[Any]) -> float:
    start = process_time()
    for item in items:
        work(item)
    return process_time() - start


MEASURES = {"speed": speed, "fast": fast, "memory": memory, "form": form}

if __name__ == "__main__":
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("what", choices=MEASURES)
    ask.add_argument("--articles", type=Path, required=True)
    ask.add_argument("--n", type=int, default=100)
    given = ask.parse_args()
    with given.articles.open(encoding="utf-8") as file:
        chosen = [line for line in file if line.strip()][: given.n]
    print(json.dumps(MEASURES[given.what](chosen)))
