"""The sample, served by WebTest."""

from collections.abc import Callable
from typing import Any

import pytest
from webtest import TestApp

from qapla_sample.application.app import SampleApplication

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
