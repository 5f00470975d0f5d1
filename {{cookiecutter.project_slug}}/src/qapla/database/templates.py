"""Make test databases: migrated once into a template, and cloned from it as often as needed.

A template is made anew when a file of the migrations changes, since its name has their hash. What
a database is worth stands in its label: it is set last, so that whatever was left half made, or
dirty, has none.
"""

import hashlib
import re
import uuid
from dataclasses import dataclass, field, replace

from qapla.database.cleaning import is_plain
from qapla.database.database import Database
from qapla.database.maintenance import Maintenance
from qapla.database.url import refuse_long, refuse_undroppable, template_stem, with_name

_PLAIN = "plain"
_SEEDED = "seeded"
# As many as the rule of the names leaves room for.
_DIGITS = 8


@dataclass(frozen=True)
class Mode:
    """Say how the databases of a run are made.

    `recreate` migrates from scratch, `reuse` keeps what the last run has left clean; `run` is the
    same for all workers of a run.
    """

    recreate: bool = False
    reuse: bool = False
    run: str = field(default_factory=lambda: uuid.uuid4().hex)


def prepare(database: Database, mode: Mode) -> bool:
    """Make a test database anew, or keep it where that was asked for and it is clean.

    Args:
        database: The database; its name must be that of a test database.
        mode: How it is made.

    Returns:
        Whether the migrations have left its tables empty, so that it is new again when emptied.

    Raises:
        NotDroppable: By its name this is not a test database.
    """
    url = database.target.url
    refuse_undroppable(url, database.name)
    digest = digest_of(database)
    server = database.maintenance
    if mode.reuse and not mode.recreate:
        known, _, kind = server.label().partition(" ")
        if known == digest:
            return kind == _PLAIN
    database.dispose()
    if server.clones:
        with server.locked(template_stem(url)):
            template, kind = _template(database, server, digest, mode)
            server.drop()
            server.clone(template)
            server.set_label(f"{digest} {kind}")
    else:
        database.recreate()
        kind = _kind(database)
        server.set_label(f"{digest} {kind}")
    return kind == _PLAIN


def digest_of(database: Database) -> str:
    """Return the hash of a database's migrations and the kind of its server."""
    digest = hashlib.sha256(database.target.url.get_backend_name().encode())
    root = database.target.migrations
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.suffix != ".pyc":
            name = path.relative_to(root).as_posix()
            content = path.read_bytes()
            digest.update(f"\n{name} {len(content)}\n".encode() + content)
    return digest.hexdigest()


def _template(database: Database, server: Maintenance, digest: str, mode: Mode) -> tuple[str, str]:
    """Return the name and the kind of the template, which is made if it is not there yet."""
    stem = template_stem(database.target.url)
    name = stem + digest[:_DIGITS]
    sibling = server.sibling(name)
    known, made_by, kind = [*sibling.label().split(), "", "", ""][:3]
    if known == digest and (made_by == mode.run or not mode.recreate):
        return name, kind
    url = with_name(database.target.url, name)
    refuse_long(url, database.name)
    template = database.at(replace(database.target, url=url))
    try:
        template.recreate()
        kind = _kind(template)
    finally:
        # A server clones only what nobody is connected to.
        template.dispose()
    sibling.set_label(f"{digest} {mode.run} {kind}")
    _remove_others(server, stem, name)
    return name, kind


def _kind(database: Database) -> str:
    with database.engine.connect() as connection:
        return _PLAIN if is_plain(connection) else _SEEDED


def _remove_others(server: Maintenance, stem: str, current: str) -> None:
    """Drop the templates of migrations that have changed since."""
    template = re.compile(re.escape(stem) + rf"[0-9a-f]{{{_DIGITS}}}")
    for name in server.beside():
        if template.fullmatch(name) and name != current:
            server.sibling(name).drop()
