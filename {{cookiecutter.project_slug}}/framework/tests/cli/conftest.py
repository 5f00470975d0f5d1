"""A project that keeps its answers, and its command."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from qapla.cli import main
from qapla.scaffold.project import Project

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
