"""Where figures come from: the harness beside the project, and tools of the project in processes of their own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 1800
"""Seconds after which one command is given up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """Where the data are (None: the project's own only), how many articles own measures read, where to put files."""

    shared: Path | None
    n: int
    folder: Path

    def data(self, name: str) -> Path:
        assert self.shared is not None, "only rows that need no gold are measured without the shared folder"
        return self.shared / "data" / name


def harness(bench: Bench, what: str, data: Path, command: str, *more: str) -> str:
    """What the harness printed."""
    assert bench.shared is not None, "the harness lies in the shared folder"
    script = str(bench.shared / "eval" / "engine_eval.py")
    return ran([sys.executable, script, what, "--data", str(data), "--cmd", command, *more])


def ran(command: Sequence[str]) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    env = {**os.environ, "PATH": path, "OMP_NUM_THREADS": "1", "OMP_WAIT_POLICY": "passive"}
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=LONGEST, check=False)
    print("".join(f"    {line}\n" for line in done.stdout.splitlines() if not line.startswith("{")), end="")
    if done.returncode:
        print(f"    ended with {done.returncode}: {done.stderr[-600:]}")
    return done.stdout


def number(pattern: str, printed: str) -> float:
    """The first group of `pattern` in what was printed; NaN when it is not there."""
    found = re.search(pattern, printed)
    return float(found.group(1)) if found else float("nan")


def pair(name: str, printed: str, first: str, second: str) -> tuple[float, float]:
    """Two figures on the line of one system."""
    line = next((line for line in printed.splitlines() if line.startswith(name)), "")
    return number(rf"{first} ([\d.]+)", line), number(rf"{second} ([\d.]+)", line)


def measured(bench: Bench, what: str, name: str, articles: Path, n: int) -> dict[str, float]:
    """Figures of tools/measures.py over `n` articles; empty when it failed."""
    print(f"    {what} of {name}, up to {n} articles")
    return told("tools.measures", what, "--articles", str(articles), "--n", str(n))


def told(module: str, *more: str) -> dict[str, float]:
    """The JSON object that a tool of the project printed; empty when it failed."""
    printed = ran([sys.executable, "-m", module, *more])
    found: dict[str, float] = json.loads(printed.splitlines()[-1]) if printed.strip() else {}
    return found
