"""Serve a project, and ask it as a client would."""

import fcntl
import json
import os
import signal
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from baking import clean_environment

LOCK = Path(tempfile.gettempdir()) / "qapla-served.lock"


@contextmanager
def port_locked() -> Iterator[None]:
    """Lock the port of `development.ini` against the other workers of the run, and other runs."""
    with LOCK.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def served(
    project: Path, command: list[str], *, ready: str = "Serving on", **environment: str
) -> Iterator[Path]:
    """Serve a project until the block ends; yields the file of the server's output."""
    log = project / "var" / "served.log"
    log.parent.mkdir(exist_ok=True)
    with port_locked(), running(project, command, ready, log, environment):
        yield log


@contextmanager
def running(
    project: Path, command: list[str], ready: str, log: Path, environment: dict[str, str]
) -> Iterator[None]:
    """Start a server, wait until it is ready, and interrupt it when the block ends."""
    with log.open("w") as output:
        server = subprocess.Popen(
            command,
            cwd=project,
            env=clean_environment(**environment),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + 60
        while ready not in log.read_text() and time.monotonic() < deadline:
            assert server.poll() is None, log.read_text()
            time.sleep(0.1)
        assert ready in log.read_text(), log.read_text()
        yield
    finally:
        # A command that has ended by itself was ready, and is no more.
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGINT)
        server.wait(timeout=60)


def read(url: str) -> str:
    """Get the text of a URL."""
    with urllib.request.urlopen(url, timeout=60) as answer:
        text: str = answer.read().decode()
        return text


def ask(url: str, body: object = None) -> tuple[int, Any]:
    """Get a URL, or post JSON to it; return the status and the JSON of the answer."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, {"Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
