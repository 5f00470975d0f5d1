"""Where databases are: which URLs reach the same one, as far as that shows before anything connects."""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, permutations
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import URL

from qapla.database.dialects import dialect_of
from qapla.database.dialects.sqlite.files import path_of
from qapla.database.places.urls import (
    TEST_SUFFIX,
    is_file,
    is_test_database_of,
    name_of,
    with_suffix,
)
from qapla.exceptions import DatabaseError


class SchemaIdentity(NamedTuple):
    """The identity of a schema, as far as a URL tells it: a server may have other names too."""

    engine: str
    servers: frozenset[tuple[str, str]]
    database: str
    schema: str = ""

    def is_same_schema(self, other: "SchemaIdentity") -> bool:
        """Return whether both are one schema of one database."""
        return self.is_same_database(other) and self.schema == other.schema

    def is_same_database(self, other: "SchemaIdentity") -> bool:
        """Return whether both are in one database of one server."""
        return self.database == other.database and self.is_same_server(other)

    def is_same_server(self, other: "SchemaIdentity") -> bool:
        """Return whether both are on one server."""
        return self.engine == other.engine and bool(self.servers & other.servers)


@dataclass(frozen=True)
class Placed:
    """The settings of a database that say where it is.

    `embedded` is the data directory of the embedded server, or None where the URL says it all;
    `direct` is the URL of the server itself where `url` leads through a pooler; `unset` is the
    variable of a URL that is missing, where no server stands in for it.
    """

    url: URL
    options: Mapping[str, Any]
    embedded: Path | None = None
    default_url: URL | None = None
    direct: URL | None = None
    unset: str = ""

    @property
    def identity(self) -> SchemaIdentity:
        """Return the identity of the schema."""
        return schema_identity(self.url, self.embedded)


def schema_identity(url: URL, embedded: Path | None = None) -> SchemaIdentity:
    """Return the identity of the schema that a URL points to."""
    dialect = dialect_of(url.get_backend_name())
    if dialect.is_file:
        return SchemaIdentity(dialect.title, frozenset({("", "")}), _file(path_of(url)))
    servers = _servers(url, dialect.default_port) if embedded is None else [(str(embedded), "")]
    return SchemaIdentity(dialect.title, frozenset(servers), url.database or "", schema_of(url))


def schema_of(url: URL) -> str:
    """Return the schema that a `search_path` in a URL names first, or an empty text."""
    options = ",".join(_all(url.query.get("options")))
    found = re.search(r"search_path *(?:=|%3D) *([^ ,]*)", options)
    name = found[1] if found else ""
    quoted = name.startswith('"')
    # Of the role's name, the server has the default.
    return "" if "$user" in name else name.strip('"') if quoted else name.lower()


def url_for_tests(name: str, placed: Mapping[str, Placed], suffix: str) -> URL:
    """Return the URL of a test database; two schemas of one database have a test database each.

    Args:
        name: The name of the database.
        placed: The databases of the application, in their order.
        suffix: The end of the name.
    """
    here = placed[name]
    first = next(key for key in placed if placed[key].identity.is_same_database(here.identity))
    return with_suffix(here.url, suffix if first == name else f"_{name}{suffix}")


def neighbours(name: str, placed: Mapping[str, Placed]) -> tuple[str, ...]:
    """Return the databases that are other schemas of a database's own."""
    here = placed[name].identity
    return tuple(
        key for key in placed if key != name and placed[key].identity.is_same_database(here)
    )


def refuse_shared(placed: Mapping[str, Placed]) -> None:
    """Refuse two databases on one schema, and one that is the test database of another.

    Autogenerate would drop the other's tables, and the tests would drop the database.

    Raises:
        DatabaseError: Two databases are one, or would be.
    """
    tests = {name: url_for_tests(name, placed, TEST_SUFFIX) for name in placed}
    for one, other in permutations(placed, 2):
        here, there = placed[one], placed[other]
        if here.identity.is_same_schema(there.identity):
            raise DatabaseError(
                f"databases {one!r} and {other!r} reach the same schema of the same server: "
                f"give {other!r} a database of its own"
            )
        if _is_test_database(there, tests[one], here):
            raise DatabaseError(
                f"the tests of database {one!r} would drop database {other!r}, as theirs is called "
                f"{_name_like(there.url, tests[one])}: give {other!r} another name"
            )
    for one, other in combinations(placed, 2):
        if schema_identity(tests[one], placed[one].embedded).is_same_database(
            schema_identity(tests[other], placed[other].embedded)
        ):
            raise DatabaseError(
                f"the test databases of {one!r} and {other!r} would be one, {tests[one].database}: "
                f"give {other!r} another name"
            )


def namesakes(test: URL, placed: Mapping[str, Placed]) -> Sequence[str]:
    """Return the databases with the name of a test database, on a server by another name."""
    engine = dialect_of(test.get_backend_name()).title
    return [
        name
        for name, there in placed.items()
        if there.identity.engine == engine and name_of(there.url) == name_of(test)
    ]


def _is_test_database(there: Placed, test: URL, here: Placed) -> bool:
    """Return whether a database is a test database of another one, or of a worker, or a template."""
    if not is_file(test):
        alike = is_test_database_of(name_of(there.url), name_of(test))
        return alike and here.identity.is_same_server(there.identity)
    if not is_file(there.url):
        return False
    path, own = path_of(there.url), path_of(test)
    alike = is_test_database_of(path.stem, own.stem) and path.suffix == own.suffix
    return schema_identity(test) == there.identity or (
        alike and path.parent.resolve() == own.parent.resolve()
    )


def _name_like(url: URL, test: URL) -> str:
    """Return the name of a test database, of a worker where the other one has such a name."""
    return str(url.database if is_test_database_of(name_of(url), name_of(test)) else test.database)


def _servers(url: URL, port: str) -> list[tuple[str, str]]:
    """Return the hosts and ports that a URL names; there may be several."""
    hosts = _all(url.host or url.query.get("host") or url.query.get("hostaddr") or "localhost")
    ports = _all(str(url.port or "") or url.query.get("port") or port)
    if len(ports) < len(hosts):
        ports = ports[:1] * len(hosts)
    servers = []
    for host, other in zip(hosts, ports, strict=False):
        # In a list of several hosts each may have its port.
        name, _, own = host.rpartition(":") if re.fullmatch(r"[^:]+:\d+", host) else (host, "", "")
        servers.append((_local(name.lower()), own or other or port))
    return servers


def _local(host: str) -> str:
    try:
        return "localhost" if ipaddress.ip_address(host).is_loopback else host
    except ValueError:
        return host or "localhost"


def _file(path: Path) -> str:
    """Return the identity of a file, which may have several names."""
    try:
        found = path.stat()
    except OSError:
        return str(path.resolve())
    return f"{found.st_dev} {found.st_ino}"


def _all(value: str | tuple[str, ...] | None) -> list[str]:
    return (value if isinstance(value, str) else ",".join(value or ())).split(",")
