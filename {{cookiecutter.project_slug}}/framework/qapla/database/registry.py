"""The named set of an application's databases."""

from collections.abc import Callable, Iterable, Iterator, Mapping

from qapla.database.database import Database
from qapla.exceptions import NotPrepared, UnknownDatabase


class Databases(Mapping[str, Database]):
    """The databases of an application by name, in their order; the first is the default.

    Args:
        not_prepared: Makes the error for every access before the application is prepared.
    """

    def __init__(self, not_prepared: Callable[[], NotPrepared]) -> None:
        self._not_prepared = not_prepared
        self._databases: dict[str, Database] | None = None

    def fill(self, databases: Iterable[Database]) -> None:
        """Set the databases, once the application knows where they are."""
        self._databases = {database.name: database for database in databases}

    def clear(self) -> None:
        """Forget the databases of a preparation that failed."""
        self._databases = None

    def notice_use(self) -> None:
        """Report that every database is about to be used: in a test they are then made first."""
        for database in self._filled.values():
            database.notice_use()

    @property
    def first(self) -> Database:
        """Return the first database."""
        return next(iter(self._filled.values()))

    @property
    def _filled(self) -> dict[str, Database]:
        if self._databases is None:
            raise self._not_prepared()
        return self._databases

    def __getitem__(self, name: str) -> Database:
        """Return a database by its name.

        Raises:
            NotPrepared: The application is not prepared yet.
            UnknownDatabase: No database has this name; the text lists those that there are.
        """
        try:
            return self._filled[name]
        except KeyError:
            raise UnknownDatabase(name, self._filled) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._filled)

    def __len__(self) -> int:
        return len(self._filled)
