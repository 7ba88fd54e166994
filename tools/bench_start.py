"""How long Chokan takes from its start until it is ready, and what it holds in memory when nothing is to be done.

    python tools/bench_start.py            five starts, then half a minute of rest

Starts the real `chokan run` in an empty folder with one subscription to the console, asks /readyz until it says 200,
and reads the resident memory of the process and its workers from /proc. A bare Python that imports nothing is the
peer.
"""

from __future__ import annotations

import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

STARTS = 5
REST = 30.0
MOST_SECONDS = 60.0
CONFIG = """
[[subscriptions]]
id = "morning"
destination = "console"
at = "07:00"

[web]
port = {port}
"""


def main() -> None:
    times, memory = [], 0
    with tempfile.TemporaryDirectory() as folder:
        for n in range(STARTS):
            seconds, memory = _started(Path(folder), rest=REST if n == STARTS - 1 else 0.0)
            times.append(seconds)
    bare = _bare()
    print(f"start to ready: median {statistics.median(times):.2f} s of {STARTS} ({min(times):.2f} to {max(times):.2f})")
    print(f"  a bare Python: {bare:.2f} s")
    print(f"idle for {REST:.0f} s: {memory / (1 << 20):.0f} MiB resident, workers included")


def _started(folder: Path, rest: float) -> tuple[float, int]:
    """Seconds until ready, bytes resident after `rest`."""
    port = _free_port()
    (folder / "chokan.toml").write_text(CONFIG.format(port=port), encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)}
    began = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "bot", "run"],
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while not _ready(port):
            if child.poll() is not None or time.perf_counter() - began > MOST_SECONDS:
                raise SystemExit("chokan run did not get ready")
            time.sleep(0.02)
        seconds = time.perf_counter() - began
        time.sleep(rest)
        return seconds, sum(_resident(pid) for pid in (child.pid, *_children(child.pid)))
    finally:
        child.send_signal(signal.SIGTERM)
        child.wait(timeout=30)


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=1) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _resident(pid: int) -> int:
    """Bytes; what processes share counts for each."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _children(pid: int) -> list[int]:
    found = [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [*found, *(grand for child in found for grand in _children(child))]


def _bare() -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
