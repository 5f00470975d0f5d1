"""Answer requests to a resource: one row, a page of a hundred, and a new row, without a server between."""

import io
import sys
import time
import warnings
from collections.abc import Callable
from typing import Any

warnings.simplefilter("ignore")

from pydantic import BaseModel, ConfigDict, Field  # noqa: E402
from pyramid.config import Configurator  # noqa: E402
from pyramid.request import Request  # noqa: E402
from sqlalchemy import create_engine, select  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from qapla.database.registry import Databases  # noqa: E402
from qapla.exceptions import NotPrepared  # noqa: E402
from qapla.web.rendering import add_json_renderer  # noqa: E402
from qapla.web.requests import add_request_sessions  # noqa: E402

from benchmarks.models import Copy, Ship  # noqa: E402
from benchmarks.server import database, url  # noqa: E402

Application = Callable[..., Any]
# How often each is asked for, its method, URL and body, and a part of the answer.
WORK: dict[str, tuple[int, str, str, bytes, bytes]] = {
    "get": (3000, "GET", "/ships/7", b"", b"ship 0000006"),
    "page": (1000, "GET", "/ships?size=100", b"", b"ship 0000099"),
    "post": (1500, "POST", "/copies", b'{"name": "Bortas", "crew": 3}', b"Bortas"),
}


class ShipCreate(BaseModel):
    """A request body, as one writes it by hand."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200)
    crew: int


def qapla() -> Application:
    """Return an application with the views that the template stamps."""
    databases = Databases(NotPrepared)
    databases.fill([database(reader=True)])
    config = Configurator()
    add_request_sessions(config, databases)
    add_json_renderer(config)
    config.include("qapla.web.errors")
    config.include("benchmarks.variants.stamped")
    return made(config)


def pyramid() -> Application:
    """Return an application whose views open a session by hand, and make dicts by hand."""
    engine = create_engine(url())

    def as_dict(row: Any) -> dict[str, object]:
        return {"id": row.id, "name": row.name, "crew": row.crew}

    def get(request: Any) -> dict[str, object]:
        with Session(engine) as session:
            return as_dict(session.get_one(Ship, int(request.matchdict["id"])))

    def page(request: Any) -> dict[str, object]:
        size = int(request.GET["size"])
        with Session(engine) as session:
            ships = session.scalars(select(Ship).order_by(Ship.id).limit(size)).all()
            return {"items": [as_dict(ship) for ship in ships]}

    def post(request: Any) -> dict[str, object]:
        body = ShipCreate.model_validate_json(request.body)
        with Session(engine) as session:
            row = Copy(**body.model_dump())
            session.add(row)
            session.commit()
            request.response.status_int = 201
            return as_dict(row)

    config = Configurator()
    config.add_route("ships", "/ships")
    config.add_route("ship", "/ships/{id}")
    config.add_route("copies", "/copies")
    config.add_view(page, route_name="ships", renderer="json")
    config.add_view(get, route_name="ship", renderer="json")
    config.add_view(post, route_name="copies", renderer="json", request_method="POST")
    return made(config)


def django() -> Application:
    """Return plain views of Django's, on a persistent connection in autocommit."""
    from benchmarks.variants.django_app import set_up

    model = set_up()
    from django.core.handlers.wsgi import WSGIHandler
    from django.http import HttpRequest, JsonResponse

    from benchmarks.variants import django_urls

    def get(request: HttpRequest, key: int) -> JsonResponse:
        ship = model.objects.get(pk=key)
        return JsonResponse({"id": ship.id, "name": ship.name, "crew": ship.crew})

    def page(request: HttpRequest) -> JsonResponse:
        size = int(request.GET["size"])
        rows = model.objects.order_by("id").values("id", "name", "crew")[:size]
        return JsonResponse({"items": list(rows)})

    django_urls.set_view(get, "ships/<int:key>")
    django_urls.set_view(page, "ships")
    handler: Application = WSGIHandler()
    return handler


def made(config: Any) -> Application:
    """Return the application of a configuration."""
    application: Application = config.make_wsgi_app()
    return application


def main(kind: str, work: str) -> None:
    """Time many requests, after a few that warm up."""
    app = globals()[kind]()
    times, method, path, body, part = WORK[work]
    headers = {"Content-Type": "application/json"} if body else {}
    environ = Request.blank(path, method=method, headers=headers).environ

    def ask(count: int) -> None:
        for _ in range(count):
            given = {"wsgi.input": io.BytesIO(body), "CONTENT_LENGTH": str(len(body))}
            response = app({**environ, **given}, lambda status, headers, exc_info=None: None)
            answer = b"".join(response)
            assert part in answer, answer
            if close := getattr(response, "close", None):
                close()

    ask(50)
    start = time.perf_counter()
    ask(times)
    print(time.perf_counter() - start)


if __name__ == "__main__":
    main(*sys.argv[1:])
