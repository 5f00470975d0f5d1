"""Defaults whose text SQL, SQLAlchemy or a driver could read as something else than text."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from qapla.database.database import Database
from qapla.database.migrations.autogenerate.statements import escaped

from qapla_sample.evolving import Evolving

TEXTS = [
    *[":name", "a :b c", "\\:name", "it's :h", "%s", "100%", "now()", '"', "\\"],
    *["%(name)s", "%", "%%", "?", "$1", "{x}", "::cast", "12:30", "\\\\:n \\:"],
]
SHIP = """
class Ship(Model):
    __tablename__ = "ships"
    id: Mapped[int] = mapped_column(primary_key=True)
"""


def columns(texts: list[str]) -> str:
    """Return the attributes of columns that have the texts for defaults."""
    return "".join(
        f"    word{n}: Mapped[str] = mapped_column(sa.String(9), server_default={word!r})\n"
        for n, word in enumerate(texts)
    )


def ship(database: Database) -> list[str]:
    """Return the defaults, as a new row has them."""
    with database.engine.begin() as connection:
        connection.execute(text("DELETE FROM ships"))
        connection.execute(text("INSERT INTO ships (id) VALUES (1)"))
        return list(connection.execute(text("SELECT * FROM ships")).one()[1:])


@pytest.fixture
def evolving(place: Callable[[str], Database], tmp_path: Path) -> Iterator[Evolving]:
    """Return a database that follows its models, on the server that the parameter names."""
    evolving = Evolving(place("defaults"), tmp_path / "project")
    yield evolving
    evolving.database.dispose()


@pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
def test_a_default_of_any_text(evolving: Evolving) -> None:
    """It stays as it is when its table is made, altered and copied, up, down and up again."""
    for texts in (TEXTS[:9], TEXTS, [*TEXTS, *TEXTS[:9]], TEXTS):
        evolving.become(SHIP + columns(texts))
        assert evolving.revise()
        evolving.there_and_back()
        assert evolving.differences() == ""
        assert ship(evolving.database) == texts
    evolving.database.downgrade("0003")
    assert sorted(ship(evolving.database)) == sorted([*TEXTS, *TEXTS[:9]])


@pytest.mark.parametrize("sql", [*TEXTS, ":a:b :c", "\\:", "a\\:b:", ":é"])
def test_escaped_sql(sql: str) -> None:
    """`text()` compiles it to the same SQL, without parameters."""
    compiled = text(escaped(sql)).compile(dialect=sqlite.dialect())
    assert (str(compiled), compiled.params) == (sql, {})
