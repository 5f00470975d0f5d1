"""Write 20,000 rows, no keys asked back, and commit."""

import sys
import time
import warnings
from typing import Any

warnings.simplefilter("ignore")

from sqlalchemy import insert, text  # noqa: E402
from sqlalchemy.orm import Session  # noqa: E402

from benchmarks.models import Copy, CopyWriteDriver  # noqa: E402
from benchmarks.server import database  # noqa: E402

ROWS = [{"name": f"ship {n:07d}", "crew": n % 500} for n in range(20_000)]
TIMES = 10


def write(kind: str, session: Session) -> None:
    """Write the rows in one of three ways."""
    if kind == "qapla":
        CopyWriteDriver(session).create_many(ROWS)
    elif kind == "core":
        session.connection().execute(insert(Copy), ROWS)
    else:
        copy_by_hand(session)


def copy_by_hand(session: Session) -> None:
    """Write the rows by psycopg's binary COPY, for these columns alone."""
    connection: Any = session.connection().connection.driver_connection
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY copies (name, crew) FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(["varchar", "int4"])
        for row in ROWS:
            copy.write_row((row["name"], row["crew"]))


def main(kind: str) -> None:
    """Time a few writings into an empty table, after one that warms up."""
    session = database().get_session()
    seconds = 0.0
    for number in range(TIMES + 1):
        session.execute(text("TRUNCATE copies"))
        session.commit()
        start = time.perf_counter()
        write(kind, session)
        session.commit()
        seconds += time.perf_counter() - start if number else 0
    assert session.query(Copy).count() == len(ROWS)
    session.close()
    print(seconds)


if __name__ == "__main__":
    main(sys.argv[1])
