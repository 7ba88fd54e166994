"""The Procfile under honcho: the archive and the work as two processes that begin on one new database at once."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from pathlib import Path

from test_web_running import asked, free_port

ROOT = Path(__file__).resolve().parent.parent


async def test_honcho_runs_the_archive_and_the_work_side_by_side(tmp_path: Path) -> None:
    web, worker = free_port(), free_port()
    written = (ROOT / "Procfile").read_text(encoding="utf-8")
    assert "--port 8471" in written
    (tmp_path / "Procfile").write_text(written.replace("8471", str(worker)), encoding="utf-8")
    (tmp_path / "chokan.toml").write_text(f"[engine]\nembeddings = false\n\n[web]\nport = {web}\n", encoding="utf-8")
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    (tmp_path / ".venv" / "bin" / "chokan").symlink_to(Path(sys.executable).parent / "chokan")
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "HOME")}
    kept["DATABASE_URL"] = "sqlite:///chokan.db"
    honcho = shutil.which("honcho", path=str(Path(sys.executable).parent))
    assert honcho is not None
    runner = await asyncio.create_subprocess_exec(honcho, "start", cwd=tmp_path, env=kept, start_new_session=True)
    try:
        assert (await asked(f"http://127.0.0.1:{web}/", until=200, patience=60))[0] == 200
        assert (await asked(f"http://127.0.0.1:{worker}/readyz", until=200, patience=60))[0] == 200
        metrics = (await asked(f"http://127.0.0.1:{worker}/metrics", until=200))[1]
        assert 'chokan_job_age_seconds{job="heartbeat"}' in metrics
        runner.send_signal(signal.SIGTERM)
        await asyncio.wait_for(runner.wait(), 60)
    finally:
        if runner.returncode is None:
            os.killpg(runner.pid, signal.SIGKILL)
            await runner.wait()
