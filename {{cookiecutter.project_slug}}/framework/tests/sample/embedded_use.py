"""Processes that use an embedded server, for its tests."""

import ast
import contextlib
import functools
import os
import pwd
import shutil
import subprocess
import sys
import sysconfig
import time
from pathlib import Path
from typing import Any

import psycopg
import pytest

from qapla_sample.paths import SAMPLE, SOURCE


@functools.cache
def interpreter(user: str | None) -> tuple[str, dict[str, Any]]:
    """Return a Python that a user can run, and the account to run it as."""
    if user is None:
        return sys.executable, {}
    entry = pwd.getpwnam(user)
    account = {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}
    for path in (sys.executable, shutil.which("python3", path="/usr/local/bin:/usr/bin")):
        if path is None:
            continue
        with contextlib.suppress(OSError):
            code = "import sys; sys.exit(sys.version_info < (3, 11))"
            if subprocess.run([path, "-c", code], cwd="/", **account).returncode == 0:  # type: ignore[call-overload]
                return path, account
    pytest.skip(f"user {user} has no Python 3.11 to run")


class Use:
    """A process that uses the embedded server of a data directory.

    Args:
        data: The data directory.
        user: The user that the process runs as, or None for this one.
        environment: More variables.
    """

    def __init__(self, data: Path, user: str | None = None, **environment: str) -> None:
        python, account = interpreter(user)
        # The packages too, for an interpreter that is not of this environment.
        path = os.pathsep.join([str(SOURCE), str(SAMPLE), sysconfig.get_path("purelib")])
        self.process = subprocess.Popen(
            [python, "-m", "programs.use_embedded", str(data)],
            env={**os.environ, "PYTHONPATH": path, **environment},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            cwd="/",
            **account,
        )
        self._query: dict[str, str] = {}

    @property
    def query(self) -> dict[str, str]:
        """Return how the process reaches the server, once it does."""
        if not self._query:
            assert self.process.stdout is not None
            printed = self.process.stdout.readline()
            assert printed, self.error
            self._query = ast.literal_eval(printed)
        return self._query

    @property
    def error(self) -> str:
        """Return the error that ends the process."""
        return str(self.process.communicate(timeout=60)[1]).strip()

    def ask(self, question: str = "SHOW data_directory") -> str:
        """Return the server's answer to a query."""
        with psycopg.connect(user="postgres", dbname="postgres", **self.query) as connection:  # type: ignore[arg-type]
            row = connection.execute(question.encode()).fetchone()
        assert row is not None
        return str(row[0])

    def end(self) -> None:
        """End the process as its last line does, which waits for the server's end."""
        with self.process:
            pass


def server_of(data: Path) -> int:
    """Return the number of the server's process."""
    return int((data / "postmaster.pid").read_text().split()[0])


def wait_until_stopped(data: Path) -> None:
    """Wait until the server of a data directory has stopped."""
    deadline = time.monotonic() + 60
    while (data / "postmaster.pid").exists():
        assert time.monotonic() < deadline, f"the server in {data} has not stopped"
        time.sleep(0.01)
