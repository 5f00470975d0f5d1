"""Connections of migrations: closed by the command, and with temporary tables in tests."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.database.database import Database

from qapla_sample.paths import SAMPLE, SOURCE

pytest_plugins = ["pytester"]


@pytest.mark.parametrize(
    ("command", "code"),
    [("upgrade head", 0), ("current", 0), ("check", 255), ("upgrade none", 255)],
)
def test_a_command_leaves_no_connection_open(
    sample_var: Path, place: Callable[[str], Database], command: str, code: int
) -> None:
    """No driver warns of a connection that was open when the process ended."""
    run = subprocess.run(
        [sys.executable, "-W", "error", "-m", "alembic", *command.split()],
        cwd=SAMPLE,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(SAMPLE), str(SOURCE)]),
            "PYTHONPYCACHEPREFIX": str(sample_var / "pycache"),
            "PYTHONDONTWRITEBYTECODE": "",
            "QAPLA_SAMPLE_DATABASES__MAIN__URL": str(place("warnings").url),
            "QAPLA_SAMPLE_DATABASES__ANALYTICS__URL": "sqlite:///unused.db",
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == code
    assert run.stderr == ""


def test_a_temporary_table_in_a_test_on_mariadb(
    run: Callable[..., pytest.RunResult], mariadb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It commits nothing, so that server defaults can be compared inside a test."""
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__URL", f"{mariadb}_temporary")
    body = """
    def test_it(self, dbsession):
        dbsession.execute(text("INSERT INTO ships VALUES (1, 'Rotarran')"))
        dbsession.execute(text("CREATE TEMPORARY TABLE probe (id INTEGER)"))
        dbsession.execute(text("DROP TEMPORARY TABLE probe"))

    def test_nothing_was_committed(self, dbsession):
        assert dbsession.scalar(text("SELECT count(*) FROM ships")) == 0
"""
    run(body).assert_outcomes(passed=2)
