"""The settings as they are resolved, and faults, for the eyes of an operator: without secrets."""

import re
import sys
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote_plus

from pydantic import SecretStr
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError

from qapla.database.connect.engines import POOL
from qapla.database.database import Database
from qapla.database.dialects import dialect_of
from qapla.exceptions import QaplaError
from qapla.ops.probes import Finding
from qapla.settings import Settings, SettingsLoader

_MASK = "***"
# The names of settings of other libraries, and of a project's own, that may be secrets.
_SECRET = re.compile(r"pass|secret|token|key|credential|auth|dsn|connection_string", re.IGNORECASE)
# A URL anywhere in a text, with a role and a password.
_IN_URL = re.compile(r"(?<=://)([^/@\s:]*):[^/\s]*@")
# Long, and not about a place or a secret.
_LEFT_OUT = ("logging", "beat_schedule")
_PACKAGES = ("alembic", "celery", "kombu", "psycopg", "pymysql", "pyramid", "redis", "sqlalchemy")


def resolved(settings: Settings, loader: SettingsLoader) -> Iterator[tuple[str, str]]:
    """Yield the variable of each setting, and its value without secrets."""
    for field in type(settings).model_fields:
        for keys, value in _flat((field,), getattr(settings, field)):
            yield loader.variable(*keys), _shown(keys, value)


def fault(finding: Finding, password: str | None) -> str:
    """Return the fault of a finding, with the first line of its error, without the password."""
    error = finding.error
    if isinstance(error, QaplaError):
        # It has the remedy too.
        return str(error)
    lines = str(error or "").splitlines()
    # SQLAlchemy puts the driver's error behind its class.
    text = f"{finding.text}: {lines[0]}" if lines else finding.text
    text = _IN_URL.sub(rf"\1:{_MASK}@", text)
    return text.replace(password, _MASK) if password else text


def pool_of(database: Database) -> str:
    """Return the settings of a database's pool."""
    options = {**POOL, **database.target.options}
    if "poolclass" in options:
        return f"pool {options['poolclass'].__name__}"
    return f"pool {options['pool_size']} + {options['max_overflow']}"


def versions() -> Iterator[str]:
    """Yield the versions of Python and of the libraries that are installed."""
    yield f"python {sys.version.split()[0]}"
    for package in _PACKAGES:
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            # An extra.
            continue


def engine_of(database: Database) -> str:
    """Return the engine of a database, which is unknown without a URL."""
    target = database.target
    return "unknown" if target.unset else dialect_of(target.url.get_backend_name()).title


def place_of(database: Database) -> str:
    """Return the URL of a database, without its password, or the variable to set for a missing one."""
    target = database.target
    if target.unset:
        return f"no URL: set {target.unset}"
    if target.embedded is not None:
        return f"{target.url.database} (embedded)"
    return _masked_url(target.url)


def _flat(keys: tuple[str, ...], value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the values of a tree by their keys."""
    if keys[-1] in _LEFT_OUT or value is None:
        return
    fields = getattr(type(value), "model_fields", None)
    if fields is not None:
        value = {name: getattr(value, name) for name in fields}
    if isinstance(value, Mapping):
        for name, item in value.items():
            yield from _flat((*keys, str(name)), item)
    else:
        yield keys, value


def _shown(keys: tuple[str, ...], value: Any) -> str:
    if isinstance(value, SecretStr):
        return _masked(value.get_secret_value())
    # An engine option is another library's, and a text of it may be anything.
    is_option = "options" in keys and not isinstance(value, bool | int | float)
    if is_option or _SECRET.search(keys[-1]):
        return _MASK
    return _IN_URL.sub(rf"\1:{_MASK}@", str(value))


def _masked(text: str) -> str:
    """Return a URL without its password; of another secret nothing."""
    try:
        return _masked_url(make_url(text))
    except ArgumentError:
        return _MASK


def _masked_url(url: URL) -> str:
    """Return a URL without its password, wherever it stands."""
    query = {name: _MASK if _SECRET.search(name) else value for name, value in url.query.items()}
    shown = url.set(query=query).render_as_string(hide_password=True)
    return shown.replace(quote_plus(_MASK), _MASK)
