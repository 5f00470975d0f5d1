"""The statements that go out within a transaction and outside of one."""

import pytest
from sqlalchemy import (
    Connection,
    Engine,
    event,
)

from qapla.database.database import Database
from qapla.database.sessions import routing as session_module
from qapla.database.sessions.reads import open_read

from qapla_sample.fleet import (
    Fleet,
    Vessel,
)


@pytest.fixture
def seen(fleet: Database, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return where statements go from now on: `reader` for a short read, or `writer`."""
    short: list[Connection] = []
    went: list[str] = []

    def spy(engine: Engine, **options: bool) -> Connection | None:
        connection = open_read(engine, **options)
        if connection is not None:
            short.append(connection)
        return connection

    def listen(connection: Connection, *_: object) -> None:
        went.append("reader" if any(connection is one for one in short) else "writer")

    monkeypatch.setattr(session_module, "open_read", spy)
    event.listen(fleet.engine, "before_cursor_execute", listen)
    return went


@pytest.fixture
def ninth(fleet: Database) -> int:
    """Return the key of a fleet with two vessels, committed."""
    with fleet.get_session() as session:
        made = Fleet(name="Ninth", vessels=[Vessel(name="Rotarran"), Vessel(name="Defiant")])
        session.add(made)
        session.commit()
        return made.id
