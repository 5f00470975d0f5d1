"""Default settings, which `.env` and the environment override."""

from typing import Any

from qapla.settings import Settings as BaseSettings


class Settings(BaseSettings):
    """Settings of the project. A field that is added here is read from the environment, too."""


SETTINGS: dict[str, Any] = {
    "celery": {
        # Periodic tasks, for `celery beat`. A schedule is seconds, a timedelta or a crontab.
        "beat_schedule": {},
    },
    "logging": {
        "version": 1,
        "disable_existing_loggers": False,
        # Lines where stderr is a terminal, JSON otherwise; "terminal" or "json" forces one of them.
        "formatters": {"line": {"()": "qapla.logs.formatter.Formatter", "form": "auto"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            # Too verbose at INFO.
            "alembic.runtime.plugins": {"level": "WARNING"},
            # waitress warns at nearly every request under load: hundreds of lines a second.
            "waitress.queue": {"level": "ERROR"},
        },
        "root": {"level": "INFO", "handlers": ["console"]},
    },
}
