"""The place of a database, for the purpose of its application."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Engine

from qapla.embedded import SETTING

if TYPE_CHECKING:
    from qapla.database.database import Database


# A function that is called with each engine that was made, the name and the options of its database.
Instrument = Callable[[Engine, str, dict[str, Any]], None]


@dataclass(frozen=True)
class Target:
    """The place of a database, as its application has found it in the settings.

    Args:
        url: The URL of the database.
        migrations: The directory of its migrations, or None where it has none.
        alembic_ini: The file with the options of Alembic, if there is one.
        default_url: The URL of the maintenance database, or None to derive it from `url`.
        options: The options of the engine.
        embedded: The data directory of the embedded server, or None for another server.
        embedded_setting: The name of the setting of that directory.
        creatable: Whether an upgrade may create the database when it is missing.
        run: The beginning of each command that a message tells to type.
        reader: Whether marked reads need no transaction.
        tests: Whether a database is reached only if a run of tests has made it.
        namesakes: The project's own databases, for other purposes, that have the name of this one.
        neighbours: The names of the databases in other schemas of this one.
        direct: The URL of the database on its server itself, where `url` leads through a pooler.
        url_variable: The variable of its URL, or an empty text where no variable is.
        unset: The variable to set for the URL of an unmanaged database that has none.
        slow_seconds: The seconds from which a statement is logged as slow; 0 for none.
        package: The package of the project, whose lines the log of slow statements names.
        instruments: Functions that measure or trace the engine.
    """

    url: URL
    migrations: Path | None = None
    alembic_ini: Path | None = None
    default_url: URL | None = None
    options: dict[str, Any] = field(default_factory=dict, repr=False)
    embedded: Path | None = None
    embedded_setting: str = SETTING
    creatable: bool = False
    run: str = "uv run"
    reader: bool = False
    tests: bool = False
    namesakes: tuple["Database", ...] = ()
    neighbours: tuple[str, ...] = ()
    direct: URL | None = None
    url_variable: str = ""
    unset: str = ""
    slow_seconds: float = 0
    package: str = ""
    instruments: Sequence[Instrument] = field(default=(), repr=False)
