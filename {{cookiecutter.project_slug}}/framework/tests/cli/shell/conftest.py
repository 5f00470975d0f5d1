"""A project whose two databases have a model of one name, and its shell."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from qapla_sample.paths import SOURCE
from support.modules import RunModule

Run = Callable[..., subprocess.CompletedProcess[str]]
SHIP = "src/qapla_sample/databases/{}/ship.py"


@pytest.fixture
def variables(fleet_root: Path) -> dict[str, str]:
    """Return the environment of the command."""
    source = (fleet_root / SHIP.format("main")).read_text()
    (fleet_root / SHIP.format("analytics")).write_text(
        source.replace("bases.main", "bases.analytics")
    )
    urls = {
        f"QAPLA_SAMPLE_DATABASES__{name.upper()}__URL": f"sqlite:///{fleet_root}/{name}.db"
        for name in ("main", "analytics")
    }
    path = os.pathsep.join([str(fleet_root / "src"), str(SOURCE)])
    # A shell of the user's own has no part in this.
    home = {"HOME": str(fleet_root), "IPYTHONDIR": str(fleet_root / "ipython")}
    return {**os.environ, **urls, **home, "PYTHONPATH": path, "PYTHONSTARTUP": ""}


@pytest.fixture
def shell(run_module: RunModule, fleet_root: Path, variables: dict[str, str]) -> Run:
    """Return a function that runs `qapla shell` in the project, with a file of code as its input."""

    def run(
        *arguments: str, code: str | None = None, **more: str
    ) -> subprocess.CompletedProcess[str]:
        return run_module(
            "qapla.cli",
            "shell",
            *arguments,
            directory=fleet_root,
            environment={**variables, **more},
            code=code or "",
        )

    return run
