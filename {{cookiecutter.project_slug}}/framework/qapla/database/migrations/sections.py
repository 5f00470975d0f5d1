"""Refuse a section that alembic.ini does not have, and list those that it has.

Alembic imports this module when it is the `script_location` of `[tool.alembic]`, which is read for
a section without one. So each of Alembic's commands ends in one line.
"""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Sequence
from configparser import RawConfigParser

from alembic.util import CommandError

_LOCATION = "script_location"


def refuse_unknown_section(arguments: Sequence[str]) -> None:
    """Refuse the section that the arguments of the `alembic` command name, if it is unknown.

    Raises:
        CommandError: The file has no such section, or the section no `script_location`.
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
    if given.name not in known:
        raise CommandError(
            f"{path} has no section [{given.name}] with a {_LOCATION}; "
            f"known: {', '.join(known) or 'none'}"
        )


refuse_unknown_section(sys.argv[1:])
