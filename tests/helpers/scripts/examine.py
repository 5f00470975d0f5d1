"""Examine projects that are sent line by line as JSON, each in a fork of this process.

A line has the keys `project`, the directory, `package`, `urls` by database, and `step`, the name of a
function below. The answer is a line with the traceback, or an empty one.
"""

import json
import os
import sys
import traceback
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Any

# Imported once for every project: most of the time goes into this.
import alembic.command
import psycopg  # noqa: F401
import pymysql  # noqa: F401
import pyramid.config  # noqa: F401
from pyramid.view import view_config
from sqlalchemy import inspect
from sqlalchemy.orm import configure_mappers

import qapla.celery
import qapla.celery.task
import qapla.celery.testing
import qapla.driver
import qapla.logs.formatter
import qapla.ops.metrics.definitions
import qapla.testing
import qapla.testing.madeup
import qapla.web.openapi
import qapla.web.resource  # noqa: F401
from qapla.database.database import Database


def examine(application: Any) -> None:
    """Import every module; migrate up, compare with the models, and go down and up again."""
    package = import_module(type(application).__module__.partition(".")[0])
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        import_module(module.name)
    configure_mappers()
    for database in application.run_command().dbs.values():
        migrate(database)


def migrate(database: Database) -> None:
    """Take every revision up, down and up again; nothing is left below, no difference above."""
    database.migrate()
    database.downgrade("base")
    with database.engine.connect() as connection:
        left = set(inspect(connection).get_table_names()) - {"alembic_version"}
    assert not left, f"the downgrade leaves {left}"
    database.migrate()
    refuse_differences(database)


def refuse_differences(database: Database) -> None:
    """Compare the models with the migrated database."""
    with database.engine.connect() as connection:
        alembic.command.check(database.migrations.config(connection))


def answer(request: dict[str, Any]) -> str:
    """Return the traceback of a request's step, or nothing."""
    project, package = Path(request["project"]), request["package"]
    sys.path.insert(0, str(project / "src"))
    for name, url in request["urls"].items():
        os.environ[f"{package}_databases__{name}__url".upper()] = url
    sys.stdout = open(os.devnull, "w")  # noqa: SIM115
    os.dup2(sys.stdout.fileno(), 2)
    try:
        globals()[request["step"]](import_module(package).main)
    except BaseException:
        return traceback.format_exc()
    return ""


if __name__ == "__main__":
    # The first decorator looks into every module that is imported.
    view_config()(answer)
    for line in sys.stdin:
        receiver, sender = os.pipe()
        if os.fork() == 0:
            with os.fdopen(sender, "w") as pipe:
                pipe.write(answer(json.loads(line)))
            os._exit(0)
        os.close(sender)
        with os.fdopen(receiver) as pipe:
            told = pipe.read()
        os.wait()
        print(json.dumps(told), flush=True)
