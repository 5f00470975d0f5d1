"""The command line, for the directory of a project: `python -m qapla.scaffold outbox main`."""

import argparse
import sys
from pathlib import Path

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions.outbox import add_outbox
from qapla.scaffold.additions.tokens import add_tokens
from qapla.scaffold.project import Project


def main(root: Path, arguments: list[str]) -> None:
    """Run a command, and print the files that it wrote and the next command."""
    parser = argparse.ArgumentParser(prog="python -m qapla.scaffold")
    commands = parser.add_subparsers(dest="command", required=True)
    for command, shown in (
        ("outbox", "add an outbox to a database, with its relay"),
        ("tokens", "add bearer tokens to a database, which the web may ask for"),
    ):
        added = commands.add_parser(command, help=shown)
        added.add_argument("database", help="the name of the database")
    chosen = parser.parse_args(arguments)
    try:
        project = Project(root, _package(root))
        add = {"outbox": add_outbox, "tokens": add_tokens}[chosen.command]
        written = add(project, chosen.database)
    except ScaffoldError as error:
        raise SystemExit(str(error)) from None
    print("\n".join([*written, "", "Type next:", ""]))
    print(f"    uv run alembic -n {chosen.database} upgrade head")
    if chosen.command == "tokens":
        print(f"\nThe web asks for tokens with this line in {project.source}/web/__init__.py:\n")
        print('    config.include(".security")')


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
