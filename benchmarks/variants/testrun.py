"""Run the tests of a project in a pytest process of its own, as a user does."""

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import NullPool, create_engine, text

from benchmarks.measure import TEMPLATE
from benchmarks.projects import REVISIONS, TESTS, write_by_hand, write_django, write_ours

SOURCE = TEMPLATE / "{{cookiecutter.project_slug}}" / "framework"
PLUGINS = {
    "ours": ["-p", "qapla.testing.plugin"],
    "django": ["-p", "pytest_django.plugin", "--ds=settings"],
    "hand": [],
}
WRITERS = {"ours": write_ours, "django": write_django, "hand": write_by_hand}


def drop_all(host: str, prefix: str) -> None:
    """Drop every database of a kind of project, templates too; that by hand is made anew."""
    url = f"postgresql+psycopg://postgres@/postgres?host={host}"
    engine = create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        for name in connection.scalars(text("SELECT datname FROM pg_database")).all():
            if re.match(rf"(test_)?{prefix}_db\d", name):
                connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
        if prefix == "hand":
            connection.exec_driver_sql("CREATE DATABASE hand_db0")
            by_hand = create_engine(f"postgresql+psycopg://postgres@/hand_db0?host={host}")
            with by_hand.begin() as tables:
                for number in range(REVISIONS):
                    tables.exec_driver_sql(
                        f"CREATE TABLE rows{number} (id serial PRIMARY KEY, name varchar(200))"
                    )
            by_hand.dispose()
        # The databases of the run before are not to be paid for by this one.
        connection.exec_driver_sql("CHECKPOINT")


def main(kind: str, databases: str, state: str, part: str, *options: str) -> None:
    """Print the seconds of one run.

    Args:
        kind: `ours`, `django`, or `hand`: SQLAlchemy alone, on tables that are there.
        databases: How many databases the project has.
        state: `nothing` drops the databases first, `there` makes them by a run before.
        part: `start` is the whole process with a test for each database, and `tests` the time of
            the tests alone, with many tests of one database.
        options: More options of pytest.
    """
    host = os.environ["BENCH_HOST"]
    with tempfile.TemporaryDirectory() as directory:
        root, times = Path(directory) / "project", Path(directory) / "times"
        WRITERS[kind](root, int(databases), 1 if part == "start" else TESTS, host)
        environment = {
            **os.environ,
            "BENCH_TIMES": str(times),
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
            "PYTHONPATH": f"{root}{os.pathsep}{SOURCE}",
        }
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *PLUGINS[kind]]
        command += [f"--rootdir={root}", *options]

        def once() -> float:
            start = time.perf_counter()
            subprocess.run(command, cwd=root, env=environment, check=True, capture_output=True)
            return time.perf_counter() - start

        drop_all(host, kind)
        # Twice: once for the bytecode too, which is compiled when the time is taken.
        once()
        if state == "nothing":
            drop_all(host, kind)
        times.unlink(missing_ok=True)
        # Nor are the files and databases of the runs before.
        os.sync()
        seconds = once()
        if part == "tests":
            seconds = max(float(line) for line in times.read_text().splitlines())
    print(seconds)


if __name__ == "__main__":
    main(*sys.argv[1:])
