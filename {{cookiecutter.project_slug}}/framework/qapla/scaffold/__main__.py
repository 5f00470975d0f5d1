"""The command line, for the directory of a project: `python -m qapla.scaffold outbox main`."""

import argparse
import sys
from pathlib import Path

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions.outbox import add_outbox
from qapla.scaffold.project import Project


def main(root: Path, arguments: list[str]) -> None:
    """Run a command, and print the files that it wrote and the next command."""
    parser = argparse.ArgumentParser(prog="python -m qapla.scaffold")
    commands = parser.add_subparsers(required=True)
    outbox = commands.add_parser("outbox", help="add an outbox to a database, with its relay")
    outbox.add_argument("database", help="the name of the database")
    database: str = parser.parse_args(arguments).database
    try:
        written = add_outbox(Project(root, _package(root)), database)
    except ScaffoldError as error:
        raise SystemExit(str(error)) from None
    print("\n".join([*written, "", "Type next:", ""]))
    print(f"    uv run alembic -n {database} upgrade head")


def _package(root: Path) -> str:
    """Return the project's package: the one with databases.

    Raises:
        ScaffoldError: There is none.
    """
    for path in sorted(root.glob("src/*/databases/__init__.py")):
        return path.parent.parent.name
    raise ScaffoldError(f"{root} has no package with databases: change to a project's directory")


if __name__ == "__main__":
    main(Path.cwd(), sys.argv[1:])
