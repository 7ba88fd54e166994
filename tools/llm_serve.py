"""llama.cpp's own server on loopback, until it is ended (`tools/llm_server.sh` puts the two packages there).

    .venv/llm/venv/bin/python tools/llm_serve.py .venv/llm/model.gguf 8080 [--temperature 0.8] [--penalty 1.1]

It answers one question at a time, on one thread that does not wait busily: a neighbour of other work.
"""

from __future__ import annotations

import argparse
import signal
import socket
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CONTEXT = 4096
"""Tokens."""


@contextmanager
def serving(folder: Path, temperature: float, penalty: float) -> Iterator[str]:
    """The base URL of a server on a free loopback port, until the block ends. `folder`: from `tools/llm_server.sh`."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    program = [str(one) for one in (folder / "venv/bin/python", Path(__file__), folder / "model.gguf", port)]
    options = ["--temperature", str(temperature), "--penalty", str(penalty)]
    with tempfile.TemporaryFile() as noise:
        process = subprocess.Popen([*program, *options], stdout=noise, stderr=noise, start_new_session=True)
        try:
            _wait(process, f"http://127.0.0.1:{port}/health")
            yield f"http://127.0.0.1:{port}/v1"
        finally:
            process.terminate()
            process.wait(timeout=60)


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    for _ in range(240):
        if process.poll() is not None:
            raise SystemExit("the model's server ended at once; run it by hand to see why")
        try:
            with urllib.request.urlopen(url, timeout=2) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.5)
    raise SystemExit("the model's server did not come up")


def main() -> None:
    ask = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ask.add_argument("model", help="a GGUF file")
    ask.add_argument("port", type=int)
    ask.add_argument("--temperature", type=float, default=0.8)
    ask.add_argument("--penalty", type=float, default=1.0, help="for repeating; 1: none")
    given = ask.parse_args()

    import xllamacpp

    settings = xllamacpp.CommonParams()
    settings.model.path = given.model
    settings.hostnames, settings.port = ["127.0.0.1"], given.port
    settings.n_parallel, settings.n_ctx = 1, CONTEXT
    settings.sampling.temp, settings.sampling.penalty_repeat = given.temperature, given.penalty
    for threads in (settings.cpuparams, settings.cpuparams_batch):
        threads.n_threads, threads.poll = 1, 0
    server = xllamacpp.Server(settings)
    print(server.listening_address, flush=True)
    signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    main()
