"""The write driver: single rows, many rows, upserts and locks. It flushes; the caller commits."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from qapla.database.dialects.base import Failure
from qapla.database.dialects.errors import failure_of
from qapla.database.sessions.transaction import savepoint, transaction
from qapla.driver.base import Driver, M
from qapla.driver.bulk import bulk
from qapla.driver.generated import changed_values, version_name
from qapla.driver.integrity import translate_integrity_errors
from qapla.driver.mapping import joined
from qapla.driver.mapping.tables import tables_of
from qapla.driver.mapping.values import as_read
from qapla.driver.misfits import translate_misfits
from qapla.driver.upsert.conflict import Predicate
from qapla.driver.upsert.upsert import upsert_many, upsert_one
from qapla.exceptions import Locked, ObjectNotFound, QaplaError, StaleObject


class WriteDriver(Driver[M]):
    """Write the rows of `model`; a subclass names the model and adds writes of its own.

    A constraint that is violated is an error of its own (`Duplicate`, `MissingReference`,
    `NotNull`, `CheckFailed`), and so is a value that the engine refuses (`UnfitValue`). Inside
    `transaction()` the session is usable after it: each write is a savepoint there.
    """

    def create(self, /, **values: Any) -> M:
        """Add a row and flush it, so that its primary key is known.

        Args:
            values: The attributes of the new object.

        Raises:
            UnknownAttribute: A value is of no attribute of the model.
            UnfitValue: A value does not fit the type of its column.
            ConstraintViolation: One of its kinds: a constraint of the database is violated.
        """
        self.refuse_unknown(values)
        created: M = self.model(**self._as_read(values))
        with self._writing():
            self.session.add(created)
            self.session.flush()
        return created

    def create_many(
        self, rows: Iterable[Mapping[str, Any]], *, keys: bool = False
    ) -> int | list[Any]:
        """Add many rows in constant memory, without making objects.

        Without `keys` PostgreSQL takes them by COPY (many of them in its binary format, as long as
        each value is of the class of its column), the others by statements of many rows. The
        first row says which columns are written; the others have the same.

        Args:
            rows: The rows, from any iterable, by the names of the model's columns.
            keys: Whether the primary keys are asked back, in the order of the rows.

        Returns:
            The number of rows, or the list of their keys (tuples where a key has several columns).
        """
        with self._writing():
            if keys:
                return bulk.insert_returning_keys(self, rows)
            return bulk.insert_rows(self, rows)

    def update(self, key: Any, /, **values: Any) -> M:
        """Change a row and flush the change.

        A value of the model's version column is the version that the caller has read: when it is
        not that of the row any more, the change is refused.

        Raises:
            ObjectNotFound: There is no such row.
            StaleObject: Somebody else has changed the row since it was read.
        """
        self.refuse_unknown(values)
        changed = self._fetch_version(key, values)
        given = self._as_read(values)
        with self._writing(), self._detect_stale(key):
            for name, value in given.items():
                setattr(changed, name, value)
            self.session.flush()
        return changed

    def update_where(self, values: Mapping[str, Any], **criteria: Any) -> int:
        """Update every row that fits the criteria, by one statement; return how many.

        Where the model inherits its columns from other tables, the rows are locked first, and each
        table is updated by a statement of its own.

        Args:
            values: The new values by the names of columns.
            criteria: As for read drivers; at least one.
        """
        if not values:
            raise QaplaError(f"{type(self).__name__}: update_where was given no values")
        every = {**values, **changed_values(self.mapper, values)}
        new = {self.column(name): value for name, value in every.items()}
        conditions = self._required_conditions(criteria)
        if len(tables_of(self)) > 1:
            with self._writing():
                return joined.update_rows(self, every, conditions)
        return self._run(update(self.model).where(*conditions).values(new))

    def delete(self, key: Any, /, **version: Any) -> None:
        """Delete a row and flush; relationships cascade as the model says.

        Args:
            key: The primary key.
            version: The value of the version column that the caller has read, as for `update`.

        Raises:
            ObjectNotFound: There is no such row.
            StaleObject: Somebody else has changed the row since it was read.
        """
        if others := [name for name in version if name != version_name(self.mapper)]:
            raise QaplaError(
                f"{type(self).__name__}: delete was given {', '.join(others)}; it takes a key, and the "
                "value of the version column"
            )
        doomed = self._fetch_version(key, version)
        with self._writing(), self._detect_stale(key):
            self.session.delete(doomed)
            self.session.flush()

    def delete_where(self, **criteria: Any) -> int:
        """Delete every row that fits the criteria, by one statement; return how many.

        Where the model or one that inherits from it has several tables, the rows are locked first,
        and deleted from each table by a statement of its own.
        """
        conditions = self._required_conditions(criteria)
        if len(tables_of(self, inheriting=True)) > 1:
            with self._writing():
                return joined.delete_rows(self, conditions)
        return self._run(delete(self.model).where(*conditions))

    def upsert(
        self, *, on: Sequence[str] = (), index_where: Predicate | None = None, **values: Any
    ) -> M:
        """Add a row, or change the one that is there, by the engine's own statement.

        On MariaDB a row is there when it has the value of any unique key, not of `on` alone: such
        a row of another `on` is refused here, and changed by `upsert_many`.

        Args:
            on: The columns of the unique constraint that tells; by default the primary key.
            index_where: The predicate of a partial unique index over these columns; it is found by
                itself where the model declares one such index.
            values: The values of the row by the names of columns.

        Raises:
            Duplicate: A row of another model in the same table has these values.
        """
        with self._writing():
            found: M = upsert_one(self, on, values, index_where)
        return found

    def upsert_many(
        self,
        rows: Iterable[Mapping[str, Any]],
        *,
        on: Sequence[str] = (),
        index_where: Predicate | None = None,
    ) -> int:
        """Add or change many rows in constant memory; return how many rows were given.

        Args:
            rows: The rows, from any iterable; the first row says which columns are written.
            on: As for `upsert`.
            index_where: As for `upsert`.
        """
        with self._writing():
            return upsert_many(self, on, rows, index_where)

    def get_for_update(
        self, key: Any, *, skip_locked: bool = False, nowait: bool = False
    ) -> M | None:
        """Return a row, locked until the end of the transaction. (SQLite has no such locks.)

        Args:
            key: The value of the primary key; a tuple where it has several columns.
            skip_locked: Return None for a row that somebody else has locked.
            nowait: Raise instead of waiting for somebody else's lock.

        Raises:
            ObjectNotFound: There is no such row.
            Locked: Somebody else holds the lock, and `nowait` was asked for.
        """
        statement = select(self.model).where(*self.identity(key))
        # Neither relationships nor subclasses, of whose join PostgreSQL can lock no missing side.
        own = tables_of(self)
        lock = statement.with_for_update(skip_locked=skip_locked, nowait=nowait, of=own)
        anew = {"populate_existing": True}
        try:
            with savepoint(self.session):
                result = self.session.scalars(lock, execution_options=anew)
                found: M | None = result.unique().one_or_none()
        except DBAPIError as error:
            if Failure.LOCKED in failure_of(error):
                raise Locked(self.model_name, key) from error
            raise
        if found is None and not (skip_locked and self._is_there(key)):
            raise ObjectNotFound(self.model_name, key)
        return found

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """Commit at the end of the block, or roll back when an exception leaves it.

        Inside another transaction that someone opened on this session it is a savepoint.
        """
        with self._translating(), transaction(self.session):
            yield self.session

    def _as_read(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of attributes in the form in which their columns return them."""
        columns = self.mapper.column_attrs
        return {
            name: as_read(columns[name].columns[0].type, value) if name in columns else value
            for name, value in values.items()
        }

    def _fetch(self, key: Any, *, anew: bool = False) -> M:
        values = self.key(key)
        found: M | None = None
        if values is not None:
            found = self.session.get(self.model, values, populate_existing=anew)
        if found is None:
            raise ObjectNotFound(self.model_name, key)
        return found

    def _fetch_version(self, key: Any, values: dict[str, Any]) -> M:
        """Return a row, and refuse one of another version than the values have, which lose it."""
        version = version_name(self.mapper)
        # The version is compared with the row, and not with the session's copy of it.
        found = self._fetch(key, anew=version in values)
        if version in values and values.pop(version) != getattr(found, version):
            raise StaleObject(self.model_name, key)
        return found

    def _is_there(self, key: Any) -> bool:
        statement = select(1).select_from(self.model).where(*self.identity(key))
        return self.session.scalar(statement) is not None

    @contextmanager
    def _writing(self) -> Iterator[None]:
        with self._translating(), savepoint(self.session):
            yield

    @contextmanager
    def _translating(self) -> Iterator[None]:
        with translate_integrity_errors(self.mapper), translate_misfits(self.mapper):
            yield

    @contextmanager
    def _detect_stale(self, key: Any) -> Iterator[None]:
        try:
            yield
        except StaleDataError as error:
            raise StaleObject(self.model_name, key) from error

    def _run(self, statement: Any) -> int:
        with self._writing():
            count: int = self.session.execute(statement).rowcount  # type: ignore[attr-defined]
        return count

    def _required_conditions(self, criteria: Mapping[str, Any]) -> list[Any]:
        if not criteria:
            raise QaplaError(
                f"{type(self).__name__}: without criteria every row of {self.model_name} would be "
                "written: name at least one column"
            )
        return self.conditions(criteria)
