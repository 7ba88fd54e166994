"""`make torture`: every crash case as a real process that is killed, on every database and both platforms.

Run as `python tools/torture.py [--only crash-11] [--database sqlite] [--jobs 2]`. Exit code 1 if anything was lost or
came twice. Set TORTURE_LOG=1 to see what the processes of a failed case wrote.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

if TYPE_CHECKING:  # loaded in `main`: a child process imports this file again, and needs none of it
    from crash_cases import Case
    from crash_verdicts import Verdict

SHARED = ROOT.parent / "shared" / "data" / "delivery_cases.json"


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--only", default="", help="cases whose id begins so")
    parser.add_argument("--database", choices=("sqlite", "postgres"), help="default: both, where there is PostgreSQL")
    parser.add_argument("--platform", choices=("discord", "slack"), help="default: both")
    parser.add_argument("--jobs", type=int, default=2, help="cases side by side")
    return parser.parse_args()


def uncovered(cases: tuple[Case, ...]) -> list[str]:
    """Crash points of the shared list, where it is here, that no case of ours covers."""
    if not SHARED.exists():
        return []
    shared = [row["id"] for row in json.loads(SHARED.read_text(encoding="utf-8"))]
    ours = {case.covers for case in cases}
    return [name for name in shared if name.startswith("crash-") and name not in ours]


def row(verdict: Verdict) -> str:
    word = "ok" if verdict.ok else f"FAILED {verdict.said}"
    case = verdict.case
    return (
        f"{case.id:<10} {verdict.database:<9} {verdict.platform:<8} {verdict.lost:>4} {verdict.twice:>5}  "
        f"{verdict.seconds:>5.1f} s  {case.says} · {word}"
    )


async def run(options: argparse.Namespace) -> int:
    from crash_cases import CASES
    from crash_verdicts import expected, played

    missing = uncovered(CASES)
    chosen = [case for case in CASES if case.id.startswith(options.only)]
    began = time.monotonic()
    print(f"{'case':<10} {'database':<9} {'platform':<8} {'lost':>4} {'twice':>5}  {'took':>7}  what happens")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="torture-")))
        schemas = postgres_schemas(stack, options)
        platforms = [options.platform] if options.platform else ["discord", "slack"]
        wanted = {platform: await expected(platform, folder) for platform in platforms}
        work = [
            (case, database, platform)
            for case in chosen
            for database in case.databases
            for platform in case.platforms
            if platform in platforms and (schemas or database == "sqlite") and options.database in (None, database)
        ]
        free: asyncio.Queue[str | None] = asyncio.Queue()
        for place in range(options.jobs):
            free.put_nowait(schemas[place] if schemas else None)

        async def one(case: Case, database: str, platform: str) -> Verdict:
            schema = await free.get()
            try:
                verdict = await played(case, database, platform, wanted[platform], schema=schema, folder=folder)
            finally:
                free.put_nowait(schema)
            print(row(verdict), flush=True)
            return verdict

        verdicts = await asyncio.gather(*(one(*item) for item in work))
    return summed_up(verdicts, missing, time.monotonic() - began)


def postgres_schemas(stack: ExitStack, options: argparse.Namespace) -> list[str]:
    """An empty schema for each job; none, said aloud, where no server answers."""
    import pytest
    from databases import postgres_schema

    if options.database == "sqlite":
        return []
    try:
        return [stack.enter_context(postgres_schema()) for _ in range(options.jobs)]
    except pytest.skip.Exception as reason:
        print(f"PostgreSQL SKIPPED: {reason}")
        return []


def summed_up(verdicts: list[Verdict], missing: list[str], seconds: float) -> int:
    failed = [verdict for verdict in verdicts if not verdict.ok]
    lost, twice = sum(v.lost for v in verdicts), sum(v.twice for v in verdicts)
    print(f"\n{len(verdicts)} runs in {seconds:.0f} s: {lost} lost, {twice} twice, {len(failed)} failed")
    for name in missing:
        print(f"NOT COVERED: {name}")
    return 1 if failed or missing or not verdicts else 0


def main() -> int:
    return asyncio.run(run(arguments()))


if __name__ == "__main__":
    sys.exit(main())
