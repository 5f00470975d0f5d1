"""The sample, served by WebTest."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from webtest import TestApp

from qapla.database.database import Database

from qapla_sample.application.app import SampleApplication
from support.serving import plugins

Make = Callable[..., SampleApplication]

View = Callable[[Any], Any]


@pytest.fixture
def serve(make_sample: Make) -> Callable[..., tuple[TestApp, SampleApplication]]:
    """Return a maker of a web application whose `/view` is a function, and its application."""

    def serve(view: View, *plugins: Callable[[Any], None]) -> tuple[TestApp, SampleApplication]:
        def add_view(config: Any) -> None:
            config.add_route("view", "/view")
            config.add_view(view, route_name="view", renderer="json")

        application = make_sample(add_view, *plugins)
        return TestApp(application.run_wsgi()), application

    return serve


@pytest.fixture
def at_place(
    place: Callable[..., Database], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[[View], TestApp]]:
    """Return a maker of a web application whose database `main` is the one of `place`."""
    database = place("errors_test")
    database.drop()
    url = database.url.render_as_string(hide_password=False)
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__URL", url)
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__MAIN__OPTIONS__POOL_TIMEOUT", "0.01")
    made: list[SampleApplication] = []

    def make(view: View) -> TestApp:
        monkeypatch.setattr(SampleApplication, "append_web_plugins", plugins(view))
        made.append(SampleApplication().run_command())
        return TestApp(made[-1].run_wsgi())

    yield make
    for application in made:
        application.dbs["main"].dispose()
