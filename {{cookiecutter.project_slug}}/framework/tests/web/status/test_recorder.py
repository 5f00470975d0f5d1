"""The last requests with their statements."""

import gc
import weakref
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyramid.request import Request
from pyramid.response import Response
from sqlalchemy import text
from webtest import TestApp

from qapla.web.status.recorder import KEPT, Entry, Recorder
from qapla.web.status.statements import Statements, current, without_literals

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import Ship, ShipReadDriver

Serve = Callable[..., tuple[TestApp, SampleApplication]]
CAPTAIN = "gowron"


@pytest.fixture
def record(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[TestApp, Any]]:
    """Return a maker of the sample with a view, and of a function for its entries."""
    made: list[Recorder] = []
    install = Recorder.install

    def note(recorder: Recorder, registry: Any) -> None:
        made.append(recorder)
        install(recorder, registry)

    monkeypatch.setattr(Recorder, "install", note)

    def record(view: Callable[[Any], Any]) -> tuple[TestApp, Any]:
        client, _ = serve(view)
        return client, lambda: made[-1].entries

    return record


def test_a_statement_in_a_loop_is_repeated(record: Any) -> None:
    """One line has sent it for each ship: the line is shown, and the page marks it."""

    def view(request: Any) -> list[bool]:
        reads = ShipReadDriver(request.main)
        reads.exists()
        return [reads.exists(name=name) for name in ("Rotarran", "Bortas", "Pagh")]

    client, entries = record(view)
    client.get("/view")
    entry: Entry = entries()[0]
    once, repeated = entry.statements.listed
    assert (once.count, repeated.count, entry.statements.repeated) == (1, 3, 3)
    assert (entry.statements.count, once.is_repeated, repeated.is_repeated) == (4, False, True)
    assert "test_recorder.py:" in repeated.caller
    assert repeated.caller != once.caller
    page = client.get("/").text
    assert "repeated 3\u00d7" in page
    assert page.count('<tr class="repeated">') == 1


def test_values_are_not_kept(record: Any) -> None:
    """Neither those of statements, nor those of the query."""

    def view(request: Any) -> bool:
        return ShipReadDriver(request.main).exists(name=CAPTAIN)

    client, entries = record(view)
    client.get(f"/view?token={CAPTAIN}")
    assert len(entries()[0].statements.listed) == 1
    assert CAPTAIN not in repr(entries())
    assert CAPTAIN not in client.get("/").text


def test_nothing_of_a_request_is_kept_alive(record: Any) -> None:
    """Neither the request nor its session."""
    seen: list[weakref.ref[Any]] = []

    def view(request: Any) -> int:
        seen.extend((weakref.ref(request), weakref.ref(request.main)))
        return int(request.main.query(Ship).count())

    client, entries = record(view)
    client.get("/view")
    gc.collect()
    assert [each() for each in seen] == [None, None]
    assert len(entries()) == 1


def test_the_queue_is_bounded(record: Any) -> None:
    """The newest requests stay, the newest first; of a long one the kinds of statements are bounded."""

    def view(request: Any) -> int:
        for number in range(80):
            request.main.execute(text(f"SELECT {number}"))
        return 1

    client, entries = record(view)
    for number in range(KEPT + 3):
        client.get(f"/{number}", status=404)
    client.get("/view")
    paths = [entry.path for entry in entries()]
    assert paths[:2] == ["/view", f"/{KEPT + 2}"]
    assert len(paths) == KEPT
    assert entries()[0].statements.count == 80
    assert len(entries()[0].statements.listed) == 50


def test_its_own_requests_and_probes_are_left_out(record: Any) -> None:
    """They would push the others out."""
    client, entries = record(lambda request: "idle")
    for path in ("/", "/_status/status.css", "/health/live", "/metrics", "/view"):
        client.get(path)
    assert [entry.path for entry in entries()] == ["/view"]


def test_an_error_is_a_500(record: Any) -> None:
    """Its statements until then are there, the one that failed too."""

    def view(request: Any) -> None:
        request.main.execute(text("SELECT * FROM missing"))

    client, entries = record(view)
    with pytest.raises(Exception, match="missing"):
        client.get("/view")
    assert (entries()[0].status, entries()[0].statements.count) == (500, 1)
    assert "500" in client.get("/").text


def test_the_statements_of_a_stream(record: Any) -> None:
    """They are sent after the response has begun; until its end the request is there already."""
    seen: list[int | None] = []

    def view(request: Any) -> Response:
        def lines() -> Iterator[bytes]:
            for ship in ShipReadDriver(request.main).stream():
                yield ship.name.encode()
            yield b"end"

        seen.append(entries()[0].status)
        return Response(app_iter=lines())

    client, entries = record(view)
    client.get("/view")
    assert (seen, entries()[0].status) == ([None], 200)
    assert entries()[0].statements.count == 1


def test_a_subrequest_is_part_of_its_request(record: Any) -> None:
    """It is no request of its own, and its statements count."""

    def view(request: Any) -> list[str]:
        names: list[str] = request.invoke_subrequest(Request.blank("/ships")).json
        return names

    client, entries = record(view)
    client.get("/view")
    assert [entry.path for entry in entries()] == ["/view"]
    assert entries()[0].statements.count == 1
    assert current.get() is None


def test_nothing_is_gathered_outside_of_requests(serve: Serve) -> None:
    """A statement of a task or a shell is none of the page's."""
    _, application = serve(lambda request: "idle")
    statements = Statements()
    with application.dbs["main"].get_session() as session:
        ShipReadDriver(session).exists()
        token = current.set(statements)
        ShipReadDriver(session).exists()
        current.reset(token)
    assert statements.count == 1


def test_an_application_that_is_served_twice_counts_once(serve: Serve) -> None:
    """Each of its web applications would listen to the same engine."""
    statements = Statements()
    _, application = serve(lambda request: "idle")
    application.run_wsgi({}, again="yes")
    token = current.set(statements)
    with application.dbs["main"].get_session() as session:
        ShipReadDriver(session).exists()
    current.reset(token)
    assert statements.count == 1


@pytest.mark.parametrize(
    ("statement", "backend", "shown"),
    [
        ("SELECT a1 FROM t2 WHERE id = %(id_1)s", "postgresql", None),
        ("SELECT a FROM t LIMIT 10 OFFSET 2.5", "postgresql", "SELECT a FROM t LIMIT … OFFSET …"),
        ("SELECT 'it''s' AS x", "sqlite", "SELECT …"),
        (r"SELECT E'\'gowron'", "postgresql", "SELECT E…"),
        ("SELECT $a$gowron$a$", "postgresql", "SELECT …"),
        ("SELECT $1::int", "postgresql", None),
        ('SELECT "gowron"', "mysql", "SELECT …"),
        ('SELECT "name" FROM "ships"', "postgresql", None),
        ("SELECT 1e5, -7", "sqlite", "SELECT …, -…"),
    ],
)
def test_literals_are_left_out_in_production(
    statement: str, backend: str, shown: str | None
) -> None:
    """A text ends the statement, as its end depends on the engine; placeholders stay."""
    assert without_literals(statement, backend) == (shown or statement)
