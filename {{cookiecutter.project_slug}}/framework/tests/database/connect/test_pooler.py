"""A database behind PgBouncer, whose connections serve one transaction at a time."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import bouncer
import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from qapla.database.connect.pooler import options_behind
from qapla.database.database import Database
from qapla.exceptions import ReadOnly

from qapla_sample.fleet import Fleet, FleetReadDriver, FleetWriteDriver, Vessel

pytestmark = pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True)
THREADS, ROUNDS, SERVER_CONNECTIONS = 5, 30, 2


@pytest.fixture
def fleet(fleet: Database) -> Iterator[Database]:
    """Return the database behind a pooler with fewer connections than there are threads."""
    if bouncer.program() is None:
        if os.environ.get("QAPLA_REQUIRE_SERVICES") == "1":
            pytest.fail(bouncer.START, pytrace=False)
        pytest.skip(bouncer.START)
    directory = Path(tempfile.mkdtemp(prefix="qapla-bouncer-"))
    directory.chmod(0o755)
    direct = fleet.url
    with bouncer.pooled(direct, directory, SERVER_CONNECTIONS) as url:
        options = options_behind("main", {}, lambda *keys: ".".join(keys))
        target = replace(
            fleet.target,
            url=url,
            embedded=None,
            direct=direct,
            default_url=direct.set(database="postgres"),
            options={**options, "pool_size": THREADS},
        )
        database = fleet.at(target)
        yield database
        database.dispose()
    shutil.rmtree(directory)


def work(database: Database, number: int) -> int:
    """Use every method of drivers, in sessions like those of requests and tasks."""
    for turn in range(ROUNDS):
        name = f"{number}-{turn}"
        with database.get_session() as session:
            reads, writes = FleetReadDriver(session), FleetWriteDriver(session)
            # Often enough for psycopg to prepare it, as it does by default.
            assert [reads.count(name=name) for _ in range(8)] == [0] * 8
            with writes.transaction():
                made = writes.create(name=name, vessels=[Vessel(name=name)])
                assert reads.find_one(name=name, load=["vessels"]) is not None
            writes.get_for_update(made.id)
            assert reads.scalars(text("SELECT upper('a')")) == ["A"]
            session.commit()
            writes.create_many({"name": f"{name}-{n}"} for n in range(150))
            session.commit()
            assert len(list(reads.stream(batch=40, name=f"{name}-7"))) == 1
            assert reads.scalars(select(func.lower(Fleet.name)).where(Fleet.name == name)) == [name]
            assert len(reads.rows("name", name=name)) == 1
    return ROUNDS


def test_threads_share_the_connections_of_a_pooler(fleet: Database) -> None:
    """Five threads on two connections of the server: no error, and nothing lost."""
    with ThreadPoolExecutor(THREADS) as threads:
        done = list(threads.map(lambda number: work(fleet, number), range(THREADS)))
    assert done == [ROUNDS] * THREADS
    with fleet.get_session() as session:
        assert FleetReadDriver(session).count() == THREADS * ROUNDS * 151


@pytest.mark.parametrize("in_transaction", [False, True])
def test_a_function_that_writes_is_refused_behind_a_pooler(
    session: Session, in_transaction: bool
) -> None:
    """No start-up option is needed for it, and no other client of the pooler is made read-only."""
    if in_transaction:
        FleetWriteDriver(session).create(name="Ninth")
    for _ in range(SERVER_CONNECTIONS + 1):
        with pytest.raises(ReadOnly):
            FleetReadDriver(session).execute(text("SELECT nextval('fleets_id_seq')"))
    for number in range(SERVER_CONNECTIONS + 1):
        FleetWriteDriver(session).create(name=f"Tenth-{number}")
        session.commit()


def test_a_variable_with_start_up_options_is_left_out(
    fleet: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """libpq would send it, and the pooler refuse it."""
    monkeypatch.setenv("PGOPTIONS", "-c statement_timeout=7s")
    with fleet.get_session() as session:
        assert FleetReadDriver(session).count() == 0


def test_migrations_and_their_lock_go_to_the_server_itself(fleet: Database) -> None:
    """A pooler would give one advisory lock to two at once."""
    pids: set[Any] = set()
    event.listen(fleet.engine, "connect", lambda *_: pytest.fail("a connection went to the pooler"))
    with fleet.connections.directly() as connection, fleet.migrations.lock():
        for _ in range(5):
            pids.add(connection.scalar(text("SELECT pg_backend_pid()")))
            connection.commit()
        with fleet.server.locked(f"{fleet.url.database}_migrations", wait=False) as alone:
            assert not alone
    assert len(pids) == 1
    assert fleet.exists()
