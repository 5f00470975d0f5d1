"""The settings that `qapla doctor` shows, and the faults: without secrets."""

from collections.abc import Callable

import pytest

from qapla.database.application import DatabaseApplication
from qapla.ops.probes import Finding
from qapla.ops.report import engine_of, fault, place_of, pool_of, resolved

DOTENV = """
PROBE_DATABASES__MAIN__URL=postgresql+psycopg://worf:gowron@host/x?sslpassword=gowron
PROBE_DATABASES__MAIN__DEFAULT_URL=postgresql+psycopg://worf:gowron@host/postgres
PROBE_DATABASES__MAIN__OPTIONS__POOL_SIZE=7
PROBE_DATABASES__MAIN__OPTIONS__CONNECT_ARGS={"application_name": "gowron"}
PROBE_CELERY__BROKER_URL=amqp://worf:gowron@host
PROBE_CELERY__REDIS_PASSWORD=gowron
PROBE_CELERY__TIMEZONE=UTC
"""


def test_secrets_are_masked(project: Callable[..., DatabaseApplication]) -> None:
    """Passwords of URLs and of other settings, and each text of an engine option."""
    application = project(dotenv=DOTENV).run_command()
    shown = dict(resolved(application.settings, application.settings_loader))
    assert "gowron" not in str(shown)
    prefix = "PROBE_DATABASES__MAIN__"
    assert shown[f"{prefix}URL"] == "postgresql+psycopg://worf:***@host/x?sslpassword=***"
    assert shown[f"{prefix}OPTIONS__CONNECT_ARGS__APPLICATION_NAME"] == "***"
    assert shown[f"{prefix}OPTIONS__POOL_SIZE"] == "7"
    assert shown["PROBE_CELERY__BROKER_URL"] == "amqp://worf:***@host"
    assert shown["PROBE_CELERY__TIMEZONE"] == "UTC"
    assert pool_of(application.dbs["main"]) == "pool 7 + 1"


@pytest.mark.parametrize("text", ["no entry for gowron", "cannot reach amqp://worf:gowron@host\nx"])
def test_a_fault_has_no_password(text: str) -> None:
    """Neither in a URL nor in a driver's own words; the first line is enough."""
    shown = fault(Finding(False, "unreachable", OSError(text)), "gowron")
    assert "***" in shown
    assert "gowron" not in shown
    assert "\n" not in shown


def test_an_unmanaged_database_without_a_url(project: Callable[..., DatabaseApplication]) -> None:
    """It is on no embedded server: the variable to set stands in place of its URL."""
    database = project(unmanaged=("legacy",)).run_command().dbs["legacy"]
    shown = (engine_of(database), place_of(database))
    assert shown == ("unknown", "no URL: set PROBE_DATABASES__LEGACY__URL")
