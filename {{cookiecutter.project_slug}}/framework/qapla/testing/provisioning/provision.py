"""Provision test databases, running their migrations as rarely as possible.

What an earlier run has left is emptied and used again, if its schema is still the same. Otherwise the
database is cloned from a template, which the migrations have made; or, the first time, they make the
database itself. A change in a file of the migrations is noticed, since labels and the names of
templates have their hash. The label on a database records its state: that of a clean one is set last,
so that a database which was left half made, or dirty, has the label of an unclean one.
"""

import hashlib
import re
import uuid
from dataclasses import dataclass, field, replace

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from qapla.database.connect.landing import refuse_foreign
from qapla.database.database import Database
from qapla.database.dialects.cleaning import empty, is_plain
from qapla.database.dialects.fingerprint import fingerprint
from qapla.database.dialects.label import made_by_tests
from qapla.database.dialects.maintenance import Maintenance
from qapla.database.places.urls import (
    name_of,
    refuse_long,
    refuse_undroppable,
    template_stem,
    with_name,
)
from qapla.exceptions import NotDroppable

_PLAIN = "plain"
_SEEDED = "seeded"
# As many as the rule of the names leaves room for.
_DIGITS = 8


@dataclass(frozen=True)
class Mode:
    """Say how the databases of a run are made.

    `recreate` migrates from scratch, `reuse` keeps what the last run has left clean; `alone` tells
    that no other database of the same migrations is needed, as far as is known, and `run` is the
    same for all workers of a run.
    """

    recreate: bool = False
    reuse: bool = False
    alone: bool = False
    run: str = field(default_factory=lambda: uuid.uuid4().hex)


def prepare(database: Database, mode: Mode, server: Maintenance | None = None) -> bool:
    """Make a test database anew, or keep it where that was asked for and it is clean.

    Args:
        database: The database; its name must be that of a test database.
        mode: How it is made.
        server: What looks after the database, if it has a connection already.

    Returns:
        Whether the migrations have left its tables empty, so that it is new again when emptied.

    Raises:
        NotDroppable: By its name this is not a test database, no run of tests has made it, or it is
            another database of the project.
    """
    url = database.target.url
    refuse_undroppable(url, database.name)
    digest = digest_of(database)
    server = server or database.maintenance
    _refuse_namesakes(database, server)
    known, _, state = server.label().partition(" ")
    kept = known == digest and not mode.recreate
    if kept and (mode.reuse or _emptied(database, server, state)):
        return _is_plain(state)
    refuse_foreign(server, database.name)
    database.dispose()
    if server.clones:
        with server.locked(template_stem(url)):
            state = _made(database, server, digest, mode)
    else:
        state = _migrated(database, url, server)
    server.set_label(f"{digest} {state}")
    return _is_plain(state)


def _refuse_namesakes(database: Database, server: Maintenance) -> None:
    """Refuse a database that is another one of the project, which has it by another address."""
    for namesake in database.target.namesakes:
        try:
            both = namesake.exists() and server.exists()
            same = both and namesake.maintenance.identity() == server.identity()
        except DBAPIError as error:
            reason = " ".join(str(error.orig).split())
            raise NotDroppable(
                f"database {database.name!r}: database {namesake.name!r} has the name of its test "
                f"database, and cannot be asked whether it is the same ({reason}): give "
                f"{namesake.name!r} another name"
            ) from None
        if same:
            raise NotDroppable(
                f"the tests of database {database.name!r} would drop database {namesake.name!r}: "
                f"give {namesake.name!r} another name"
            )


def digest_of(database: Database) -> str:
    """Return the hash of a database's migrations, with their options, and the kind of its server."""
    digest = hashlib.sha256(database.target.url.get_backend_name().encode())
    ini = database.target.alembic_ini
    if ini is not None:
        digest.update(ini.read_bytes())
    for root in database.migration_directories():
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                name = path.relative_to(root).as_posix()
                content = path.read_bytes()
                digest.update(f"\n{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _emptied(database: Database, server: Maintenance, state: str) -> bool:
    """Empty the database of an earlier run, if it is then what the migrations have made."""
    _, _, known = state.partition(" ")
    if not known or not _is_plain(state):
        return False
    try:
        server.disconnect()
        with database.engine.connect() as connection:
            if fingerprint(connection) != known:
                return False
            empty(connection)
    except DBAPIError:
        # Another process holds a lock, or the role may not see enough.
        return False
    return True


def _made(database: Database, server: Maintenance, digest: str, mode: Mode) -> str:
    """Clone the database from a template, or migrate what is missing; return its state."""
    stem = template_stem(database.target.url)
    name = stem + digest[:_DIGITS]
    url = with_name(database.target.url, name)
    refuse_long(url, database.name)
    template = server.sibling(name)
    known, made_by, state = [*template.label().split(" ", 2), "", "", ""][:3]
    missing = known != digest or (mode.recreate and made_by != mode.run)
    if missing and mode.alone:
        state = _migrated(database, database.target.url, server)
        _remove_templates(server, stem)
        if not _is_plain(state):
            # It cannot be emptied, and would be migrated again each time.
            refuse_foreign(template, database.name)
            template.drop()
            template.clone(name_of(database.target.url))
            template.set_label(f"{digest} {mode.run} {state}")
        return state
    if missing:
        state = _migrated(database, url, template)
        template.set_label(f"{digest} {mode.run} {state}")
        _remove_templates(server, stem, but=name)
    server.drop()
    server.clone(name)
    server.hurry()
    return state


def _migrated(database: Database, url: URL, server: Maintenance) -> str:
    """Make a database at a URL; return its state: its kind and its fingerprint."""
    made = database.at(replace(database.target, url=url, creatable=False, tests=True))
    try:
        made.recreate(server)
        with made.engine.connect() as connection:
            kind = _PLAIN if is_plain(connection) else _SEEDED
            return f"{kind} {fingerprint(connection)}"
    finally:
        # A server clones only what nobody is connected to.
        made.dispose()


def _is_plain(state: str) -> bool:
    return state.partition(" ")[0] == _PLAIN


def _remove_templates(server: Maintenance, stem: str, but: str = "") -> None:
    """Drop the templates of a database, of migrations that have changed since."""
    template = re.compile(re.escape(stem) + rf"[0-9a-f]{{{_DIGITS}}}")
    for name in server.beside():
        old = server.sibling(name)
        if template.fullmatch(name) and name != but and made_by_tests(old.label()):
            old.drop()
