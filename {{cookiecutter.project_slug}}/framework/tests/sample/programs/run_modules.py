"""Run modules as `python -m` does, each in a fork of this process, which has imported the libraries.

A line of JSON asks for one: `module`, `arguments`, `directory`, `environment`, and the paths of the files
`stdin`, `stdout` and `stderr`. The answer is a line with the exit code.
"""

import json
import os
import runpy
import sys
from typing import Any

# Most of the time of a command goes into these.
import alembic.command
import alembic.config
import psycopg
import pymysql
import pyramid.config
import pytest
import sqlalchemy.dialects.mysql
import sqlalchemy.dialects.postgresql
import sqlalchemy.dialects.sqlite

import qapla
import qapla.celery
import qapla.celery.outbox
import qapla.celery.task
import qapla.celery.testing
import qapla.cli.db.group
import qapla.cli.main
import qapla.database.migrations.env
import qapla.database.migrations.runner
import qapla.driver
import qapla.logs.formatter
import qapla.ops.metrics.definitions
import qapla.settings
import qapla.testing

__all__ = ["alembic", "psycopg", "pymysql", "pyramid", "pytest", "qapla", "sqlalchemy"]


def run(request: dict[str, Any]) -> None:
    """Run a module, and end the process as it does."""
    environment: dict[str, str] = request["environment"]
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(request["directory"])
    streams = (("stdin", os.O_RDONLY), ("stdout", os.O_WRONLY), ("stderr", os.O_WRONLY))
    for number, (name, flags) in enumerate(streams):
        os.dup2(os.open(request[name], flags | os.O_CREAT), number)
    # The old one has read ahead.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.path[:0] = [request["directory"], *environment["PYTHONPATH"].split(os.pathsep)]
    sys.argv = [request["module"], *request["arguments"]]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    for line in sys.stdin:
        process = os.fork()
        if process == 0:
            run(json.loads(line))
            sys.exit()
        print(os.waitstatus_to_exitcode(os.waitpid(process, 0)[1]), flush=True)
