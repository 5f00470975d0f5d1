"""The file that a SQLite URL names."""

from pathlib import Path
from urllib.parse import unquote

from sqlalchemy import URL
from sqlalchemy.util import asbool


def path_of(url: URL) -> Path:
    """Return the path of a SQLite database, which its URL may hold as a URI.

    Source: SQLite, "Uniform Resource Identifiers".
    """
    name = url.database or ""
    if not is_uri(url):
        return Path(name)
    path = name.removeprefix("file:")
    if path.startswith("//"):
        # An authority, which is empty or `localhost`.
        path = "/" + path[2:].partition("/")[2]
    return Path(unquote(path))


def is_uri(url: URL) -> bool:
    """Whether the database of a SQLite URL is a URI, which the driver is asked to read."""
    asked = url.query.get("uri") or "false"
    name = asked if isinstance(asked, str) else ",".join(asked)
    return asbool(name) and (url.database or "").startswith("file:")
