"""Writes that a request leaves uncommitted."""

from collections.abc import Callable
from typing import Any

import pytest
from pyramid.httpexceptions import HTTPFound, HTTPNotFound
from pyramid.response import Response
from sqlalchemy import event, insert, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session
from webtest import TestApp

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship
from support.pools import checked_out

Make = Callable[..., SampleApplication]

View = Callable[[Any], Any]

Serve = Callable[..., tuple[TestApp, SampleApplication]]


LOST = (
    "database 'main': the request GET /view ended with writes that nobody committed, and they are "
    "lost: commit the session, or write inside `with driver.transaction():`"
)


def _flush(session: Session) -> None:
    session.add(Ship(name="lost"))
    session.flush()


def _new(session: Session) -> None:
    session.add(Ship(name="lost"))


def _dirty(session: Session) -> None:
    session.query(Ship).one().name = "changed"


def _deleted(session: Session) -> None:
    session.delete(session.query(Ship).one())


def _orm_dml(session: Session) -> None:
    session.execute(insert(Ship).values(name="lost"))


def _core_dml(session: Session) -> None:
    session.execute(update(Ship.__table__).values(name="lost"))  # type: ignore[arg-type]


def _query_dml(session: Session) -> None:
    session.query(Ship).delete()


def _textual_dml(session: Session) -> None:
    session.execute(text("  update ships SET name = 'lost'"))


def _textual_dml_after_a_comment(session: Session) -> None:
    session.execute(text("-- a comment\n/* another */ DELETE FROM ships"))


def _textual_dml_in_a_cte(session: Session) -> None:
    session.execute(text("WITH x AS (SELECT 1) DELETE FROM ships"))


def _connection_dml(session: Session) -> None:
    session.connection().execute(insert(Ship).values(name="lost"))


def _bulk(session: Session) -> None:
    session.bulk_save_objects([Ship(name="lost")])


def _after_a_commit(session: Session) -> None:
    session.commit()
    _flush(session)


def _in_a_released_savepoint(session: Session) -> None:
    with session.begin_nested():
        _flush(session)


def _before_a_savepoint_rolled_back(session: Session) -> None:
    session.add(Ship(name="lost"))
    session.begin_nested().rollback()


def _before_a_statement_that_failed(session: Session) -> None:
    _flush(session)
    _failed(session)


@pytest.mark.parametrize(
    "write",
    [
        _flush,
        _new,
        _dirty,
        _deleted,
        _orm_dml,
        _core_dml,
        _query_dml,
        _textual_dml,
        _textual_dml_after_a_comment,
        _textual_dml_in_a_cte,
        _connection_dml,
        _bulk,
        _after_a_commit,
        _in_a_released_savepoint,
        _before_a_savepoint_rolled_back,
        _before_a_statement_that_failed,
    ],
)
def test_lost_writes_are_reported(
    serve: Serve, caplog: pytest.LogCaptureFixture, write: Callable[[Session], None]
) -> None:
    """A request that ends well with writes that nobody committed is warned about."""
    webapp, application = serve(lambda request: write(request.main))
    with application.dbs["main"].get_session() as session:
        session.add(Ship(name="Rotarran"))
        session.commit()
    webapp.get("/view")
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [LOST]


def _committed(session: Session) -> None:
    _flush(session)
    session.commit()


def _rolled_back(session: Session) -> None:
    _flush(session)
    session.rollback()


def _read(session: Session) -> None:
    session.execute(text("SELECT * FROM ships WHERE name = 'INSERT'")).all()


def _savepoint_rolled_back(session: Session) -> None:
    savepoint = session.begin_nested()
    _flush(session)
    savepoint.rollback()


def _savepoint_rolled_back_after_an_error(session: Session) -> None:
    try:
        with session.begin_nested():
            _flush(session)
            raise RuntimeError("failed")
    except RuntimeError:
        pass


def _failed(session: Session) -> None:
    with pytest.raises(IntegrityError):
        session.execute(insert(Ship).values(name=None))


def _set_to_the_same(session: Session) -> None:
    ship = session.query(Ship).one()
    ship.name = str(ship.name)


@pytest.mark.parametrize(
    "write",
    [
        _committed,
        _rolled_back,
        _read,
        _savepoint_rolled_back,
        _savepoint_rolled_back_after_an_error,
        _failed,
        _set_to_the_same,
    ],
)
def test_nothing_lost_is_not_reported(
    serve: Serve, caplog: pytest.LogCaptureFixture, write: Callable[[Session], None]
) -> None:
    """A commit, a rollback or a read leaves nothing to lose."""
    webapp, application = serve(lambda request: write(request.main))
    with application.dbs["main"].get_session() as session:
        session.add(Ship(name="Rotarran"))
        session.commit()
    webapp.get("/view")
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == []


@pytest.mark.parametrize("raised", [True, False])
def test_a_redirect_is_no_excuse_for_lost_writes(
    serve: Serve, caplog: pytest.LogCaptureFixture, raised: bool
) -> None:
    """A redirect, raised or returned, is how many a view ends well."""

    def view(request: Any) -> Any:
        _flush(request.main)
        if raised:
            raise HTTPFound("/idle")
        return HTTPFound("/idle")

    webapp, _ = serve(view)
    webapp.get("/view", status=302)
    assert LOST in caplog.messages


@pytest.mark.parametrize("error", [RuntimeError("failed"), HTTPNotFound()])
def test_an_exception_takes_its_writes_back_silently(
    serve: Serve, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """A request that fails has rolled its writes back on purpose."""

    def view(request: Any) -> None:
        _flush(request.main)
        raise error

    webapp, _ = serve(
        view, lambda config: config.add_exception_view(lambda exc, request: Response("handled"))
    )
    webapp.get("/view", expect_errors=True)
    assert caplog.messages == []


def test_a_request_inside_of_an_except_block_is_not_a_failed_one(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """The exception that the caller is handling has nothing to do with the request."""
    webapp, _ = serve(lambda request: _flush(request.main))
    try:
        raise RuntimeError("of the caller")
    except RuntimeError:
        webapp.get("/view")
    assert LOST in caplog.messages


def test_a_session_that_was_closed_by_hand_stays_usable(serve: Serve) -> None:
    """A view that closes its session breaks nothing at the end of the request."""

    def view(request: Any) -> int:
        request.main.close()
        return int(request.main.query(Ship).count())

    webapp, application = serve(view)
    assert webapp.get("/view").json == 0
    assert checked_out(application) == [0, 0]


def test_writes_of_a_finished_callback_are_watched_too(
    serve: Serve, caplog: pytest.LogCaptureFixture
) -> None:
    """Writes of a callback are lost like those of a view."""
    webapp, _ = serve(
        lambda request: request.add_finished_callback(lambda request: _flush(request.main))
    )
    webapp.get("/view")
    assert LOST in caplog.messages


def test_the_events_of_a_session_are_those_of_one_factory(sample: SampleApplication) -> None:
    """A listener of the user's own on the factory sees the sessions of requests."""
    seen: list[Session] = []
    event.listen(
        sample.dbs["main"].sessions, "after_begin", lambda session, *_: seen.append(session)
    )
    TestApp(sample.run_wsgi()).get("/ships")
    assert len(seen) == 1
