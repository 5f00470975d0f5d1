"""The tables and references of a schema, with the texts that the diagram shows."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Column, Table
from sqlalchemy.exc import CompileError, UnsupportedCompilationError

# A table with more columns shows so many, and the number of the others.
_MOST = 14


@dataclass(frozen=True)
class Field:
    """A column, as a line of its table.

    Args:
        name: Its name.
        type: Its type in SQL.
        key: `primary`, `foreign`, or an empty text.
        nullable: Whether it may be NULL.
    """

    name: str
    type: str
    key: str
    nullable: bool


@dataclass(frozen=True)
class Box:
    """A table.

    Args:
        name: Its full name.
        fields: The columns that are shown.
        hidden: The number of the others.
    """

    name: str
    fields: tuple[Field, ...]
    hidden: int

    def line_of(self, column: str) -> int:
        """Return the place of a column among the lines; a hidden one is in the last."""
        names = [field.name for field in self.fields]
        return names.index(column) if column in names else len(names)


@dataclass(frozen=True)
class Reference:
    """A foreign key, by its first column.

    Args:
        table: The full name of the table that refers.
        column: Its column.
        target: The full name of the table that is referred to.
        target_column: The column of that table.
        nullable: Whether a row may refer to none.
    """

    table: str
    column: str
    target: str
    target_column: str
    nullable: bool

    def __str__(self) -> str:
        return f"{self.table}.{self.column} refers to {self.target}.{self.target_column}"


def boxes(tables: Iterable[Table]) -> list[Box]:
    """Return the tables in their order, keys first among the shown columns of a long one."""
    return [_box(table) for table in tables]


def references(tables: Iterable[Table]) -> Iterator[Reference]:
    """Yield the references between tables; one to a table that is not among them is left out."""
    listed = list(tables)
    names = {table.fullname for table in listed}
    for table in listed:
        # They are a set.
        for constraint in sorted(
            table.foreign_key_constraints, key=lambda it: tuple(it.column_keys)
        ):
            element = constraint.elements[0]
            # To ask for the column itself would fail where its table is not there.
            target, _, target_column = element.target_fullname.rpartition(".")
            if target in names:
                column = element.parent
                optional = any(each.nullable for each in constraint.columns)
                yield Reference(table.fullname, column.name, target, target_column, optional)


def _box(table: Table) -> Box:
    fields = [_field(column) for column in table.columns]
    if len(fields) > _MOST:
        keys = [field for field in fields if field.key]
        shown = set(keys[:_MOST]) | set([f for f in fields if not f.key][: _MOST - len(keys)])
        kept = tuple(field for field in fields if field in shown)
        return Box(table.fullname, kept, len(fields) - len(kept))
    return Box(table.fullname, tuple(fields), 0)


def _field(column: "Column[object]") -> Field:
    key = "primary" if column.primary_key else "foreign" if column.foreign_keys else ""
    return Field(column.name, _type(column), key, bool(column.nullable))


def _type(column: "Column[object]") -> str:
    try:
        text = str(column.type)
    except (CompileError, UnsupportedCompilationError):
        # A type of one engine alone.
        text = type(column.type).__name__
    return text if len(text) <= 24 else f"{text[:23]}…"
