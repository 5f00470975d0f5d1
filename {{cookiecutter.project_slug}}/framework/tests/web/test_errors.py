"""The error responses: which status, which JSON, and how little is logged."""

from collections.abc import Callable
from typing import Any

import pytest
from pyramid.httpexceptions import HTTPNotFound
from pyramid.response import Response
from sqlalchemy import text
from webtest import TestApp

from qapla.exceptions import (
    BadCursor,
    CheckFailed,
    Duplicate,
    Locked,
    MissingReference,
    NotNull,
    ObjectNotFound,
    StaleObject,
)

from qapla_sample.application.app import SampleApplication

Serve = Callable[..., TestApp]
View = Callable[[Any], Any]


@pytest.fixture
def serve(make_sample: Callable[..., SampleApplication]) -> Serve:
    """Return a maker of a web application with the error responses, whose `/view` is a function."""

    def serve(view: View, *plugins: Callable[[Any], None]) -> TestApp:
        def add_view(config: Any) -> None:
            config.include("qapla.web.errors")
            config.add_route("view", "/view")
            config.add_view(view, route_name="view", renderer="json")

        return TestApp(make_sample(add_view, *plugins).run_wsgi())

    return serve


def failing(error: Exception) -> View:
    """Return a view that raises an error."""

    def view(request: Any) -> None:
        raise error

    return view


def executing(statement: str) -> View:
    """Return a view that executes a statement in the database `main`."""

    def view(request: Any) -> None:
        request.main.execute(text(statement))

    return view


VIOLATED = ("Ship: no captain", "Ship", "fk_ships_captain", ["captain_id"])
ANSWERS: list[tuple[Exception, int, dict[str, Any]]] = [
    (BadCursor("not a cursor"), 400, {"error": "not a cursor"}),
    (CheckFailed("Ship: speed", "Ship", "ck", []), 400, {"error": "Ship: speed"}),
    (
        NotNull("Ship: no name", "Ship", None, ["name"]),
        400,
        {"error": "Ship: no name", "columns": ["name"]},
    ),
    (ObjectNotFound("Ship", 7), 404, {"error": "Ship 7 does not exist"}),
    (
        Duplicate("Ship: twice", "Ship", "uq", ["name", "port_id"]),
        409,
        {"error": "Ship: twice", "columns": ["name", "port_id"]},
    ),
    (MissingReference(*VIOLATED), 409, {"error": VIOLATED[0], "columns": ["captain_id"]}),
    (Locked("Ship", 7), 409, {"error": "Ship 7 is locked by somebody else: try again later"}),
    (
        StaleObject("Ship", 7),
        409,
        {"error": "Ship 7 was changed by somebody else: read it again, and repeat the change"},
    ),
]


@pytest.mark.parametrize(
    ("error", "status", "answer"), ANSWERS, ids=[type(error).__name__ for error, *_ in ANSWERS]
)
def test_an_error_of_a_driver_has_a_status(
    serve: Serve, error: Exception, status: int, answer: object
) -> None:
    """The body has the text of the error, and the columns that a violated constraint is about."""
    assert serve(failing(error)).get("/view", status=status).json == answer


def test_a_missing_row_is_json(serve: Serve) -> None:
    """An unknown path, a view that raises HTTPNotFound, and one with a body of its own."""
    assert serve(executing("")).get("/nope", status=404).json == {"error": "not found: /nope"}
    webapp = serve(failing(HTTPNotFound("no such crew")))
    assert webapp.get("/view", status=404).json == {"error": "not found: no such crew"}
    webapp = serve(failing(HTTPNotFound(json_body={"own": True})))
    assert webapp.get("/view", status=404).json == {"own": True}


@pytest.mark.parametrize(
    "error", [OverflowError("of the view"), UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid")]
)
def test_other_errors_stay_errors(serve: Serve, error: Exception) -> None:
    """An error of the same class that neither client nor database has caused is raised as it is."""
    with pytest.raises(type(error)) as caught:
        serve(failing(error)).get("/view")
    assert caught.value is error


def test_an_error_in_a_statement_stays_one(serve: Serve) -> None:
    """A statement that is wrong is a fault of the code."""
    with pytest.raises(Exception, match="syntax error"):
        serve(executing("SELEKT 1")).get("/view")


def test_an_exception_view_for_everything_still_sees_the_rest(serve: Serve) -> None:
    """Other errors go to the view of a more general class."""

    def anything(error: Exception, request: Any) -> Response:
        return Response(type(error).__name__)

    webapp = serve(
        executing("SELEKT 1"), lambda config: config.add_exception_view(anything, context=Exception)
    )
    assert webapp.get("/view").text == "OperationalError"


def own(error: Exception, request: Any) -> Response:
    """Answer in a way of the project's own."""
    return Response("own", status=418)


def test_a_view_of_the_project_replaces_ours(serve: Serve) -> None:
    """The project includes the responses, and its own views win."""

    def views(config: Any) -> None:
        config.add_exception_view(own, context=ObjectNotFound)
        config.add_notfound_view(own)

    webapp = serve(failing(ObjectNotFound("Ship", 7)), views)
    assert webapp.get("/view", status=418).text == "own"
    assert webapp.get("/nope", status=418).text == "own"


UNDECODABLE = ["/%ff", "/view?a=%ff", "/view?%ff=a", "/view/%ff?a=%fe"]


@pytest.mark.parametrize("path", UNDECODABLE)
def test_a_url_that_is_not_utf_8_is_400(serve: Serve, path: str) -> None:
    """Pyramid and WebOb raise where they decode it."""
    webapp = serve(lambda request: dict(request.params))
    answer = webapp.get(path, status=400)
    assert answer.json == {"error": "the URL is not encoded in UTF-8"}
