"""The broker and the result backend that production needs."""

from typing import Any

import pytest

from qapla.celery.settings.production import missing
from qapla.exceptions import MissingSettings

from qapla_sample.application.app import SampleApplication

BROKER, RESULTS = "X_CELERY__BROKER_URL", "X_CELERY__RESULT_BACKEND"


def variable(*keys: str) -> str:
    """Return the name of a variable, as a project has it."""
    return f"X_{'__'.join(keys).upper()}"


@pytest.mark.parametrize(
    ("settings", "variables"),
    [
        ({}, [BROKER]),
        ({"broker_url": None}, [BROKER]),
        ({"result_backend": "redis://host"}, [BROKER]),
        ({"result_backend": "file:///results"}, [BROKER, RESULTS]),
        ({"broker_url": "amqp://host", "result_backend": "file:///results"}, [RESULTS]),
        ({"broker_url": ["redis://a", "redis://b"], "result_backend": "file:///x"}, [RESULTS]),
        ({"broker_url": "sqs://"}, [RESULTS]),
        ({"broker_url": "amqp://host"}, []),
        ({"broker_url": "redis://host"}, []),
        ({"broker_url": "amqp://host", "result_backend": None}, []),
        ({"broker_url": "filesystem://localhost"}, []),
        ({"broker_url": "memory://"}, []),
    ],
)
def test_missing(settings: dict[str, Any], variables: list[str]) -> None:
    """Defaults are refused, and results in files beside a broker in the network."""
    assert list(missing(settings, variable)) == variables


def test_everything_missing_is_one_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The URLs of databases, the broker and the results: a line for each variable."""
    monkeypatch.setenv("QAPLA_SAMPLE_ENVIRONMENT", "production")
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__RESULT_BACKEND", "file:///results")
    monkeypatch.delenv("QAPLA_SAMPLE_CELERY__BROKER_URL", raising=False)
    with pytest.raises(MissingSettings) as caught:
        SampleApplication().run_worker()
    assert str(caught.value) == (
        "production does not use the defaults of development; set:\n"
        "    QAPLA_SAMPLE_DATABASES__MAIN__URL: database 'main' has no URL, and production has no "
        "embedded server\n"
        "    QAPLA_SAMPLE_DATABASES__ANALYTICS__URL: database 'analytics' has no URL, and production "
        "has no embedded server\n"
        "    QAPLA_SAMPLE_CELERY__BROKER_URL: the default is files of this machine, which no other "
        "machine reads: type redis://host or amqp://user:password@host "
        "(filesystem://localhost keeps the files)\n"
        "    QAPLA_SAMPLE_CELERY__RESULT_BACKEND: results are files of this machine, and the broker "
        "is in the network: type redis://host, rpc:// for the results of RabbitMQ, or disabled://"
    )


def test_a_refused_application_can_be_prepared_again(
    sqlite: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the variable is set, the next preparation finds nothing missing."""
    monkeypatch.setenv("QAPLA_SAMPLE_ENVIRONMENT", "production")
    monkeypatch.delenv("QAPLA_SAMPLE_CELERY__BROKER_URL", raising=False)
    application = SampleApplication()
    with pytest.raises(MissingSettings):
        application.run_command()
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__BROKER_URL", "amqp://host")
    assert list(application.run_command().dbs) == ["main", "analytics"]
