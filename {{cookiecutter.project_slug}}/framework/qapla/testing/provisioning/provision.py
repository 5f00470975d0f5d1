"""Provision test databases, running their migrations as rarely as possible.

A database of an earlier run is reset and used again, if its schema is still the same. Otherwise it is
cloned from a template, which the migrations have made; or, the first time, they make the database
itself. The models make an unmanaged one. A change in a file of the migrations, or of the models, is
noticed, since labels and the names of templates have their hash. The label on a database records its
state: that of a clean one is set last, so that a database which was left half made, or dirty, has the
label of an unclean one.
"""

import re
import uuid
from dataclasses import dataclass, field, replace

from sqlalchemy import URL
from sqlalchemy.exc import DBAPIError

from qapla.database.connect.landing import refuse_foreign
from qapla.database.database import Database
from qapla.database.dialects import dialect_of
from qapla.database.dialects.label import Label
from qapla.database.dialects.server import Server
from qapla.database.lifecycle import refuse_unmanaged
from qapla.database.places.urls import (
    name_of,
    refuse_long,
    refuse_undroppable,
    template_stem,
    with_name,
)
from qapla.exceptions import NotDroppable
from qapla.testing.provisioning.digest import digest_of

# As many as the rule of the names leaves room for.
_DIGITS = 8


@dataclass(frozen=True)
class Mode:
    """The way in which the databases of a run are made.

    Args:
        recreate: Whether each database is made from scratch.
        reuse: Whether a database that the last run has left clean is kept as it is.
        alone: Whether no other database of the same migrations is needed, as far as is known.
        run: The identifier of the run, the same for all its workers.
    """

    recreate: bool = False
    reuse: bool = False
    alone: bool = False
    run: str = field(default_factory=lambda: uuid.uuid4().hex)


def provision(database: Database, mode: Mode, server: Server | None = None) -> Label:
    """Make a test database anew, or keep it where that was asked for and it is clean.

    Args:
        database: The database; its name must be that of a test database.
        mode: The way in which it is made.
        server: The server of the database, if one has a connection already.

    Returns:
        The label of the database.

    Raises:
        NotManaged: This is a database of others itself, and not its test database.
        NotDroppable: By its name this is not a test database, no run of tests has made it, or it is
            another database of the project.
    """
    refuse_unmanaged(database)
    url = database.target.url
    refuse_undroppable(url, database.name)
    digest = digest_of(database)
    server = server or database.server
    _refuse_namesakes(database, server)
    label = server.label()
    current = label is not None and label.digest == digest and not mode.recreate
    if label is not None and current and (mode.reuse or _try_reset(database, server, label)):
        return label
    refuse_foreign(server, database.name)
    database.dispose()
    if server.clones:
        with server.locked(template_stem(url)):
            label = _clone_or_build(database, server, digest, mode)
    else:
        label = _build_from_scratch(database, url, server, digest)
    server.set_label(label)
    return label


def _refuse_namesakes(database: Database, server: Server) -> None:
    """Refuse a database that is another one of the project, which has it by another address."""
    for namesake in database.target.namesakes:
        try:
            both = namesake.exists() and server.exists()
            same = both and namesake.server.identity() == server.identity()
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


def _try_reset(database: Database, server: Server, label: Label) -> bool:
    """Delete the rows of an earlier run, if its schema is still as it was made."""
    if not label.fingerprint or not label.resettable:
        return False
    try:
        server.disconnect()
        with database.engine.connect() as connection:
            dialect = dialect_of(connection.dialect.name)
            if dialect.fingerprint(connection) != label.fingerprint:
                return False
            dialect.delete_all_rows(connection)
    except DBAPIError:
        # Another process holds a lock, or the role may not see enough.
        return False
    return True


def _clone_or_build(database: Database, server: Server, digest: str, mode: Mode) -> Label:
    """Clone the database from a template, or build the missing one; return its label."""
    stem = template_stem(database.target.url)
    name = stem + digest[:_DIGITS]
    url = with_name(database.target.url, name)
    refuse_long(url, database.name)
    template = server.for_database(name)
    known = template.label()
    current = known is not None and known.digest == digest
    missing = not current or (mode.recreate and known is not None and known.run != mode.run)
    if missing and mode.alone:
        label = _build_from_scratch(database, database.target.url, server, digest)
        _remove_templates(server, stem)
        if not label.resettable:
            # It cannot be reset, and would be built again each time.
            refuse_foreign(template, database.name)
            template.drop()
            template.clone(name_of(database.target.url))
            template.set_label(replace(label, run=mode.run))
        return label
    if missing:
        known = _build_from_scratch(database, url, template, digest)
        template.set_label(replace(known, run=mode.run))
        _remove_templates(server, stem, but=name)
    server.drop()
    server.clone(name)
    server.disable_synchronous_commit()
    assert known is not None  # noqa: S101 (for mypy)
    return replace(known, run="")


def _build_from_scratch(database: Database, url: URL, server: Server, digest: str) -> Label:
    """Make a database at a URL by its migrations, or by its models; return its label."""
    made = database.at(replace(database.target, url=url, creatable=False, tests=True))
    try:
        made.recreate(server)
        with made.engine.connect() as connection:
            dialect = dialect_of(connection.dialect.name)
            resettable = dialect.can_be_reset(connection)
            return Label(digest, resettable, dialect.fingerprint(connection))
    finally:
        # A server clones only a database that nobody is connected to.
        made.dispose()


def _remove_templates(server: Server, stem: str, but: str = "") -> None:
    """Drop the templates of a database, of migrations or models that have changed since."""
    template = re.compile(re.escape(stem) + rf"[0-9a-f]{{{_DIGITS}}}")
    for name in server.database_names():
        old = server.for_database(name)
        if template.fullmatch(name) and name != but and old.label() is not None:
            old.drop()
