"""The problem documents of errors: their status, their members, and their lines in the log."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import pytest
from pyramid.httpexceptions import HTTPForbidden, HTTPNotFound, HTTPUnauthorized
from pyramid.response import Response
from sqlalchemy import text
from webtest import TestApp

from qapla.exceptions import (
    BadCursor,
    CheckFailed,
    Duplicate,
    InvalidInput,
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
    (BadCursor("not a cursor"), 400, {"detail": "not a cursor"}),
    (CheckFailed("Ship: speed", "Ship", "ck", []), 400, {"detail": "Ship: speed"}),
    (
        NotNull("Ship: no name", "Ship", None, ["name"]),
        400,
        {"detail": "Ship: no name", "columns": ["name"]},
    ),
    (ObjectNotFound("Ship", 7), 404, {"detail": "Ship 7 does not exist"}),
    (
        Duplicate("Ship: twice", "Ship", "uq", ["name", "port_id"]),
        409,
        {"detail": "Ship: twice", "columns": ["name", "port_id"]},
    ),
    (MissingReference(*VIOLATED), 409, {"detail": VIOLATED[0], "columns": ["captain_id"]}),
    (Locked("Ship", 7), 409, {"detail": "Ship 7 is locked by somebody else: try again later"}),
    (
        StaleObject("Ship", 7),
        409,
        {"detail": "Ship 7 was changed by somebody else: read it again, and repeat the change"},
    ),
]


@pytest.mark.parametrize(
    ("error", "status", "answer"), ANSWERS, ids=[type(error).__name__ for error, *_ in ANSWERS]
)
def test_an_error_of_a_driver_has_a_status(
    serve: Serve, error: Exception, status: int, answer: dict[str, Any]
) -> None:
    """The document has the text of the error, and the columns that a violated constraint is about."""
    response = serve(failing(error)).get("/view", status=status)
    title = HTTPStatus(status).phrase
    assert response.json == {"title": title, "status": status, **answer}
    assert response.content_type == "application/problem+json"


def test_a_missing_row_is_json(serve: Serve) -> None:
    """An unknown path, a view that raises HTTPNotFound, and one with a body of its own."""
    document = {"title": "Not Found", "status": 404, "detail": "not found: /nope"}
    assert serve(executing("")).get("/nope", status=404).json == document
    webapp = serve(failing(HTTPNotFound("no such crew")))
    assert webapp.get("/view", status=404).json["detail"] == "not found: no such crew"
    webapp = serve(failing(HTTPNotFound(json_body={"own": True})))
    assert webapp.get("/view", status=404).json == {"own": True}


@pytest.mark.parametrize(
    "error",
    [
        OverflowError("of the view"),
        UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid"),
        RuntimeError("a secret"),
    ],
)
def test_an_unexpected_error_is_logged_and_not_shown(
    serve: Serve, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """An error that neither client nor database has caused is 500; its traceback is in the log."""
    response = serve(failing(error)).get("/view", status=500)
    assert response.json == {"title": "Internal Server Error", "status": 500}
    (record,) = [found for found in caplog.records if found.name == "qapla.web.errors.exceptions"]
    assert record.message == "500 for GET /view"
    assert record.exc_info is not None
    assert record.exc_info[1] is error


def test_an_error_in_a_statement_is_unexpected(serve: Serve) -> None:
    """A statement that is wrong is a fault of the code."""
    assert serve(executing("SELEKT 1")).get("/view", status=500).json["status"] == 500


def test_a_fault_of_the_input_has_its_place(serve: Serve) -> None:
    """Each fault of a body has a JSON pointer, and each of a query a parameter."""
    faults = [{"pointer": "#/name", "detail": "Field required"}]
    webapp = serve(failing(InvalidInput("the body is invalid", faults)))
    assert webapp.get("/view", status=400).json == {
        "title": "Bad Request",
        "status": 400,
        "detail": "the body is invalid",
        "errors": faults,
    }


def test_an_exception_of_pyramid_is_a_problem(serve: Serve) -> None:
    """Its headers stay; one with a body of its own is left alone."""
    error = HTTPUnauthorized("no token", headers={"WWW-Authenticate": "Bearer"})
    response = serve(failing(error)).get("/view", status=401)
    assert response.json == {"title": "Unauthorized", "status": 401, "detail": "no token"}
    assert response.headers["WWW-Authenticate"] == "Bearer"
    response = serve(failing(HTTPForbidden("not your ship"))).get("/view", status=403)
    assert response.json == {"title": "Forbidden", "status": 403, "detail": "not your ship"}
    webapp = serve(failing(HTTPUnauthorized(json_body={"own": True})))
    assert webapp.get("/view", status=401).json == {"own": True}


def only_get(config: Any) -> None:
    """Add a route whose view is for GET alone, and one for POST and PUT."""
    for name, methods in (("get", "GET"), ("write", ("POST", "PUT"))):
        config.add_route(name, f"/{name}")
        config.add_view(
            lambda request: {}, route_name=name, request_method=methods, renderer="json"
        )


def test_a_method_that_a_route_does_not_have(serve: Serve) -> None:
    """405 lists the methods, and OPTIONS does too; HEAD is served by the view of GET."""
    webapp = serve(executing(""), only_get)
    response = webapp.delete("/get", status=405)
    assert response.json["detail"] == "/get has no method DELETE"
    assert response.allow == ("GET", "HEAD", "OPTIONS")
    assert webapp.get("/write", status=405).allow == ("OPTIONS", "POST", "PUT")
    assert webapp.options("/get", status=204).allow == ("GET", "HEAD", "OPTIONS")
    assert webapp.head("/get", status=200).body == b""
    assert webapp.options("/nope", status=404).json["status"] == 404


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
    assert answer.json["detail"] == "the URL is not encoded in UTF-8"
