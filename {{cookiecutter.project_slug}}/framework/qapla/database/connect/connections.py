"""The connections to a database: those of its engine, and others past its pool."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import URL, Connection, Engine, NullPool

from qapla.database.connect.engines import make_engine, make_probe_engine
from qapla.database.connect.explain import Hints
from qapla.database.places.target import Target
from qapla.embedded import connection_query
from qapla.exceptions import DatabaseNotFound


class Connections:
    """The connections to a database that is placed at a target.

    Args:
        name: The name of the database.
        target: Its place.
        hints: Returns the commands that the errors of a connection name.
        prepare: Called with the new engine, before anybody has it.
    """

    def __init__(
        self,
        name: str,
        target: Target,
        hints: Callable[[], Hints],
        prepare: Callable[[Engine], None],
    ) -> None:
        self._name = name
        self._target = target
        self._hints = hints
        self._prepare = prepare
        self._engine: Engine | None = None
        self._lock = threading.Lock()

    @property
    def url(self) -> URL:
        """Return the URL of the database; starts the embedded server for its own.

        Raises:
            DatabaseNotFound: It is an unmanaged database without a URL.
        """
        target = self._target
        if target.unset:
            raise DatabaseNotFound(
                f"database {self._name!r} has no URL, and no embedded server stands in for a "
                f"database that is not managed by this project: set the variable {target.unset}"
            )
        if target.embedded is None:
            return target.url
        query = connection_query(target.embedded, target.embedded_setting)
        return target.url.update_query_dict(query)

    @property
    def direct_url(self) -> URL:
        """Return the URL of the database on its server itself, past a pooler."""
        return self._target.direct or self.url

    @property
    def is_open(self) -> bool:
        """Whether there is an engine yet."""
        return self._engine is not None

    @property
    def engine(self) -> Engine:
        """Return the engine of this process, made at first use."""
        if self._engine is None:
            with self._lock:
                if self._engine is None:
                    engine = make_engine(self.url, self._target.options, self._hints())
                    self._prepare(engine)
                    self._engine = engine
        return self._engine

    @contextmanager
    def directly(self) -> Iterator[Connection]:
        """Open a connection to the server itself, past a pooler, for migrations."""
        if self._target.direct is None:
            engine = self.engine
        else:
            engine = make_engine(self.direct_url, {"poolclass": NullPool}, self._hints())
        with engine.connect() as connection:
            yield connection

    @contextmanager
    def alone(self, seconds: float) -> Iterator[Connection]:
        """Open a connection for a probe, past the pool, which may be in use as a whole.

        Args:
            seconds: The time after which it gives up when the server does not answer.
        """
        engine = make_probe_engine(self.url, self._target.options, self._hints(), seconds)
        with engine.connect() as connection:
            yield connection

    def dispose(self) -> None:
        """Close the pooled connections; the next use makes new ones."""
        if self._engine is not None:
            self._engine.dispose()
