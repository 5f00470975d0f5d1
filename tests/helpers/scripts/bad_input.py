"""Send bad input to the resource of a generated project; print each input and its status as JSON.

A program for the Python path of the project: requests are made in the same process, byte by byte.
"""

import json
import logging
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from webtest import TestApp, TestResponse

from rotarran import main
from rotarran.databases.main import Model

IDS = [
    "2147483647",
    "2147483648",
    "9" * 10,
    "9" * 18,
    "9223372036854775807",
    "9223372036854775808",
    "9" * 19,
    "9" * 20,
    "9" * 5000,
    "0",
    "00",
    "-1",
    "%00",
    "%ff",
    "1%00",
    "%c3%28",
    "%e2%82",
    "a",
    "1.5",
    "1e3",
    "%D9%A3",
    "%C2%B2",
    "%20",
    "'",
    "1/..",
    "%2e%2e",
    "%27%3B--",
    "%",
    "%zz",
    "null",
    "%ED%A0%80",
    "%2F",
    "1%2F2",
    "..%2F1",
    "1%0d%0aX:y",
]
PATHS = ["/%ff", "/%00", "/%c0%af", "/ships%ff", "/ships%00", "/%E0%80%80", "//", "/ships//1"]
VALUES = [
    "",
    "%ff",
    "%00",
    "-1",
    "0",
    "101",
    "1e9",
    "9" * 5000,
    "a",
    "%zz",
    "%",
    "null",
    "[]",
    "'",
    "%ED%A0%80",
    "%c3%28",
    "eyJ9",
    "AAAA",
    "W10",
    "W1tdXQ",
    "%F0%9F%96%96",
    "%2B",
    "a" * 9000,
]
KEYS = [
    "after",
    "size",
    "x",
    "%ff",
    "%00",
    "name",
    "id",
    "id__ge",
    "name__in",
    "name__prefix",
    "sort",
]
BODIES = [
    *[b"", b"{", b"[]", b"null", b"1", b'"x"', b"{}", b"\x00", b"\xff\xfe{"],
    *[
        b"[" * 10_000_000,
        b'{"name":"a","name":"b"}',
        b"[" * 100_000,
        b'{"a":' * 10_000,
        b"[" + b"{}," * 300_000 + b"{}]",
    ],
    *[b'{"name":' + value + b"}" for value in (b"null", b"1", b'""', b"NaN", b'["x"]', b'{"a":1}')],
    *[b'{"name":"' + value + b'"}' for value in (b"a" * 201, b"\\u0000", b"\\ud800", b"\xff")],
    b'{"name":' + b"9" * 5000 + b"}",
]
TYPES = ["application/json", "text/plain; charset=nope", "application/x-www-form-urlencoded", ""]


def requests() -> Iterator[tuple[str, str, bytes, str]]:
    """Yield methods, URLs, bodies and content types."""
    for number in IDS:
        yield "GET", f"/ships/{number}", b"", ""
    for path in PATHS:
        yield "GET", path, b"", ""
    for key in KEYS:
        for value in VALUES:
            yield "GET", f"/ships?{key}={value}", b"", ""
    for body in BODIES:
        for content_type in TYPES:
            yield "POST", "/ships", body, content_type
            yield "PUT", "/ships/1", body, content_type
            yield "PATCH", "/ships/1", body, content_type
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "FOO"):
        yield method, "/ships", b"", ""
        yield method, "/ships/1", b"", ""


def is_problem(answer: TestResponse) -> bool:
    """Whether an answer is a problem document about its status."""
    members = {"title", "status", "detail", "errors"}
    fits = answer.content_type == "application/problem+json" and set(answer.json) <= members
    return fits and answer.json["status"] == answer.status_int


def status(webapp: TestApp, method: str, url: str, body: bytes, content_type: str) -> str:
    """Return the status of a request, or the error that leaves the application."""
    request = webapp.RequestClass.blank("/", method=method, body=body)
    path, _, query = url.partition("?")
    # As a server hands them on: WebOb would encode them.
    request.environ["PATH_INFO"] = unquote_to_bytes(path).decode("latin-1")
    request.environ["QUERY_STRING"] = query
    request.environ["CONTENT_TYPE"] = content_type
    try:
        answer = webapp.do_request(request, status="*", expect_errors=True)
    except Exception as error:
        return repr(error)[:200]
    if answer.status_int >= 400 and not is_problem(answer):
        return f"{answer.status_int} {answer.text[:200]}"
    return str(answer.status_int)


if __name__ == "__main__":
    application = main.run_wsgi()
    database = main.dbs["main"]
    if not database.exists():
        database.create()
    Model.metadata.create_all(database.engine)
    logging.disable(logging.CRITICAL)
    found = [(request, status(TestApp(application), *request)) for request in requests()]
    leaked = [database.engine.pool.checkedout() for database in main.dbs.values()]
    assert leaked == [0] * len(leaked), leaked
    print(json.dumps([(repr(request)[:200], answer) for request, answer in found]))
