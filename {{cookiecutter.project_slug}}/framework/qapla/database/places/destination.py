"""One destination for the driver, out of a URL, its query and the engine options.

A driver takes the name of its database from the query of the URL or from `connect_args` before it takes
it from the path of the URL, but the name of a test database is made from the path.
Source: SQLAlchemy, "Custom DBAPI connect() arguments / on-connect routines".
"""

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy import URL

from qapla.exceptions import SettingsError

# The parts of a URL, with the keywords by which drivers take them too.
_KEYWORDS = {
    "database": ("database", "db", "dbname"),
    "host": ("host",),
    "port": ("port",),
    "username": ("user", "username"),
    "password": ("password", "passwd"),
}
# The other arguments that decide where a driver connects. The maintenance URL inherits them.
_ROUTES = (
    "hostaddr",
    "options",
    "passfile",
    "read_default_file",
    "read_default_group",
    "service",
    "unix_socket",
    "uri",
)
_LOCAL = ("localhost", "127.0.0.1", "::1")


def settle(
    url: URL, options: Mapping[str, Any], url_setting: str, arguments_setting: str
) -> tuple[URL, dict[str, Any]]:
    """Return a URL that alone says where the database is, and the engine options that are left.

    Args:
        url: The URL of the database.
        options: The options of its engine.
        url_setting: How an error names the setting of the URL.
        arguments_setting: How an error names the setting of the option `connect_args`.

    Raises:
        SettingsError: The URL says one destination, and its query or `connect_args` another one.
    """
    for part, keyword, value in _parts(url.query):
        url = _agreed(url, part, keyword, value, url_setting)
        if part == "database":
            # It would outlive the new name of a test database.
            url = url.difference_update_query([keyword])
    arguments = options.get("connect_args")
    left = dict(options)
    if isinstance(arguments, Mapping):
        url, left["connect_args"] = _with_arguments(url, arguments, arguments_setting)
    socket = _text(url.query.get("unix_socket"))
    if socket and url.host not in (None, *_LOCAL):
        raise SettingsError(
            f"{url_setting} names the host {url.host!r}, and the driver is given the socket "
            f"{socket!r}: leave one of them out"
        )
    return url, left


def _with_arguments(
    url: URL, arguments: Mapping[str, Any], setting: str
) -> tuple[URL, dict[str, Any]]:
    left = dict(arguments)
    for part, keyword, value in _parts(arguments):
        in_query = next((text for name, _, text in _parts(url.query) if name == part), None)
        if in_query not in (None, value):
            _refuse(setting, part, keyword, value, in_query)
        url = _agreed(url, part, keyword, value, setting)
        del left[keyword]
    for keyword in _ROUTES:
        value = _text(left.get(keyword))
        if value and not url.query.get(keyword):
            url = url.update_query_dict({keyword: value})
            del left[keyword]
    return url, left


def _parts(given: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Return the parts of a URL among a driver's keywords: part, keyword and value."""
    for part, keywords in _KEYWORDS.items():
        for keyword in keywords:
            if text := _text(given.get(keyword)):
                yield part, keyword, text


def _agreed(url: URL, part: str, keyword: str, value: str, setting: str) -> URL:
    """Return the URL with a part that was given by a keyword, unless it has another one."""
    own = getattr(url, part)
    if own is not None and own != "":
        if str(own) != value:
            _refuse(setting, part, keyword, value, str(own))
        return url
    if part in ("host", "port"):
        # Several hosts, and the directory of a socket, stand only in a query.
        return url.update_query_dict({part: url.query.get(part, value)})
    if part == "database":
        return url.set(database=value)
    return url.set(username=value) if part == "username" else url.set(password=value)


def _refuse(setting: str, part: str, keyword: str, value: str, other: str) -> None:
    secret = part == "password"
    named, own = ("one", "another one") if secret else (repr(value), repr(other))
    raise SettingsError(
        f"{setting} names the {part} twice: {named} by the keyword {keyword}, and the URL says "
        f"{own}: leave one of them out"
    )


def _text(value: object) -> str:
    """Return the text of a keyword's value, empty where it has none."""
    if isinstance(value, tuple | list):
        return ",".join(map(str, value))
    if isinstance(value, bool):
        return str(value).lower() if value else ""
    return "" if value is None else str(value)
