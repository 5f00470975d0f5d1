"""The heartbeat of a process, and the probe that reads it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from qapla.exceptions import NotAlive
from qapla.ops.heartbeat import GRACE, Heartbeat


def refusal(heartbeat: Heartbeat) -> str:
    """Return the text of the probe's error."""
    with pytest.raises(NotAlive) as caught:
        heartbeat.check()
    return str(caught.value)


def test_a_process_that_beats(tmp_path: Path) -> None:
    """Its directory is made; no other file is left there."""
    heartbeat = Heartbeat(tmp_path / "new", "worker")
    heartbeat.beat()
    assert heartbeat.check() == f"worker: the process {os.getpid()} is alive"
    assert [path.name for path in heartbeat.path.parent.iterdir()] == ["worker"]


def test_no_process(tmp_path: Path) -> None:
    """A process that was never started has no file, and one that ended in order has none any more."""
    heartbeat = Heartbeat(tmp_path, "beat")
    missing = f"beat: no heartbeat in {tmp_path / 'beat'}: start the process"
    assert refusal(heartbeat) == missing
    heartbeat.beat()
    heartbeat.end()
    heartbeat.end()
    assert refusal(heartbeat) == missing


def test_a_process_that_hangs(tmp_path: Path) -> None:
    """Its last beat has promised the next one, with a time of grace."""
    heartbeat = Heartbeat(tmp_path, "worker")
    heartbeat.beat(-GRACE - 100)
    found = refusal(heartbeat)
    assert found.startswith(
        f"worker: the process {os.getpid()} hangs: its last heartbeat was due 10"
    )


def test_a_process_that_was_killed(tmp_path: Path) -> None:
    """Its file is there still, and is left to the next one."""
    killed = subprocess.Popen([sys.executable, "-c", ""])
    killed.wait()
    heartbeat = Heartbeat(tmp_path, "relay")
    heartbeat.beat()
    heartbeat.path.write_text(heartbeat.path.read_text().replace(str(os.getpid()), str(killed.pid)))
    assert refusal(heartbeat) == f"relay: the process {killed.pid} has ended without a farewell"
    heartbeat.end()
    assert heartbeat.path.exists()


def test_a_file_of_something_else(tmp_path: Path) -> None:
    """It is no heartbeat."""
    (tmp_path / "worker").write_text("?")
    assert refusal(Heartbeat(tmp_path, "worker")) == (
        f"worker: no heartbeat can be read in {tmp_path / 'worker'}"
    )
