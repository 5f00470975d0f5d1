"""Run every command of a project with each wrong variable, in one process.

The argument is a file: JSON, a dict of the variables of each case. Prints a JSON list of the command, the
case, the exit code, and the output.
"""

import contextlib
import io
import json
import os
import runpy
import sys
import traceback
from collections.abc import Callable, Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

import click
from alembic.config import CommandLine
from celery.bin.celery import celery
from pyramid.scripts import pserve

from qapla.cli.main import main as qapla
from qapla.exceptions import QaplaError

# These read files and no settings.
WITHOUT_SETTINGS = ("add", "codemod", "remove", "update")
# An argument that a command needs, by its name.
ARGUMENTS = {"kind": "worker", "name": "main"}
OPTIONS = {"message": "nothing"}
CELERY = ["-A", "rotarran.tasks.worker"]
RELAY = "rotarran.tasks.main.outbox"


def leaves(group: click.Command, words: list[str]) -> Iterator[list[str]]:
    """Yield the words of each command in a tree, with the arguments that it needs."""
    if not isinstance(group, click.Group):
        yield [*words, *_required(group)]
        return
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is not None and (words or name not in WITHOUT_SETTINGS):
            yield from leaves(command, [*words, name])


def _required(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        if parameter.required and isinstance(parameter, click.Argument):
            yield ARGUMENTS.get(str(parameter.name), "main")
        elif parameter.required:
            yield from (parameter.opts[0], OPTIONS.get(str(parameter.name), "main"))


def programs() -> Iterator[tuple[str, Callable[[], Any]]]:
    """Yield each command as its user types it, and the function that runs it."""
    for words in leaves(qapla, []):
        yield " ".join(["qapla", *words]), partial(qapla, words, "qapla")
    for words in (["worker"], ["beat"], ["inspect", "ping"], ["call", "x"], ["purge", "-f"]):
        yield " ".join(["celery", *words]), partial(celery, [*CELERY, *words], "celery")
    for words in (["upgrade", "head"], ["current"], ["-n", "analytics", "check"]):
        yield " ".join(["alembic", *words]), partial(CommandLine("alembic").main, words)
    yield "pserve", partial(pserve.main, ["pserve", "development.ini"])
    yield f"python -m {RELAY}", _run_relay


def _run_relay() -> None:
    sys.argv = [RELAY]
    runpy.run_module(RELAY, run_name="__main__")


def run(function: Callable[[], Any]) -> tuple[object, str]:
    """Return the exit code of a program, and its output."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            code: object = function()
        except SystemExit as error:
            code = error.code
            if isinstance(code, str):
                # As Python itself does.
                print(code)
                code = 1
        except BaseException:
            traceback.print_exc()
            code = 1
    return code, printed.getvalue()


def is_refused(application: Any) -> bool:
    """Whether the settings are refused; a worker with right ones would run for ever."""
    try:
        application.run_command()
    except QaplaError:
        return True
    application._forget()
    return False


if __name__ == "__main__":
    cases = json.loads(Path(sys.argv[1]).read_text())
    application = import_module("rotarran").main
    found: list[tuple[str, str, object, str]] = []
    for case, variables in cases.items():
        os.environ.update(variables)
        if is_refused(application):
            found += [(command, case, *run(function)) for command, function in programs()]
        else:
            found.append(("every command", case, 0, "accepted"))
        for name in variables:
            del os.environ[name]
    print(json.dumps(found))
