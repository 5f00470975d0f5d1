"""The ids of requests, and the line about each."""

import logging
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from pyramid.httpexceptions import HTTPFound
from pyramid.interfaces import IExecutionPolicy
from pyramid.request import Request
from pyramid.response import FileResponse, Response
from pyramid.router import default_execution_policy
from webtest import TestApp

from qapla.logs.context import bind, current, request_id

Serve = Callable[..., tuple[TestApp, Any]]


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    """Return the lines of the access log so far, without their durations."""
    caplog.set_level(logging.INFO, "qapla.web.monitoring.access")

    def lines() -> list[str]:
        found = [
            record for record in caplog.records if record.name == "qapla.web.monitoring.access"
        ]
        return [
            record.getMessage().replace(f"{record.args[3]} ms", "N ms")
            for record in found
            if isinstance(record.args, tuple)
        ]

    return lines


def test_a_request_gets_an_id(serve: Serve) -> None:
    """It is the same in the view, in its header and in the response, and another each time."""
    client, _ = serve(lambda request: [request_id(), request.headers["X-Request-ID"]])
    first, second = client.get("/view"), client.get("/view")
    assert first.json == [first.headers["X-Request-ID"]] * 2
    assert first.json != second.json
    assert request_id() is None


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ("Root=1-67891233-abcdef012345678912345678", True),
        ("a" * 128, True),
        ("a" * 129, False),
        ("", False),
        ("a b", False),
        ("<a>", False),
        ("é", False),
    ],
)
def test_a_well_formed_id_is_taken(serve: Serve, given: str, is_taken: bool) -> None:
    """Any other one is replaced."""
    client, _ = serve(lambda request: request_id())
    assert (client.get("/view", headers={"X-Request-ID": given}).json == given) is is_taken


def test_a_line_has_no_query(serve: Serve, lines: Callable[[], list[str]]) -> None:
    """The path is quoted, so that it cannot end the line."""
    client, _ = serve(lambda request: "ok", lambda config: config.include("qapla.web.errors"))
    client.get("/view?token=secret")
    client.get("/a%0Ab%FF", status=400)
    assert [line.partition(" in ")[0] for line in lines()] == [
        "GET /view 200",
        "GET /a%0Ab%FF 400",
    ]


def test_each_kind_of_answer_is_one_line(serve: Serve, lines: Callable[[], list[str]]) -> None:
    """A redirect, an exception view, a HEAD, and a subrequest that is no request of its own."""

    def view(request: Any) -> Any:
        if "redirect" in request.GET:
            raise HTTPFound("/")
        if "fail" in request.GET:
            raise RuntimeError("failed")
        return request.invoke_subrequest(Request.blank("/idle"), use_tweens=True)

    client, _ = serve(view, lambda config: config.include("qapla.web.errors"))
    sizes = [
        len(client.get("/view").body),
        len(client.get("/view?redirect", status=302).body),
        len(client.get("/view?fail", status=500).body),
        len(client.head("/view").body),
    ]
    kinds = ["GET /view 200", "GET /view 302", "GET /view 500", "HEAD /view 200"]
    assert lines() == [
        f"{kind} in N ms, {size} bytes" for kind, size in zip(kinds, sizes, strict=True)
    ]


@pytest.mark.parametrize("place", ["view", "response callback", "rendering"])
def test_an_error_without_an_exception_view_is_a_500(
    serve: Serve, lines: Callable[[], list[str]], place: str
) -> None:
    """The server answers it, after the line."""

    def fail(*_: Any) -> Any:
        raise RuntimeError("failed")

    def view(request: Any) -> Any:
        if place == "response callback":
            request.add_response_callback(fail)
        return object() if place == "rendering" else "ok"

    client, _ = serve(fail if place == "view" else view)
    with pytest.raises((RuntimeError, TypeError)):
        client.get("/view")
    assert lines() == ["GET /view 500 in N ms, 0 bytes"]


def test_a_stream_is_logged_at_its_end(serve: Serve, lines: Callable[[], list[str]]) -> None:
    """With its size; the body has the id of its request, also where it fails in the middle."""
    before: list[Any] = []

    def body(fails: bool) -> Iterator[bytes]:
        before.append((request_id(), lines()))
        yield b"12345"
        if fails:
            raise RuntimeError("failed")

    client, _ = serve(lambda request: Response(app_iter=body("fail" in request.GET)))
    response = client.get("/view")
    assert before == [(response.headers["X-Request-ID"], [])]
    with pytest.raises(RuntimeError):
        client.get("/view?fail")
    assert lines()[0] == "GET /view 200 in N ms, 5 bytes"


def test_a_file_goes_to_the_server_as_it_is(
    serve: Serve, lines: Callable[[], list[str]], tmp_path: Any
) -> None:
    """A server that sends files by itself sees its own wrapper."""

    class Wrapper:
        def __init__(self, file: Any, size: int) -> None:
            self.file = file

    (tmp_path / "file").write_bytes(b"1234")
    client, _ = serve(lambda request: FileResponse(tmp_path / "file", request=request))
    environ = {**Request.blank("/view").environ, "wsgi.file_wrapper": Wrapper}
    sent = client.app(environ, lambda status, headers: None)
    sent.file.close()
    assert isinstance(sent, Wrapper)
    assert lines() == ["GET /view 200 in N ms, 4 bytes"]


def test_a_context_ends_with_its_request(serve: Serve) -> None:
    """Whatever a view binds is gone in the next request of the thread."""

    def view(request: Any) -> list[str]:
        found = sorted(current())
        bind(user="kahless")
        return found

    client, _ = serve(view)
    assert [client.get("/view").json for _ in range(2)] == [["request_id"]] * 2


def test_a_policy_of_the_users_own_is_kept(serve: Serve, lines: Callable[[], list[str]]) -> None:
    """It may run a request several times, and the request stays one."""
    runs = []

    def twice(environ: Any, router: Any) -> Any:
        runs.append(default_execution_policy(environ, router))
        return default_execution_policy(environ, router)

    client, application = serve(
        lambda request: "ok", lambda config: config.set_execution_policy(twice)
    )
    client.get("/view")
    assert len(runs) == len(lines()) == 1
    assert application.config.registry.queryUtility(IExecutionPolicy) is not twice
