"""Engine options, checked before an engine serves: SQLAlchemy notices most faults at a connection.

Source of the names and types: SQLAlchemy, `create_engine`.
"""

import inspect
import os
import re
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import URL, Pool, create_engine
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import SQLAlchemyError

from qapla.exceptions import SettingsError

Echo = bool | Literal["debug"]
Source = Callable[..., str]


class EngineOptions(BaseModel):
    """Types of the arguments of `create_engine` that a setting is likely to give."""

    model_config = ConfigDict(
        strict=True, extra="allow", arbitrary_types_allowed=True, hide_input_in_errors=True
    )

    connect_args: dict[str, Any] = {}
    creator: Callable[..., Any] | None = None
    echo: Echo = False
    echo_pool: Echo = False
    enable_from_linting: bool = True
    execution_options: dict[str, Any] = {}
    hide_parameters: bool = True
    insertmanyvalues_page_size: int = Field(default=1000, ge=1)
    isolation_level: str | None = None
    json_deserializer: Callable[..., Any] | None = None
    json_serializer: Callable[..., Any] | None = None
    label_length: int | None = Field(default=None, ge=6)
    logging_name: str | None = None
    max_identifier_length: int | None = Field(default=None, ge=1)
    max_overflow: int = Field(default=1, ge=-1)
    paramstyle: Literal["qmark", "numeric", "named", "format", "pyformat", None] = None
    plugins: list[str] = []
    pool: Pool | None = None
    pool_logging_name: str | None = None
    pool_pre_ping: bool = False
    pool_recycle: int = Field(default=-1, ge=-1)
    pool_reset_on_return: Literal["rollback", "commit", True, False, None] = None
    pool_size: int = Field(default=4, ge=0)
    pool_timeout: float = Field(default=30, ge=0)
    pool_use_lifo: bool = False
    poolclass: type[Pool] | None = None
    query_cache_size: int = Field(default=500, ge=0)
    skip_autocommit_rollback: bool = False
    use_insertmanyvalues: bool = True


def check_options(name: str, url: URL, options: Mapping[str, Any], source: Source) -> None:
    """Refuse the first option, or argument of the driver, that is unknown or of a wrong form.

    Nothing connects.

    Args:
        name: The name of the database.
        url: Its URL.
        options: The arguments of `create_engine`.
        source: The function that names a setting in a message, by its keys.

    Raises:
        SettingsError: An option is wrong; the text has its variable or setting, and no value.
    """
    # libpq reads it where the URL does not have it.
    attributes = os.environ.get("PGTARGETSESSIONATTRS", "any")
    reason = _session_attributes(attributes)
    if reason and url.get_backend_name() == "postgresql":
        raise SettingsError(f"the variable PGTARGETSESSIONATTRS is wrong: {reason}")
    if not options and not url.query:
        return

    def where(*keys: str) -> str:
        return source("databases", name, "options", *keys)

    _check_types(options, where)
    dialect = _dialect(url, options, where)
    _check_isolation_level(options.get("isolation_level"), dialect, where("isolation_level"))
    _check_isolation_level(
        options.get("execution_options", {}).get("isolation_level"),
        dialect,
        where("execution_options", "isolation_level"),
    )
    if "creator" not in options:
        url_source = source("databases", name, "url")
        _check_arguments(url, options.get("connect_args", {}), dialect, where, url_source)


def _check_types(options: Mapping[str, Any], where: Source) -> None:
    try:
        EngineOptions.model_validate(dict(options))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise SettingsError(f"{where(str(first['loc'][0]))} is wrong: {first['msg']}") from None


def _dialect(url: URL, options: Mapping[str, Any], where: Source) -> Dialect:
    """Return the dialect of an engine that is made of the options and thrown away."""
    try:
        return create_engine(url, **options).dialect
    except (AttributeError, TypeError, SQLAlchemyError) as error:
        unknown = re.search(r"Invalid argument\(s\) '(\w+)'.* configuration ([\w/]+)", str(error))
        if unknown is None:
            raise SettingsError(f"{where()} is wrong: {error}") from None
        raise SettingsError(
            f"{where(unknown[1])} is unknown: create_engine takes no {unknown[1]} for {unknown[2]}"
        ) from None


def _check_isolation_level(level: Any, dialect: Dialect, where: str) -> None:
    if level is None:
        return
    # The dialects of SQLAlchemy know their levels without a connection.
    known = dialect.get_isolation_level_values(None)  # type: ignore[arg-type]
    if not isinstance(level, str) or level.replace("_", " ").upper() not in known:
        raise SettingsError(f"{where} is wrong: expected one of {', '.join(known)}")


def _check_arguments(
    url: URL, given: Mapping[str, Any], dialect: Dialect, where: Source, url_source: str
) -> None:
    """Refuse an argument that the driver does not know, from the URL's query or `connect_args`."""
    check = _DRIVERS.get(dialect.driver)
    if check is None:
        return
    _, from_url = dialect.create_connect_args(url)
    for arguments, place in ((from_url, None), (given, "connect_args")):
        for key, value in arguments.items():
            if reason := check(key, value):
                found = url_source if place is None else where(place, key)
                raise SettingsError(f"{found} is wrong: {reason}")


def _psycopg(key: str, value: Any) -> str | None:
    # Imported here, and below, for whoever uses another driver.
    from psycopg import Connection, ProgrammingError
    from psycopg.conninfo import make_conninfo, timeout_from_conninfo

    if key in inspect.signature(Connection.connect).parameters:
        return None
    if key == "target_session_attrs":
        return _session_attributes(str(value))
    try:
        make_conninfo("", **{key: value})
    except ProgrammingError:
        return f"PostgreSQL's client knows no connection option {key!r}"
    if key == "connect_timeout":
        try:
            timeout_from_conninfo({key: value})
        except ProgrammingError:
            return "connect_timeout is no number of seconds"
    return None


def _session_attributes(value: str) -> str | None:
    """Return the reason against a kind of server, for which libpq looks among several hosts.

    Source: PostgreSQL, "Parameter Key Words: target_session_attrs".
    """
    if value in ("any", "primary", "read-write"):
        return None
    if value in ("prefer-standby", "read-only", "standby"):
        return f"target_session_attrs={value} leads to servers that refuse writes: write primary"
    return "target_session_attrs is none of any, primary and read-write"


def _pymysql(key: str, value: Any) -> str | None:
    # By its name, as its types are none of the project's dependencies.
    known = inspect.signature(import_module("pymysql.connections").Connection).parameters
    return None if key in known else f"PyMySQL's connect() knows no argument {key!r}"


def _sqlite(key: str, value: Any) -> str | None:
    # To try it would be to connect, as `sqlite3.connect` has no signature.
    if key not in _SQLITE:
        return f"sqlite3's connect() knows no argument {key!r}"
    types, expected = _SQLITE[key]
    return None if isinstance(value, types) else f"{key} is no {expected}"


# Source: Python, "sqlite3.connect".
_SQLITE: dict[str, tuple[tuple[type, ...], str]] = {
    "autocommit": ((bool, int), "boolean"),
    "cached_statements": ((int,), "number"),
    "check_same_thread": ((bool,), "boolean"),
    "detect_types": ((int,), "number"),
    "factory": ((type,), "class"),
    "isolation_level": ((str, type(None)), "text"),
    "timeout": ((int, float), "number of seconds"),
    "uri": ((bool,), "boolean"),
}
_DRIVERS: dict[str, Callable[[str, Any], str | None]] = {
    "psycopg": _psycopg,
    "pymysql": _pymysql,
    "pysqlite": _sqlite,
}
