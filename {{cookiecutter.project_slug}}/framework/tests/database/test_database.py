"""A database: its options, its engine, and its description."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import QueuePool, make_url

from qapla.database.database import Database
from qapla.database.places.target import Target
from qapla.exceptions import NotPrepared

Place = Callable[..., Database]


def test_options_go_to_the_engine(on_sqlite: Place, tmp_path: Path) -> None:
    """Options are those of `sqlalchemy.create_engine`."""
    engine = on_sqlite(tmp_path / "x.db", options={"pool_size": 3, "echo": True}).engine
    assert isinstance(engine.pool, QueuePool)
    assert (engine.pool.size(), engine.echo) == (3, True)


def test_the_engine_and_the_factory_are_made_once(on_sqlite: Place, tmp_path: Path) -> None:
    """A process has one engine for a database."""
    database = on_sqlite(tmp_path / "x.db")
    assert database.engine is database.engine
    assert database.sessions is database.sessions


def test_a_description_is_not_a_database() -> None:
    """A project lists only descriptions: the application has the database itself."""
    with pytest.raises(NotPrepared) as caught:
        Database("main").get_session()
    assert str(caught.value) == (
        "database 'main' is only described here: use the application's, application.dbs['main']"
    )


def test_a_repr_says_where_the_database_is() -> None:
    """A description is not anywhere yet; a password is hidden."""
    target = Target(url=make_url("postgresql://worf:gowron@host/x"), migrations=Path())
    assert repr(Database("main")) == "<Database 'main': not prepared>"
    assert repr(Database("main").at(target)) == "<Database 'main': postgresql://worf:***@host/x>"
