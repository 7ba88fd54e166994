"""Looks for inputs that break a promise: `python tools/fuzz.py [--minutes 10] [--only feeds]`. Failures are made small
by hypothesis and kept in tests/corpus/fuzz, where tests/test_fuzz_seeds.py replays them for ever.

Each target runs in a child with bounded memory; an input that crashes or hangs the child is kept as it was. All times
are processor time: what else the machine does makes nothing slow.
"""

from __future__ import annotations

import argparse
import hashlib
import logging
import resource
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from tools.fuzz_targets import TARGETS, Target

SEEDS = ROOT / "tests" / "corpus" / "fuzz"
MEMORY = 2 * 1024**3
SLOW, HANGS = 2.0, 30.0
"""Seconds an input may take before it is reported, and before its child ends."""
SLEEPS = 900.0
"""Seconds by the clock after which a child is taken for one that waits for ever."""
LARGEST = 200_000
ROUND = 300


@dataclass(slots=True)
class Tally:
    inputs: int = 0
    slowest: float = 0.0
    slow: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)


def mutants(target: Target) -> st.SearchStrategy[bytes]:
    """A sample after a few edits: a piece taken out, something put in, once or a thousand times; or noise."""
    pieces = st.one_of(st.sampled_from(target.tokens), st.binary(max_size=8), st.text(max_size=8).map(_encoded))
    edits = st.tuples(st.floats(0, 1), st.integers(0, 40), pieces, st.sampled_from((1, 1, 1, 1, 3, 50, 1000)))
    samples = st.sampled_from(target.samples())
    return st.one_of(
        st.builds(mutated, samples, st.lists(edits, max_size=8)), st.lists(pieces, max_size=12).map(b"".join)
    )


def mutated(sample: bytes, edits: Sequence[tuple[float, int, bytes, int]]) -> bytes:
    for place, taken, piece, times in edits:
        at = int(place * len(sample))
        sample = sample[:at] + piece * times + sample[at + taken :]
    return sample[:LARGEST]


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def kept(target: str, body: bytes, kind: str = "") -> str:
    """Writes an input down; the name it has in the corpus."""
    path = SEEDS / target / f"{kind}{hashlib.sha256(body).hexdigest()[:12]}.bin"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(body)
    return path.name


# --- the child: one target ------------------------------------------------------------------------------------------


def fuzz(target: Target, seconds: float, current: Path) -> Tally:
    """Rounds of new inputs until the time is over. `current` always holds the input being tried."""
    tally, until, number = Tally(), time.process_time() + seconds, time.time_ns() % 2**32
    while time.process_time() < until:
        number += 1
        _round(target, number, until, current, tally)
    return tally


def _round(target: Target, number: int, until: float, current: Path, tally: Tally) -> None:
    last: list[bytes] = []
    examine = _examiner(target, until, current, tally, last)
    try:
        seed(number)(_LIMITS(given(mutants(target))(examine)))()
    except BaseException as error:
        if isinstance(error, KeyboardInterrupt) or not last:
            raise
        name = kept(target.name, last[-1])
        if name not in tally.failed:
            tally.failed.add(name)
            print(f"{target.name}: {name} fails with {type(error).__name__}: {str(error)[:200]}", flush=True)


_LIMITS = settings(
    max_examples=ROUND,
    deadline=None,
    database=None,
    print_blob=False,
    phases=(Phase.generate, Phase.shrink),
    suppress_health_check=list(HealthCheck),
)


def _examiner(
    target: Target, until: float, current: Path, tally: Tally, failing: list[bytes]
) -> Callable[[bytes], None]:
    def examine(body: bytes) -> None:
        if time.process_time() > until and not failing:  # a failure is made small even when time is over
            return
        current.write_bytes(body)
        began = time.process_time()
        signal.setitimer(signal.ITIMER_PROF, HANGS)  # its signal ends the process, whatever it is in
        try:
            target.run(body)
        except BaseException:
            failing.append(body)
            raise
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
            _timed(target, body, time.process_time() - began, tally)

    return examine


def _timed(target: Target, body: bytes, took: float, tally: Tally) -> None:
    tally.inputs += 1
    tally.slowest = max(tally.slowest, took)
    if took > SLOW:
        tally.slow.add(kept(target.name, body, "slow-"))


def _child(name: str, seconds: float, current: Path) -> int:
    logging.disable()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    tally = fuzz(TARGETS[name], seconds, current)
    said = f"{tally.inputs:,} inputs, {len(tally.failed)} failing, {len(tally.slow)} slower than {SLOW:.0f} s"
    print(f"{name}: {said}, slowest {tally.slowest:.2f} s", flush=True)
    return 1 if tally.failed else 0


# --- the parent: watches --------------------------------------------------------------------------------------------


def watched(name: str, seconds: float) -> int:
    """Runs the child; an input that kills it or stops it is kept."""
    with tempfile.TemporaryDirectory() as folder:
        current = Path(folder) / "input"
        current.touch()
        command = [sys.executable, __file__, "--child", name, "--minutes", str(seconds / 60), "--current", str(current)]
        child = subprocess.Popen(command)
        while child.poll() is None:
            time.sleep(0.5)
            if time.time() - current.stat().st_mtime > SLEEPS and current.stat().st_size:
                child.kill()
                child.wait()
        if child.returncode in (0, 1):
            return child.returncode
        print(f"{name}: {kept(name, current.read_bytes())} ends the process ({child.returncode})", flush=True)
        return 1


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0, help="of processor time, for each target")
    parser.add_argument("--only", choices=sorted(TARGETS), help="one target instead of all")
    parser.add_argument("--child", choices=sorted(TARGETS), help=argparse.SUPPRESS)
    parser.add_argument("--current", type=Path, help=argparse.SUPPRESS)
    given_ = parser.parse_args()
    if given_.child:
        return _child(given_.child, given_.minutes * 60, given_.current)
    names = [given_.only] if given_.only else list(TARGETS)
    return max([watched(name, given_.minutes * 60) for name in names])


if __name__ == "__main__":
    sys.exit(main())
