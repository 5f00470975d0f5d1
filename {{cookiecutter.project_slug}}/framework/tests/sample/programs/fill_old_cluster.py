"""Fill a data directory by the server of an older version. Argument: the directory."""

import sys
from pathlib import Path
from typing import Any

import psycopg

from qapla.embedded import binaries, connection_query

if __name__ == "__main__":
    query: dict[str, Any] = connection_query(Path(sys.argv[1]), programs=binaries.programs("16"))
    query["user"] = "postgres"
    with psycopg.connect(dbname="postgres", autocommit=True, **query) as connection:
        connection.execute("CREATE DATABASE fleet")
    with psycopg.connect(dbname="fleet", **query) as connection:
        connection.execute("CREATE TABLE ships AS SELECT 'Rotarran' AS name")
