"""`qapla db seed`: the project's own functions that fill its databases."""

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from qapla.cli.db.running.outcome import Failed, run_each
from qapla.cli.db.running.selection import DATABASE, select

if TYPE_CHECKING:
    from qapla.database.database import Database

_NAME = "seed"


@click.command()
@DATABASE
@click.pass_obj
def seed(directory: Path, names: tuple[str, ...]) -> None:
    """Call the function `seed(session)` of each `databases/<database>/seed.py`.

    Each runs in one transaction, and may run again later: it adds only rows that are missing.
    """
    selection = select(directory, names)
    seeds = {database.name: _seed_of(database) for database in selection.databases}
    found = [database for database in selection.databases if seeds[database.name] or names]
    if not any(seeds.values()):
        first = selection.databases[0]
        subject = (
            f"database {' and '.join(map(repr, names))} has no" if names else "no database has a"
        )
        raise click.ClickException(
            f"{subject} seed: write `def seed(session: Session) -> None:` "
            f"in the module {_module(first)}"
        )

    def run(database: "Database") -> str:
        return _run(database, seeds[database.name])

    run_each(found, run, stops=True, unmanaged_too=True)


def _module(database: "Database") -> str:
    return f"{database.models}.{_NAME}"


def _seed_of(database: "Database") -> Callable[[Any], object] | None:
    """Return the function that fills a database, or None where it has none.

    Raises:
        ClickException: The module has no such function.
    """
    if database.models is None or find_spec(_module(database)) is None:
        return None
    function = getattr(import_module(_module(database)), _NAME, None)
    if not callable(function):
        raise click.ClickException(
            f"{_module(database)} has no function `{_NAME}`: "
            f"write `def {_NAME}(session: Session) -> None:` there"
        )
    return function  # type: ignore[no-any-return]


def _run(database: "Database", function: Callable[[Any], object] | None) -> str:
    # Imported here, as `--help` needs no large library.
    from qapla.database.sessions.transaction import transaction

    if function is None:
        raise Failed(f"no seed: write the module {_module(database)}")
    with database.get_session() as session, transaction(session):
        function(session)
    return "seeded"
