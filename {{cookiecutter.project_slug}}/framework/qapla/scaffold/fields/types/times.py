"""Types of dates and points in time."""

import datetime as dt

from qapla.scaffold.fields.field import Field
from qapla.scaffold.fields.types.base import Type

NOW = "now"


class Date(Type):
    """Dates."""

    annotation = "dt.date"
    revision = "sa.Date()"
    json = ('"2024-01-31"', '"2024-02-29"')
    python = ("dt.date(2024, 1, 31)", "dt.date(2024, 2, 29)")
    example = "2024-01-31"

    def literal(self, default: str, field: Field) -> str | None:
        try:
            date = dt.date.fromisoformat(default)
        except ValueError:
            return None
        return f"dt.date({date.year}, {date.month}, {date.day})" if str(date) == default else None


class DateTime(Type):
    """Points in time, with a time zone."""

    annotation = "dt.datetime"
    column = "UtcDateTime"
    revision = "UtcDateTime()"
    schema = "AwareDatetime"
    json = ('"2024-01-31T12:00:00Z"', '"2024-02-29T12:00:00Z"')
    python = (
        "dt.datetime(2024, 1, 31, 12, tzinfo=dt.UTC)",
        "dt.datetime(2024, 2, 29, 12, tzinfo=dt.UTC)",
    )
    example = NOW

    def literal(self, default: str, field: Field) -> str | None:
        return "dt.datetime.now(dt.UTC)" if default == NOW else None

    def server_default(self, default: str, field: Field) -> str:
        return "utc_now()"
