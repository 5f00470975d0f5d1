"""Fields of every type: JSON in and out, and filters of a query string, on every engine."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from pyramid.request import Request
from webtest import TestApp

from qapla.database.database import Database
from qapla.exceptions import InvalidInput, UnorderedField
from qapla.web.resource import (
    Filters,
    PageQuery,
    page_of,
    read_body,
    read_patch,
    read_query,
)

from qapla_sample.cargo import Cargo, CargoReadDriver, CargoWriteDriver, Port
from qapla_sample.cargo_resource import FILTERS, CargoCreate, CargoRead

EVERY_ENGINE = pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)


BODY: dict[str, Any] = {
    "name": "gagh",
    "notes": "fresh",
    "count": -5,
    "mass": 2**40,
    "volume": 0.5,
    "price": "1.50",
    "fragile": True,
    "packed_on": "2375-01-02",
    "sent_at": "2375-01-02T03:04:05.678901Z",
    "code": "00000000-0000-0000-0000-000000000007",
    "papers": {"a": [1, None, "ü"]},
    "image": "__79",
    "state": "sent",
    "port_id": 1,
}
MAYBE: dict[str, Any] = {name: None for name in CargoRead.model_fields if name.startswith("maybe")}


def view(request: Any) -> Any:
    """Create a cargo, change one, or list a page."""
    if request.method == "POST":
        driver = CargoWriteDriver(request.main)
        with driver.transaction():
            body = read_body(request, CargoCreate)
            return CargoRead.of(driver.create(**body.model_dump()))
    if request.method == "PATCH":
        driver = CargoWriteDriver(request.main)
        with driver.transaction():
            return CargoRead.of(driver.update(1, **read_patch(request, CargoCreate)))
    query = read_query(request, PageQuery)
    page = CargoReadDriver(request.main).page_rows(
        *CargoRead.model_fields, size=query.size, after=query.after, **FILTERS.read(request)
    )
    return page_of(request, query, CargoRead, page)


@pytest.fixture
def web(at_place: Callable[[Any], TestApp], place: Callable[..., Database]) -> TestApp:
    """Return the view, served on a database with one port."""
    database = place("errors_test")
    database.create()
    Cargo.metadata.create_all(database.engine)
    with database.get_session() as session:
        session.add(Port(name="Boreth"))
        session.commit()
    database.dispose()
    return at_place(view)


@EVERY_ENGINE
def test_json_in_and_out(web: TestApp) -> None:
    """A body comes back as it was sent: by the object, by a page, and after a change."""
    made = {"id": 1, **BODY, **MAYBE}
    assert web.post_json("/view", BODY).json == made
    assert web.get("/view").json["items"] == [made]
    changes = {f"maybe_{name}": BODY[name] for name in ("count", "fragile", "sent_at", "code")}
    changes |= {f"maybe_{name}": BODY[name] for name in ("papers", "image", "state")}
    changes |= {"maybe_price": "0.00001", "image": "", "papers": []}
    assert web.patch_json("/view", changes).json == made | changes
    assert web.get("/view").json["items"] == [made | changes]
    cleared = {name: None for name in changes if name.startswith("maybe")}
    assert web.patch_json("/view", cleared).json == made | changes | cleared


@EVERY_ENGINE
def test_other_forms_of_a_value(web: TestApp) -> None:
    """Numbers for texts of numbers, other time zones, and the usual alphabet of base64."""
    forms = {"price": 1.5, "sent_at": "2375-01-02T08:34:05.678901+05:30", "image": "//79"}
    assert web.post_json("/view", BODY | forms).json == {"id": 1, **BODY, **MAYBE}


@EVERY_ENGINE
@pytest.mark.parametrize(
    ("name", "text", "others"),
    [
        ("name", "gagh", "racht"),
        ("count", "-5", "99999999999"),
        ("mass", "1099511627776", str(10**30)),
        ("volume", "0.5", "nan"),
        ("price", "1.5", "1.501"),
        ("fragile", "true", "false"),
        ("packed_on", "2375-01-02", "0001-01-01"),
        ("sent_at", "2375-01-02T03:04:05.678901+00:00", "2375-01-02T03:04:05Z"),
        ("sent_at", "2375-01-02T03:04:05.678901Z", "9999-12-31T23:59:59Z"),
        ("code", "00000000000000000000000000000007", "00000000-0000-0000-0000-000000000008"),
        ("state", "sent", "lost"),
        ("port_id", "1", "-1"),
    ],
)
def test_filters(web: TestApp, name: str, text: str, others: str) -> None:
    """Each kind of criterion, and an order, with values in the query string."""
    web.post_json("/view", BODY)
    sort = f"sort=-{name},id"
    for kind in ("", "__in", "__ge", "__le"):
        found = web.get(f"/view?{name}{kind}={quote(text)}&{sort}").json["items"]
        assert [row["id"] for row in found] == [1]
    assert web.get(f"/view?{name}={quote(others)}&{sort}").json["items"] == []


@EVERY_ENGINE
def test_bounds_beyond_every_value(web: TestApp) -> None:
    """All rows are below them, and none above."""
    web.post_json("/view", BODY)
    for name in ("count", "mass", "volume", "price", "port_id"):
        for text in ("99999999999999999999", "1" * 400):
            assert web.get(f"/view?{name}__ge={text}").json["items"] == []
            assert len(web.get(f"/view?{name}__le={text}").json["items"]) == 1


@pytest.mark.parametrize(
    ("field", "detail"),
    [
        ({"count": 2**31}, "Input should be less than or equal to 2147483647"),
        ({"mass": 2**63}, "Input should be less than or equal to 9223372036854775807"),
        ({"maybe_count": -(2**31) - 1}, "Input should be greater than or equal to -2147483648"),
        ({"name": "x" * 41}, "String should have at most 40 characters"),
        ({"name": "nul\0"}, "has a NUL character"),
        ({"price": "1.005"}, "Decimal input should have no more than 2 decimal places"),
        (
            {"price": "1e9"},
            "Decimal input should have no more than 8 digits before the decimal point",
        ),
        ({"price": "NaN"}, "Input should be a finite number"),
        ({"volume": float("nan")}, "Input should be a finite number"),
        ({"volume": float("-inf")}, "Input should be a finite number"),
        ({"sent_at": "2375-01-02T03:04:05"}, "Input should have timezone info"),
        ({"state": "eaten"}, "Input should be 'packed', 'sent' or 'lost'"),
        ({"image": "?"}, "Data should be valid base64: Invalid symbol 63, offset 0."),
    ],
    ids=lambda value: str(value)[:30],
)
def test_a_field_that_is_refused(field: dict[str, Any], detail: str) -> None:
    """By its schema, which names it."""
    (name,) = field
    with pytest.raises(InvalidInput) as caught:
        read_body(Request.blank("/", json=BODY | field, method="POST"), CargoCreate)
    assert caught.value.faults == [{"pointer": f"#/{name}", "detail": detail}]


REFUSED_BY_SOME: list[dict[str, Any]] = [
    {"papers": {"a": ["nul\0"]}},
    {"papers": {"nul\0": 1}},
    {"papers": [float("nan")]},
    {"papers": None},
    {"sent_at": "9999-12-31T23:59:59-23:59"},
    {"port_id": 2**63 - 1},
]


@EVERY_ENGINE
def test_a_value_that_only_an_engine_refuses(web: TestApp) -> None:
    """It is the fault of the client, if it is one."""
    for number, field in enumerate(REFUSED_BY_SOME):
        body = BODY | field | {"name": str(number)}
        assert web.post_json("/view", body, expect_errors=True).status_int in (200, 400, 409)


@pytest.mark.parametrize("name", ["papers", "image", "maybe_papers", "maybe_image"])
def test_no_filter_of_json_and_bytes(name: str) -> None:
    """It fails where it is written."""
    with pytest.raises(UnorderedField) as caught:
        Filters(CargoRead, "name", name)
    assert str(caught.value) == (
        f"CargoRead.{name} is JSON or bytes, by which no rows are filtered or sorted: "
        "leave it out of the filters"
    )
