"""Moments: datetimes with a time zone, which every engine stores in UTC.

Sources: SQLAlchemy, "TypeDecorator" and "Custom SQL Constructs and Compilation Extension"; MariaDB,
"DATETIME" and "Default Values"; SQLite, "Date And Time Functions".
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import DateTime, Dialect
from sqlalchemy.dialects.mysql import DATETIME
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.expression import ColumnElement
from sqlalchemy.types import TypeEngine

from qapla.database.types.base import NormalizedType, RefusedValue


class UtcDateTime(NormalizedType[datetime]):
    """A moment: takes datetimes of any time zone, and returns them in UTC.

    It is `TIMESTAMP WITH TIME ZONE` on PostgreSQL, and a DATETIME in UTC with microseconds elsewhere.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of an engine; MariaDB keeps fractions of a second only where told to."""
        if dialect.name in ("mysql", "mariadb"):
            return dialect.type_descriptor(DATETIME(fsp=6))
        return dialect.type_descriptor(DateTime(timezone=dialect.name == "postgresql"))

    def normalized(self, value: datetime) -> datetime:
        """Return a moment in UTC.

        Raises:
            UnfitValue: It has no time zone, or in UTC it is beyond the years of a datetime.
        """
        if not isinstance(value, datetime) or value.tzinfo is None:
            raise RefusedValue(
                f"UtcDateTime takes a datetime with a time zone, not {value!r}: "
                "give one, as in datetime.now(UTC)"
            )
        try:
            return value.astimezone(UTC)
        except OverflowError:
            raise RefusedValue(
                f"{value!r} is beyond the years 1 to 9999 in UTC: give one within them"
            ) from None

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return a moment in UTC, which only PostgreSQL takes with its time zone."""
        if value is None:
            return None
        moment = self.normalized(value)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return a moment in UTC; PostgreSQL has the time zone of its session."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        """Return the type of the other operand, which for an interval is another one."""
        if value is None or isinstance(value, datetime):
            return self
        return self.impl_instance.coerce_compared_value(op, value)


class utc_now(ColumnElement[datetime]):  # noqa: N801 (it is written as a function of SQL)
    """The current moment, by the clock of the server: a server default in a model and in a revision."""

    inherit_cache = True
    type = UtcDateTime()


@compiles(utc_now)
def _now(element: utc_now, compiler: Any, **options: Any) -> str:
    return "now()"


@compiles(utc_now, "mysql", "mariadb")
def _now_on_mariadb(element: utc_now, compiler: Any, **options: Any) -> str:
    # Its `now()` is in the time zone of the session.
    return "utc_timestamp(6)"


@compiles(utc_now, "sqlite")
def _now_on_sqlite(element: utc_now, compiler: Any, **options: Any) -> str:
    # In the form of every other value, which is compared as a text. SQLite counts milliseconds.
    return "strftime('%Y-%m-%d %H:%M:%f000', 'now')"
