"""The source text of models and revisions passes the checks of a generated project."""

import subprocess
import sys
from collections.abc import Callable

import pytest

from qapla.cli.adopt import reflect
from qapla.database.database import Database

from qapla_sample.paths import SAMPLE, SOURCE
from support.adoption import AdoptedPackage

Load = Callable[..., Database]
EVERY = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
MYPY = ("mypy", "--strict", "--explicit-package-bases", "--config-file=", "src", "migrations")


@EVERY
def test_ruff_and_mypy_find_nothing(load: Load, package: Callable[..., AdoptedPackage]) -> None:
    """Lint and format by the settings of a project, and the types strictly."""
    adopted = package()
    models = reflect(load().engine, tell=lambda line: None)
    adopted.write(models)
    adopted.write_revision(models)
    (adopted.migrations / "env.py").unlink()
    for command in (("ruff", "check"), ("ruff", "format", "--check"), MYPY):
        done = subprocess.run(
            [sys.executable, "-m", *command],
            cwd=adopted.directory,
            env={"MYPYPATH": f"src:{SOURCE}:{SAMPLE}", "PATH": ""},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
