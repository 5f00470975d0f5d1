"""Refuse a section that alembic.ini does not have, and list those that it has.

Alembic imports this module when it is the `script_location` of `[tool.alembic]`, which is read for
a section without one. So each of Alembic's commands ends in one line. A database that the project does
not manage has no section: the error says so.
"""

import logging
import os
import sys
import tomllib
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from configparser import RawConfigParser
from contextlib import suppress
from importlib import import_module
from pathlib import Path

from alembic.util import CommandError

from qapla.database.application import DatabaseApplication
from qapla.exceptions import NotManaged, QaplaError

_LOCATION = "script_location"
_PYPROJECT = "pyproject.toml"
# The entry points of a project's applications.
_APPLICATIONS = "paste.app_factory"


def refuse_unknown_section(arguments: Sequence[str]) -> None:
    """Refuse the section that the arguments of the `alembic` command name, if it is unknown.

    Raises:
        CommandError: The file has no such section, or the section no `script_location`; or it is the
            name of a database that the project does not manage.
    """
    parser = ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("-c", "--config", action="append")
    parser.add_argument("-n", "--name", default="alembic")
    given = parser.parse_known_args(arguments)[0]
    ini = RawConfigParser()
    paths = [*(given.config or ()), os.environ.get("ALEMBIC_CONFIG", ""), "alembic.ini"]
    path = next(path for path in paths if path and not path.endswith(".toml"))
    ini.read(path, encoding="utf-8")
    known = [name for name in ini.sections() if ini.has_option(name, _LOCATION)]
    if given.name in known:
        return
    toml = next((path for path in paths if path.endswith(".toml")), _PYPROJECT)
    try:
        refuse_unmanaged(given.name, Path(toml))
    finally:
        # Alembic prints the line, and would log it too by the settings of an application.
        logging.getLogger("alembic.util.messaging").disabled = True
    raise CommandError(
        f"{path} has no section [{given.name}] with a {_LOCATION}; "
        f"known: {', '.join(known) or 'none'}"
    )


def refuse_unmanaged(name: str, pyproject: Path) -> None:
    """Refuse the name of a database that the applications of a project have and do not manage.

    Args:
        name: The name of the section.
        pyproject: The file that names the applications.

    Raises:
        CommandError: The database is not managed, or an application cannot be prepared.
    """
    for application in _applications(pyproject):
        try:
            database = application.run_command().dbs.get(name)
            if database is not None and not database.managed:
                raise NotManaged(name)
        except QaplaError as error:
            raise CommandError(str(error)) from error


def _applications(pyproject: Path) -> Iterator[DatabaseApplication]:
    """Yield the applications that the entry points of a project name."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8")).get("project", {})
    for place in project.get("entry-points", {}).get(_APPLICATIONS, {}).values():
        module, _, name = place.partition(":")
        # One that is not installed is missed by every other command too.
        with suppress(ImportError):
            application = getattr(import_module(module), name, None)
            if isinstance(application, DatabaseApplication):
                yield application


refuse_unknown_section(sys.argv[1:])
