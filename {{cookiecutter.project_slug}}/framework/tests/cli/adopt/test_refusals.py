"""Adoptions that are refused, in one line."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from qapla.cli.adopt import formatted, reflect
from qapla.database.database import Database
from qapla.exceptions import AdoptionError, SettingsError

SHIPS = "CREATE TABLE ships (id INTEGER NOT NULL PRIMARY KEY);"
SQLITE = pytest.mark.parametrize("place", ["sqlite"], indirect=True)


def refused(url_or_engine: Any, **options: Any) -> str:
    """Return the line of a refusal."""
    with pytest.raises((AdoptionError, SettingsError)) as caught:
        reflect(url_or_engine, **options)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@SQLITE
def test_unknown_names(load: Callable[..., Database]) -> None:
    """The line lists those that there are."""
    engine = load(SHIPS).engine
    assert refused(engine, tables=["shps"]) == "there is no table 'shps'; known: ships"
    assert refused(engine, schema="crm") == "there is no schema 'crm'; known: main"


def test_a_database_that_cannot_be_reached() -> None:
    """The line has the reason, and no password."""
    line = refused("postgresql://worf:gowron@127.0.0.1:1/x")
    assert line.startswith("the database cannot be reached: connection failed: ")
    assert "gowron" not in line


def test_a_file_that_does_not_exist(tmp_path: Path) -> None:
    """Adopting reads only, and makes no empty file."""
    path = tmp_path / "nope.db"
    assert refused(f"sqlite:///{path}") == (
        f"the file {path} does not exist: correct the path in the URL of the database"
    )
    assert not path.exists()


def test_a_wrong_url() -> None:
    """It is read as those of the settings are."""
    assert refused("legacy") == (
        "the URL is not a database URL: write postgresql+psycopg://user:password@host:5432/name, or "
        "sqlite:///path/to/file.db"
    )


def test_without_sqlacodegen(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is a dependency of development."""
    for name in [name for name in sys.modules if name.startswith(("qapla.cli.adopt.", "sqlacod"))]:
        if name.startswith("sqlacod") or name.endswith(("writing", "finder")):
            monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "sqlacodegen", None)
    engine = create_engine(f"sqlite:///{tmp_path}/x.db")
    assert refused(engine) == (
        "adopting tables needs the package sqlacodegen: type `uv add --dev sqlacodegen`"
    )
    engine.dispose()


def test_without_ruff(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A Python without its packages has none."""
    bare = tmp_path / "python"
    bare.write_text(f'#!/bin/sh\nexec {sys.executable} -S "$@"\n')
    bare.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(bare))
    with pytest.raises(AdoptionError) as caught:
        formatted("x = 1", tmp_path / "x.py")
    assert str(caught.value) == "adopting tables needs the package ruff: type `uv add --dev ruff`"


def test_text_that_is_no_python(tmp_path: Path) -> None:
    """The line names the file."""
    with pytest.raises(AdoptionError) as caught:
        formatted("x = ", tmp_path / "x.py")
    assert str(caught.value).startswith(f"{tmp_path}/x.py cannot be formatted: ")
