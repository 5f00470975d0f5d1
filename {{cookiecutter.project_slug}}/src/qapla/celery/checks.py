"""Refuse a setting of Celery that cannot be right, before it fails in Celery's depths or is ignored.

A name that Celery does not know may belong to an extension, so that only what looks like a slip of
the keyboard is refused. Source of the names and types: `celery.app.defaults`.
"""

from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from typing import Any

from celery.app.backends import BACKEND_ALIASES
from celery.app.defaults import NAMESPACES, Option, flatten
from kombu.transport import TRANSPORT_ALIASES

from qapla.exceptions import SettingsError

# Celery's type stubs know no pairs here.
_OPTIONS: list[tuple[str, Option]] = list(flatten(NAMESPACES))  # type: ignore[arg-type]
_TYPES = {name: option.type for name, option in _OPTIONS}
# The environment is read as JSON: what is a text then is none of these, and `no` would be true.
_NO_TEXT: dict[Any, str] = {
    "bool": "true or false",
    "int": "a number",
    "float": "a number",
    "dict": "a JSON object",
    "list": "a JSON list",
}
_SCHEMES: dict[str, tuple[Mapping[str, str], str]] = {
    "broker_url": (TRANSPORT_ALIASES, "redis://host or amqp://user:password@host"),
    "result_backend": (BACKEND_ALIASES, "redis://host or file:///directory"),
}
_REDIS = ("redis", "rediss", "sentinel")


def check(settings: Mapping[str, Any], source: Callable[..., str]) -> None:
    """Refuse the first setting that is misspelt, of a wrong type, or names what is not there.

    Args:
        settings: The setting `celery`.
        source: What tells where a setting comes from, given its keys.

    Raises:
        SettingsError: A setting is wrong; the text has its name, and no value.
    """
    for name, value in settings.items():
        where = source("celery", name)
        if name not in _TYPES:
            for near in get_close_matches(name, _TYPES, 1, 0.85):
                raise SettingsError(f"{where} is unknown: Celery's setting is {near}")
        elif isinstance(value, str):
            wanted = _NO_TEXT.get(_TYPES[name])
            if wanted is not None:
                raise SettingsError(f"{where} is wrong: type {wanted}")
            if name in _SCHEMES:
                _check_url(where, value, *_SCHEMES[name])


def _check_url(where: str, value: str, aliases: Mapping[str, str], examples: str) -> None:
    for url in value.split(";"):
        scheme = url.partition("://")[0].partition("+")[0]
        # With a dot or a colon it is the path of a class.
        if scheme not in aliases and not {".", ":"} & set(scheme):
            raise SettingsError(f"{where} is wrong: it begins as no URL of Celery; type {examples}")
        if scheme in _REDIS and find_spec("redis") is None:
            raise SettingsError(
                f"{where} needs the package redis, which is not installed: "
                "type `uv sync --extra redis`"
            )
