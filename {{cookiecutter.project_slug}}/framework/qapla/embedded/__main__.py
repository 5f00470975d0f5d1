"""Dump and restore the embedded server's databases: `python -m qapla.embedded dump <directory>`."""

import subprocess
import sys
from pathlib import Path

from qapla.embedded import binaries
from qapla.embedded.client import connection_query
from qapla.exceptions import DatabaseError, QaplaError

_USAGE = "usage: python -m qapla.embedded dump|restore <data directory>"


def dump(data: Path) -> int:
    """Write all databases to the standard output, by the version that has made them.

    Raises:
        DatabaseError: There are no data, or that version is not installed.
    """
    version = binaries.version_of(data)
    if version is None:
        raise DatabaseError(f"there are no data of the embedded PostgreSQL in {data}")
    programs = binaries.programs(version)
    return _run(programs / "pg_dumpall", connection_query(data, programs=programs))


def restore(data: Path) -> int:
    """Read databases that were dumped from the standard input; the newest version keeps them."""
    return _run(
        binaries.programs() / "psql",
        connection_query(data),
        "--quiet",
        "--output=/dev/null",
        "postgres",
    )


def _run(program: Path, query: dict[str, str], *more: str) -> int:
    reached = ["-h", query["host"], "-p", query["port"], "-U", "postgres"]
    return subprocess.run([program, *reached, *more], check=False).returncode


if __name__ == "__main__":
    tasks = {"dump": dump, "restore": restore}
    if len(sys.argv) != 3 or sys.argv[1] not in tasks:
        sys.exit(_USAGE)
    try:
        sys.exit(tasks[sys.argv[1]](Path(sys.argv[2]).resolve()))
    except QaplaError as error:
        sys.exit(str(error))
