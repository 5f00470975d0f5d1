"""Two versions of the template, and a project of the old one."""

import shutil
from pathlib import Path

import pytest
from baking import generate, succeed
from repositories import committed, two_versions
from updates import ANSWERS


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository of the template with two versions."""
    return two_versions(tmp_path_factory.mktemp("template") / "qapla-db")


@pytest.fixture(scope="session")
def old_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clone at the old version."""
    clone = tmp_path_factory.mktemp("old") / "qapla-db"
    quiet = ["-c", "advice.detachedHead=false"]
    place = [str(template), str(clone)]
    succeed(["git", *quiet, "clone", "--quiet", "--branch=v0.2.0", *place], template)
    return clone


@pytest.fixture(scope="session")
def made(old_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project of the old version that was committed."""
    project, _ = generate(old_template, tmp_path_factory.mktemp("made"), ANSWERS)
    committed(project)
    # A single file is copied faster.
    succeed(["git", "gc", "--quiet"], project)
    return project


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """Return a project of the old version for a single test."""
    return Path(shutil.copytree(made, tmp_path / "rotarran"))
