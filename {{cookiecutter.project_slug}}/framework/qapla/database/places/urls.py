"""URLs of databases: read from the settings, renamed for tests, shown without their secrets."""

import re
from urllib.parse import quote

from pydantic import SecretStr
from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from qapla.database.dialects import dialect_of
from qapla.database.dialects.sqlite.files import is_uri, path_of
from qapla.exceptions import DatabaseError, NotDroppable, SettingsError

TEST_SUFFIX = "_test"
TEMPLATE_SUFFIX = "_template_"
_FAMILY = r"(_gw\d+|_template_[0-9a-f]+)?"
_DROPPABLE = re.compile(rf".*{TEST_SUFFIX}{_FAMILY}")
_WORKER = re.compile(r"_gw\d+$")
# The names of a password in the query of a URL, where nothing would hide it.
_PASSWORDS = ("password", "passwd")
_SEVERAL_HOSTS = re.compile(r"(?:@|//)[^/?#@]*:\d+,[^/?#@]*(?:[/?#]|$)")
_WITH_HOSTS = (
    "postgresql+psycopg://user:password@/name?host=one,other&port=5432,5432&"
    "target_session_attrs=primary"
)
# By the package that the driver of a URL needs.
_STEPS = {
    "pymysql": "type `uv sync --inexact --extra mariadb`",
    "MySQLdb": "write mysql+pymysql:// for the driver of the extra mariadb",
}
_EXAMPLE = "postgresql+psycopg://user:password@host:5432/name, or sqlite:///path/to/file.db"


def parse(secret: SecretStr, setting: str) -> URL:
    """Return the URL that a setting holds, with a password of its query in its proper place.

    Args:
        secret: The text of the URL.
        setting: How the error names the setting.

    Raises:
        SettingsError: The text is no URL of a database, or its driver is unknown or not installed.
    """
    try:
        url = make_url(secret.get_secret_value())
        _refuse_async(url, setting)
        _refuse_unescaped(url, setting)
        url.get_dialect().import_dbapi()
    except DatabaseError as error:
        raise SettingsError(f"{setting} is wrong: {error}") from None
    except NoSuchModuleError:
        raise SettingsError(
            f"{setting} names an unknown dialect or driver: write {_EXAMPLE}"
        ) from None
    except (ArgumentError, ValueError):
        if _SEVERAL_HOSTS.search(secret.get_secret_value()):
            raise SettingsError(
                f"{setting} names several hosts: write one, or for PostgreSQL all in the query, "
                f"{_WITH_HOSTS}"
            ) from None
        # The text of the error may hold the URL, and the URL a password.
        raise SettingsError(f"{setting} is not a database URL: write {_EXAMPLE}") from None
    except ModuleNotFoundError as error:
        step = _STEPS.get(str(error.name), "add it to the dependencies of the project")
        raise SettingsError(
            f"{setting} needs the package {error.name}, which is not installed: {step}"
        ) from None
    for key in _PASSWORDS:
        if password := _first(url.query.get(key)):
            url = url.set(password=password).difference_update_query([key])
    return url


def _refuse_unescaped(url: URL, setting: str) -> None:
    """Refuse an `@` behind the one that ends the password: the host would show the rest of it."""
    names = (url.host or "", "" if is_file(url) else url.database or "")
    if any("@" in name for name in names):
        raise SettingsError(
            f"{setting} has more than one @: in a user name or password write it as %40, "
            "a / as %2F and a : as %3A"
        )
    if url.port is not None and not 0 < url.port < 65536:
        raise SettingsError(f"{setting} has the port {url.port}: expected 1 to 65535")


def _refuse_async(url: URL, setting: str) -> None:
    """Refuse a driver for asyncio, as the sessions of the framework are synchronous."""
    if url.get_dialect().is_async:
        raise SettingsError(
            f"{setting} names the driver {url.drivername}, which is for asyncio: write {_EXAMPLE}"
        )


def with_suffix(url: URL, suffix: str) -> URL:
    """Return the URL of the database whose name, or on SQLite the stem of the file, has a suffix."""
    return with_name(url, name_of(url) + suffix)


def template_stem(url: URL) -> str:
    """Return the beginning of the names of a test database's templates, in any worker."""
    return _WORKER.sub("", name_of(url)) + TEMPLATE_SUFFIX


def with_name(url: URL, name: str) -> URL:
    """Return the URL of another database of the server, on SQLite of a file beside the first."""
    if not is_file(url):
        return url.set(database=name)
    path = path_of(url)
    renamed = str(path.with_name(f"{name}{path.suffix}"))
    return url.set(database=f"file:{quote(renamed)}" if is_uri(url) else renamed)


def name_of(url: URL) -> str:
    """Return the name of a database, on SQLite the stem of its file."""
    return path_of(url).stem if is_file(url) else url.database or ""


def is_file(url: URL) -> bool:
    """Whether a URL names a file, and no database of a server."""
    return dialect_of(url.get_backend_name()).is_file


def refuse_long(url: URL, database: str) -> None:
    """Refuse a name that the server would cut off, as it might then be another database's.

    Raises:
        DatabaseError: The name is too long.
    """
    longest = dialect_of(url.get_backend_name()).longest_name
    if longest is not None and len(name_of(url).encode()) > longest:
        raise DatabaseError(
            f"database {database!r}: the name {name_of(url)!r} has more than the {longest} bytes "
            "that the server keeps: give it a shorter name in its URL"
        )


def refuse_undroppable(url: URL, database: str) -> None:
    """Refuse a database that is not a test database by its name.

    Raises:
        NotDroppable: The name does not end in `_test`, `_test_gw<N>` or `_test_template_<hash>`.
    """
    name = name_of(url)
    if not _DROPPABLE.fullmatch(name):
        raise NotDroppable(
            f"database {database!r}: {name!r} is not dropped, as its name does not end in "
            f"{TEST_SUFFIX!r}: call run_tests() to work on the test databases"
        )


def is_test_database_of(name: str, test: str) -> bool:
    """Return whether a name is a test database's, or that of one of its workers or templates."""
    return re.fullmatch(re.escape(test) + _FAMILY, name) is not None


def check_names(url: URL, database: str) -> None:
    """Refuse a URL that names no database, as there is nothing to create, drop or suffix.

    Raises:
        DatabaseError: The URL has no database's name, or is SQLite's in memory.
    """
    memory = (":memory:", "file::memory:")
    if not url.database or url.database in memory or url.query.get("mode") == "memory":
        raise DatabaseError(
            f"database {database!r}: its URL names no database that several connections can share: "
            f"write for example {_EXAMPLE}"
        )


def _first(value: str | tuple[str, ...] | None) -> str:
    return value if isinstance(value, str) else (value or ("",))[0]
