"""Validate Celery settings early: unknown names, wrong types and values, missing packages.

A name that Celery does not know may belong to an extension, so that only a name like a slip of
the keyboard is refused. Source of the names and types: `celery.app.defaults`.
"""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Any

from celery.app.backends import BACKEND_ALIASES
from celery.app.defaults import NAMESPACES, Option, flatten
from kombu.transport import TRANSPORT_ALIASES

from qapla.celery.broker.delays import visibility_timeout
from qapla.celery.settings.values import REASONS, reason_by_type
from qapla.exceptions import SettingsError

# Celery's type stubs know no pairs here.
_OPTIONS: list[tuple[str, Option]] = list(flatten(NAMESPACES))  # type: ignore[arg-type]
_TYPES = {name: option.type for name, option in _OPTIONS}
_SCHEMES: dict[str, tuple[Mapping[str, str], str]] = {
    "broker_url": (TRANSPORT_ALIASES, "redis://host or amqp://user:password@host"),
    "result_backend": (BACKEND_ALIASES, "redis://host or file:///directory"),
}
_REDIS = ("redis", "rediss", "sentinel")
_Source = Callable[..., str]


def check(settings: Mapping[str, Any], source: _Source, *, development: bool = True) -> None:
    """Refuse the first setting that is misspelt, of a wrong type, or names a missing package.

    Args:
        settings: The setting `celery`.
        source: The function that names a setting in a message, by its keys.
        development: Whether a command that installs something keeps the development dependencies.

    Raises:
        SettingsError: A setting is wrong; the text has its name, and no value.
    """
    for name, value in settings.items():
        where = source("celery", name)
        if name not in _TYPES:
            for near in get_close_matches(name, _TYPES, 1, 0.85):
                raise SettingsError(f"{where} is unknown: Celery's setting is {near}")
        elif value is not None:
            reason = REASONS.get(name, lambda _: None)(value) or reason_by_type(
                name, str(_TYPES[name]), value
            )
            if reason:
                raise SettingsError(f"{where} is wrong: {reason}")
            if name in _SCHEMES and isinstance(value, str):
                _check_url(where, value, *_SCHEMES[name], development=development)


def check_together(settings: Mapping[str, Any], source: _Source) -> None:
    """Refuse settings of which each is right alone, and that do not go together.

    Args:
        settings: The whole configuration of Celery.
        source: The function that names a setting in a message, by its keys.

    Raises:
        SettingsError: A worker would refuse its own messages, or run a task several times.
    """
    for serializer, accepted in (
        ("task_serializer", "accept_content"),
        ("result_serializer", "result_accept_content"),
    ):
        names = settings.get(accepted) or settings["accept_content"]
        if settings[serializer] not in names and not any("/" in str(name) for name in names):
            where = source("celery", serializer)
            raise SettingsError(
                f"{where} is wrong: workers accept {', '.join(names)} alone, by the setting {accepted}"
            )
    soft, hard = settings["task_soft_time_limit"], settings["task_time_limit"]
    if soft and hard and soft > hard:
        where = source("celery", "task_soft_time_limit")
        raise SettingsError(f"{where} is wrong: task_time_limit, {hard} seconds, is shorter")
    timeout = visibility_timeout(
        settings["broker_url"], settings.get("broker_transport_options") or {}
    )
    if timeout is not None and hard and hard > timeout and settings["task_acks_late"]:
        where = source("celery", "task_time_limit")
        raise SettingsError(
            f"{where} is wrong: the broker gives a message to another worker after {timeout:.0f} "
            "seconds, so that a longer task runs twice: set visibility_timeout in "
            "broker_transport_options to a longer time"
        )


def _check_url(
    where: str, value: str, aliases: Mapping[str, str], examples: str, *, development: bool
) -> None:
    for url in value.split(";"):
        scheme = url.partition("://")[0].partition("+")[0]
        # With a dot or a colon it is the path of a class.
        if scheme not in aliases and not {".", ":"} & set(scheme):
            raise SettingsError(f"{where} is wrong: it begins as no URL of Celery; type {examples}")
        if scheme in _REDIS and find_spec("redis") is None:
            only = "" if development else " --no-dev"
            raise SettingsError(
                f"{where} needs the package redis, which is not installed: "
                f"type `uv sync --inexact{only} --extra redis`"
            )
