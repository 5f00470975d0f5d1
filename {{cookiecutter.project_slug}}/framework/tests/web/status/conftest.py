"""The status page of the sample, with views of a test."""

from collections.abc import Callable
from typing import Any

import pytest
from webtest import TestApp

from qapla_sample.application.app import SampleApplication

Serve = Callable[..., tuple[TestApp, SampleApplication]]


@pytest.fixture
def page(serve: Serve) -> Callable[..., Any]:
    """Return a maker of the page of the sample, after a request to a view."""

    def page(view: Callable[[Any], Any]) -> Any:
        client, _ = serve(view)
        client.get("/view")
        return client.get("/")

    return page


@pytest.fixture
def production(serve: Serve, monkeypatch: pytest.MonkeyPatch) -> Serve:
    """Return a maker of web applications in production, on files of this test."""
    monkeypatch.setenv("QAPLA_SAMPLE_ENVIRONMENT", "production")
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__BROKER_URL", "memory://")
    return serve
