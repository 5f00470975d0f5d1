"""`qapla routes` and `qapla doctor`, where the web application can be made and where it cannot."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from qapla_sample.paths import SOURCE
from support.modules import RunModule

Run = Callable[..., subprocess.CompletedProcess[str]]
VIEWS = "src/qapla_sample/views.py"


@pytest.fixture
def qapla(run_module: RunModule, fleet_root: Path) -> Run:
    """Return a function that runs the command in a copy of the sample, on SQLite."""
    variables = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(fleet_root / "src"), str(SOURCE)]),
        **{
            f"QAPLA_SAMPLE_DATABASES__{name.upper()}__URL": f"sqlite:///{fleet_root}/{name}.db"
            for name in ("main", "analytics")
        },
    }

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return run_module("qapla.cli", *arguments, directory=fleet_root, environment=variables)

    return run


def misspell_route(root: Path) -> str:
    """Add a view of a route that is not there, and return the fault."""
    views = root / VIEWS
    lines = views.read_text().splitlines()
    first = lines.index("def includeme(config: Any) -> None:") + 1
    lines.insert(first, "    config.add_view(ships, route_name='shipz')")
    views.write_text("\n".join(lines) + "\n")
    return (
        "the web application cannot be made: No route named shipz found for view registration "
        f"({views}, line {first + 1})"
    )


def test_the_routes_of_a_misspelt_name(qapla: Run, fleet_root: Path) -> None:
    """One line has the file and the line of the view."""
    assert "/health/live" in qapla("routes").stdout
    fault = misspell_route(fleet_root)
    done = qapla("routes")
    assert (done.returncode, done.stdout, done.stderr) == (1, "", f"Error: {fault}\n")


def test_the_doctor_makes_the_web_application(qapla: Run, fleet_root: Path) -> None:
    """A wrong route is a fault like that of a database, in one line."""
    qapla("db", "upgrade")
    done = qapla("doctor")
    assert "web       can be made" in done.stdout.splitlines()
    fault = misspell_route(fleet_root)
    done = qapla("doctor")
    assert done.returncode == 1
    assert f"web       FAULT: {fault}" in done.stdout.splitlines()
