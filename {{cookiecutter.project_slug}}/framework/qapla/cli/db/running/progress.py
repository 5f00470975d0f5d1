"""The progress of migrations: a bar on a terminal, and a line for each revision otherwise."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import click

Step = Callable[..., None]


@contextmanager
def shown(database: str, verb: str, docs: Mapping[str, str], number: int) -> Iterator[Step]:
    """Show the progress of a block, which calls the function that it is given after each revision.

    Args:
        database: The name of the database.
        verb: The work, as the lines name it.
        docs: The first line of each revision.
        number: The number of revisions.
    """
    if not sys.stderr.isatty():
        yield lambda *, step, **_: click.echo(_line(database, verb, step, docs), err=True)
        return
    with click.progressbar(
        length=number, label=f"{database}: {verb}", file=sys.stderr, show_pos=True
    ) as bar:
        yield lambda **_: bar.update(1)


def _line(database: str, verb: str, step: Any, docs: Mapping[str, str]) -> str:
    ids = step.up_revision_ids
    return f"{database}: {verb} {' '.join([*ids, *(docs.get(id_, '') for id_ in ids)])}".rstrip()
