"""A command starts fast."""

import os
import subprocess
import sys

import pytest

from qapla.scaffold.project import Project

from qapla_sample.paths import SOURCE

LIBRARIES = {"alembic", "celery", "kombu", "pydantic", "pyramid", "sqlalchemy"}


@pytest.mark.parametrize(
    "command",
    [
        "--help",
        "add model Officer name:str --dry-run",
        "remove field Ship crew --help",
        "shell --help",
    ],
)
def test_a_command_imports_no_large_library(kept: Project, command: str) -> None:
    """That would take most of its time."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "qapla.cli", *command.split(" ")],
        cwd=kept.root,
        env={**os.environ, "PYTHONPATH": str(SOURCE)},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line for line in done.stderr.splitlines() if line.startswith("import time:"))
    imported = {line.rpartition("|")[2].strip() for line in lines}
    assert "qapla.cli.main" in imported
    assert imported & LIBRARIES == set()
