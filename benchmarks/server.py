"""The embedded PostgreSQL of the measurements, with one table of a million rows."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, make_url, text

from qapla.database.database import Database
from qapla.database.places.target import Target

from benchmarks.models import ROWS, Base, ShipWriteDriver

VARIABLE = "QAPLA_BENCHMARK_URL"


def url() -> URL:
    """Return the URL of the database that the environment names."""
    return make_url(os.environ[VARIABLE])


def database(**settings: bool) -> Database:
    """Return that database."""
    return Database("main").at(Target(url(), Path(), **settings))  # type: ignore[arg-type]


@contextmanager
def served() -> Iterator[dict[str, str]]:
    """Start the server, fill the table, and yield the variable that names the database."""
    # Not in a directory of another user's: under root the server is one.
    directory = Path(tempfile.mkdtemp(prefix="qapla-benchmarks-"))
    name = URL.create("postgresql+psycopg", username="postgres", database="benchmarks")
    filled = Database("main").at(Target(name, Path(), embedded=directory / "postgres"))
    try:
        filled.create()
        Base.metadata.create_all(filled.engine)
        with filled.get_session() as session:
            rows = ({"name": f"ship {n:07d}", "crew": n % 500} for n in range(ROWS))
            ShipWriteDriver(session).create_many(rows)
            session.commit()
        with filled.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
            connection.execute(text("VACUUM ANALYZE ships"))
        yield {VARIABLE: filled.url.render_as_string(hide_password=False)}
        filled.drop()
    finally:
        shutil.rmtree(directory, ignore_errors=True)
