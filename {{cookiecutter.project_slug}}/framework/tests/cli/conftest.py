"""Projects, and the command in them: one that keeps its answers, and one that runs."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qapla.cli import main
from qapla.scaffold.project import Project

from qapla_sample.paths import SAMPLE
from support.stamping import stamp_project

Qapla = Callable[..., Result]


@pytest.fixture
def kept(tmp_path: Path) -> Project:
    """Return a project that keeps its answers, with two databases and a model."""
    return stamp_project(tmp_path)


@pytest.fixture
def qapla(kept: Project, monkeypatch: pytest.MonkeyPatch) -> Qapla:
    """Return a function that runs the command in the project."""
    monkeypatch.chdir(kept.root)
    # No revision has been applied: the project cannot be imported, and asks Git alone.
    monkeypatch.setattr("qapla.cli.remove.may_be_applied", lambda *_: False)
    assert os.getcwd() == str(kept.root)
    return lambda *arguments: CliRunner().invoke(main, list(arguments))


@pytest.fixture
def fleet_root(tmp_path: Path) -> Path:
    """Return the root of a copy of the sample, in the layout of a project."""
    root = tmp_path / "fleet"
    ignored = shutil.ignore_patterns("__pycache__")
    for name in ("alembic.ini", "migrations"):
        source = SAMPLE / name
        if source.is_dir():
            shutil.copytree(source, root / name, ignore=ignored)
        else:
            root.mkdir()
            shutil.copy(source, root)
    shutil.copytree(SAMPLE / "qapla_sample", root / "src/qapla_sample", ignore=ignored)
    return root
