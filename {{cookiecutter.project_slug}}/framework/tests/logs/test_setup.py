"""The setting `logging`, and structlog in a project and in its tests."""

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from qapla.exceptions import SettingsError
from qapla.logs.setup import configure_logging, send_events_to_logging

from qapla_sample.application.app import SampleApplication


@pytest.fixture(autouse=True)
def unconfigured() -> Iterator[None]:
    """Leave structlog as it was."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


def source(*keys: str) -> str:
    """Name a setting as the loader does that no variable has set."""
    return f"the setting {'.'.join(keys)}"


def test_an_unknown_form_is_refused() -> None:
    """By one sentence, which names the known ones."""
    formatter = {"()": "qapla.logs.formatter.Formatter", "form": "xml"}
    with pytest.raises(SettingsError) as refused:
        configure_logging({"version": 1, "formatters": {"line": formatter}}, source)
    assert str(refused.value) == (
        "the setting logging.formatters.line is wrong: the form 'xml' is none of auto, terminal, json"
    )


@pytest.mark.parametrize(
    ("setting", "text"),
    [
        ({"root": {"level": "LOUD"}}, "logging.root is wrong: Unknown level: 'LOUD'"),
        (
            {"loggers": {"x": {"level": "LOUD"}}},
            "logging.loggers.x is wrong: Unknown level: 'LOUD'",
        ),
        (
            {"rooot": {}},
            "logging.rooot is unknown; known: version, formatters, filters, handlers, loggers, root, "
            "incremental, disable_existing_loggers",
        ),
    ],
)
def test_the_wrong_part_is_named(setting: dict[str, Any], text: str) -> None:
    """By its keys, whose variable the loader knows."""
    with pytest.raises(SettingsError) as refused:
        configure_logging({"version": 1, "disable_existing_loggers": False, **setting}, source)
    assert str(refused.value) == f"the setting {text}"


def test_a_configuration_of_the_users_own_stays() -> None:
    """Whoever has configured structlog is not overruled."""
    structlog.configure(processors=[])
    send_events_to_logging()
    assert structlog.get_config()["processors"] == []


@pytest.mark.usefixtures("sqlite")
def test_caplog_has_events_and_records(
    caplog: pytest.LogCaptureFixture, make_sample: Callable[..., Any]
) -> None:
    """In tests pytest owns the handlers, and structlog sends its events there."""
    SampleApplication().run_tests()
    with caplog.at_level(logging.INFO):
        structlog.get_logger("mine").info("built", name="Rotarran")
        logging.getLogger("mine").info("left %s", "port")
    assert caplog.record_tuples == [("mine", 20, "built"), ("mine", 20, "left port")]


def test_structlog_is_imported_by_whoever_uses_it(tmp_path: Path) -> None:
    """Neither an import of the project nor its tests pay for it."""
    import subprocess
    import sys

    from qapla_sample.paths import SAMPLE, SOURCE

    program = (
        "import sys; from qapla_sample import main; import qapla_sample.tasks.ships; "
        "main.run_tests(); main.run_wsgi(); print('structlog' in sys.modules)"
    )
    environment = {"PYTHONPATH": f"{SAMPLE}:{SOURCE}", "QAPLA_SAMPLE_PATHS__VAR": str(tmp_path)}
    printed = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert printed.stdout == "False\n"
