"""The defaults of the settings; `.env` and the environment are laid over them."""

from typing import Any

from qapla.settings import Settings as BaseSettings


class Settings(BaseSettings):
    """The settings of the project; a field of your own is read from the environment too."""


SETTINGS: dict[str, Any] = {
    "logging": {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"format": "%(asctime)s %(levelname)-7s %(name)s: %(message)s"}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": {
            # It tells every step that it takes.
            "alembic.runtime.plugins": {"level": "WARNING"},
            # A warning for nearly every request under load: hundreds of lines a second.
            "waitress.queue": {"level": "ERROR"},
        },
        "root": {"level": "INFO", "handlers": ["console"]},
    },
}
