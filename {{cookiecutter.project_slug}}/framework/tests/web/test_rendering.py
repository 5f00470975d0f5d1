"""JSON of the types that columns have, and whose renderer it is."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum, IntEnum, StrEnum
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel
from pydantic_core import PydanticSerializationError
from pyramid.renderers import JSON, RendererHelper
from webtest import TestApp

from qapla.web.rendering import jsonable

from qapla_sample.application.app import SampleApplication
from qapla_sample.databases.main.ship import ShipReadDriver, ShipWriteDriver

Make = Callable[..., SampleApplication]


class Rank(Enum):
    """An enum as a column has it."""

    CAPTAIN = "captain"


class Warp(IntEnum):
    """An enum of numbers."""

    FAST = 9


class Class(StrEnum):
    """An enum of texts."""

    VOR_CHA = "vor'cha"


class Crew(BaseModel):
    """A schema."""

    joined: date
    pay: Decimal


VALUES: list[tuple[object, object]] = [
    ("Qo'noS", "Qo'noS"),
    (7, 7),
    (2**63, 2**63),
    (0.5, 0.5),
    (True, True),
    (None, None),
    (Decimal("12.30"), "12.30"),
    (Decimal("1E+40"), "1E+40"),
    (Decimal("NaN"), "NaN"),
    (date(2375, 1, 2), "2375-01-02"),
    (datetime(2375, 1, 2, 3, 4, 5, 6), "2375-01-02T03:04:05.000006"),
    (datetime(2375, 1, 2, tzinfo=UTC), "2375-01-02T00:00:00Z"),
    (time(3, 4, 5), "03:04:05"),
    (timedelta(days=1, seconds=2), "P1DT2S"),
    (timedelta(seconds=-1), "-PT1S"),
    (UUID(int=7), "00000000-0000-0000-0000-000000000007"),
    (Rank.CAPTAIN, "captain"),
    (Warp.FAST, 9),
    (Class.VOR_CHA, "vor'cha"),
    (b"\xff\xfe\xfb", "__77"),
    (bytearray(b"Q"), "UQ=="),
    (float("nan"), None),
    (float("inf"), None),
    ({"tlhIngan": [Decimal("1.0"), float("-inf")]}, {"tlhIngan": ["1.0", None]}),
    ([{"at": date(2375, 1, 2)}], [{"at": "2375-01-02"}]),
    (Crew(joined=date(2375, 1, 2), pay=Decimal("1.5")), {"joined": "2375-01-02", "pay": "1.5"}),
]
each_value = pytest.mark.parametrize(
    ("value", "expected"), VALUES, ids=[repr(value) for value, _ in VALUES]
)


def serve(make_sample: Make, view: Callable[[Any], Any], *plugins: Callable[[Any], None]) -> Any:
    """Return a web application whose `/view` is a function."""

    def add_view(config: Any) -> None:
        config.add_route("view", "/view")
        config.add_view(view, route_name="view", renderer="json")

    return TestApp(make_sample(add_view, *plugins).run_wsgi())


def strict(text: str) -> Any:
    """Return the value of a JSON text, which has no NaN."""
    return json.loads(text, parse_constant=lambda name: pytest.fail(f"{name} is no JSON"))


@each_value
def test_the_renderer_knows_each_type(make_sample: Make, value: object, expected: object) -> None:
    """A view may return the value of a column, and the text is valid JSON."""
    answer = serve(make_sample, lambda request: {"value": value}).get("/view")
    assert strict(answer.text) == {"value": expected}
    assert answer.content_type == "application/json"


def test_an_answer_is_taken_for_nothing_but_json(make_sample: Make) -> None:
    """Its header says so once, whether or not the view has set it."""

    def view(request: Any) -> str:
        if "set" in request.GET:
            request.response.headers["X-Content-Type-Options"] = "nosniff"
        return "<script>"

    webapp = serve(make_sample, view)
    for path in ("/view", "/view?set"):
        assert webapp.get(path).headers.getall("X-Content-Type-Options") == ["nosniff"]


def test_json_without_a_request(make_sample: Make) -> None:
    """There is no response that could have the header."""
    application = make_sample()
    application.run_wsgi()
    renderer = RendererHelper("json", registry=application.config.registry)
    assert renderer.render({"pay": Decimal("1.5")}, {}) == '{"pay": "1.5"}'


@each_value
def test_a_value_is_converted_as_the_renderer_does(value: object, expected: object) -> None:
    """A row that is converted before the commit is like one that the renderer writes."""
    assert jsonable({"value": value}) == {"value": expected}


def test_a_value_without_a_form_rolls_the_transaction_back(make_sample: Make) -> None:
    """It fails where it is converted, inside the transaction, and the row is not there."""

    def view(request: Any) -> Any:
        with ShipWriteDriver(request.main).transaction():
            ship = ShipWriteDriver(request.main).create(name="Rotarran")
            return jsonable({"id": ship.id, "session": request.main})

    application = make_sample()
    with pytest.raises(PydanticSerializationError, match="Session"):
        serve(make_sample, view).get("/view")
    with application.dbs["main"].get_session() as session:
        assert ShipReadDriver(session).count() == 0


class Own:
    """An object that renders itself."""

    def __json__(self, request: Any) -> list[Decimal]:
        return [Decimal("0.1")]


def test_an_object_that_renders_itself(make_sample: Make) -> None:
    """Pyramid's `__json__` works, and may return values of columns."""
    assert serve(make_sample, lambda request: Own()).get("/view").json == ["0.1"]


def test_an_object_without_a_form_is_an_error(make_sample: Make) -> None:
    """The error is Pyramid's own."""
    with pytest.raises(TypeError, match="is not JSON serializable"):
        serve(make_sample, lambda request: object()).get("/view")


def add_own(config: Any) -> None:
    """Add a renderer of the project's own by the name of ours."""
    config.add_renderer("json", JSON(serializer=lambda value, **options: '"own"'))


def include_own(config: Any) -> None:
    """Add it in a function that is included, as a package of the project would."""
    config.include(add_own)


def commit_own(config: Any) -> None:
    """Add it, and commit at once."""
    add_own(config)
    config.commit()


@pytest.mark.parametrize("early", [True, False])
@pytest.mark.parametrize("add", [add_own, include_own, commit_own])
def test_the_renderer_of_the_project_stays(
    make_sample: Make, add: Callable[[Any], None], early: bool
) -> None:
    """A renderer that the project has added wins, whether before our plugin or after it."""

    class Early(SampleApplication):
        __module__ = SampleApplication.__module__

        def append_web_plugins(self) -> None:
            if early:
                add(self.config)
            super().append_web_plugins()
            if not early:
                add(self.config)

    application = Early().run_command()
    assert TestApp(application.run_wsgi()).get("/idle").json == "own"
