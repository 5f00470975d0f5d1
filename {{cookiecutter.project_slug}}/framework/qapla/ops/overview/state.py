"""The state of an application at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from qapla.ops.models import Models
from qapla.ops.outboxes import Backlog
from qapla.ops.overview.counts import Count


@dataclass(frozen=True)
class Pool:
    """The connections of this process to a database.

    Args:
        used: Those in use.
        most: The most that it may have at once, or None without a limit.
        settings: The settings of the pool, as `qapla doctor` shows them.
    """

    used: int
    most: int | None
    settings: str


@dataclass(frozen=True)
class DatabaseState:
    """The state of one database.

    Args:
        name: Its name.
        engine: The name of its engine.
        place: Its URL, without secrets.
        heads: The newest revisions of the project; none of an unmanaged database.
        managed: Whether the project makes the schema.
        ready: Whether it is reachable, and has the revisions of the code.
        finding: The revision, or the fault.
        pool: Its connections.
        models: Its models and tables.
        counts: The number of rows by the full name of the table.
        counted: The reason for counts that are missing, or an empty text.
        backlogs: The messages of each outbox, by the full name of its table.
    """

    name: str
    engine: str
    place: str
    heads: tuple[str, ...]
    managed: bool
    ready: bool
    finding: str
    pool: Pool
    models: Models
    counts: Mapping[str, Count] = field(default_factory=dict)
    counted: str = ""
    backlogs: Mapping[str, Backlog] = field(default_factory=dict)


@dataclass(frozen=True)
class State:
    """The state of an application.

    Args:
        databases: The databases, in their order.
        services: The findings about everything else that was asked, by name: the broker and others.
        workers: The names of the workers that have answered, or None if they were not asked.
    """

    databases: tuple[DatabaseState, ...]
    services: Mapping[str, tuple[bool, str]]
    workers: tuple[str, ...] | None
