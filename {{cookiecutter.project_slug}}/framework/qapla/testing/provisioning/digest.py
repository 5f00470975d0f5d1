"""The hash of everything that a test database is made of: it decides whether one is stale."""

import hashlib
from collections.abc import Iterator

from qapla.database.database import Database
from qapla.database.unmanaged import statements


def digest_of(database: Database) -> str:
    """Return the hash of a database's migrations, or of its models, and the kind of its server."""
    digest = hashlib.sha256(database.target.url.get_backend_name().encode())
    for part in _migrations(database) if database.managed else _models(database):
        digest.update(part)
    return digest.hexdigest()


def _migrations(database: Database) -> Iterator[bytes]:
    """Yield the files of the migrations, after their options."""
    ini = database.target.alembic_ini
    if ini is not None:
        yield ini.read_bytes()
    for root in database.migrations.directories():
        for path in sorted(root.rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                name = path.relative_to(root).as_posix()
                content = path.read_bytes()
                yield f"\n{name} {len(content)}\n".encode() + content


def _models(database: Database) -> Iterator[bytes]:
    """Yield the statements that create the tables of the models, after the map of their schemas."""
    options = database.target.options.get("execution_options", {})
    yield f"models {options.get('schema_translate_map')}".encode()
    for statement in statements(database):
        yield f"\n{len(statement)} {statement}".encode()
