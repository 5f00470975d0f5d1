"""Migrate the database `main` of a project, which is made first. Argument: the project's package."""

import sys
from importlib import import_module
from typing import Any

if __name__ == "__main__":
    application: Any = import_module(sys.argv[1]).main
    database = application.run_command().dbs["main"]
    if not database.exists():
        database.create()
    database.migrate()
