"""`--loglevel` and `--logfile` of a worker, over the logging of the settings."""

import subprocess
import sys
from pathlib import Path

import pytest

from qapla_sample.paths import SAMPLE, SOURCE

LOGGING = (
    '{"version": 1, "disable_existing_loggers": false, "root": {"level": "WARNING", "handlers": ["h"]}, '
    '"handlers": {"h": {"class": "logging.StreamHandler", "formatter": "f"}}, '
    '"formatters": {"f": {"format": "OURS %(levelname)s %(name)s %(message)s"}}}'
)


def lines(tmp_path: Path, *options: str) -> list[str]:
    """Return the lines of log of a worker with options."""
    environment = {
        "PYTHONPATH": f"{SAMPLE}:{SOURCE}",
        "QAPLA_SAMPLE_PATHS__VAR": str(tmp_path / "var"),
        "QAPLA_SAMPLE_LOGGING": LOGGING,
        "C_FORCE_ROOT": "1",
    }
    done = subprocess.run(
        [sys.executable, "-m", "programs.stop_when_ready", *options],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return done.stderr.splitlines()


@pytest.mark.parametrize(
    ("options", "level"),
    [
        ((), None),
        (("--loglevel=INFO",), "INFO"),
        (("-l", "debug"), "DEBUG"),
    ],
)
def test_the_level_of_the_command_line_holds(
    tmp_path: Path, options: tuple[str, ...], level: str | None
) -> None:
    """The handlers and the format are those of the settings."""
    logged = [line for line in lines(tmp_path, *options) if line.startswith("OURS")]
    levels = {line.split()[1] for line in logged}
    assert ("OURS DEBUG mine ready" in logged) is (level == "DEBUG")
    assert ("INFO" in levels) is (level is not None)


def test_the_file_of_the_command_line_is_written(tmp_path: Path) -> None:
    """In Celery's format, beside the handlers of the settings."""
    file = tmp_path / "worker.log"
    lines(tmp_path, "--loglevel=INFO", f"--logfile={file}")
    assert "INFO/MainProcess] " in file.read_text()
