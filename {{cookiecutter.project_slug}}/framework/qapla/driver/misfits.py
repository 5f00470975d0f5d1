"""Errors of values that do not fit their columns, of every engine, as one error of ours."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Mapper

from qapla.database.dialects.errors import is_misfit
from qapla.exceptions import UnfitValue


@contextmanager
def translate_misfits(mapper: Mapper[Any]) -> Iterator[None]:
    """Raise the error of a value that a type, a driver or a server refuses as `UnfitValue`.

    Args:
        mapper: The mapper of the model that is written; the value may be another one's.
    """
    try:
        yield
    except (StatementError, OverflowError) as error:
        # sqlite3 raises OverflowError, and SQLAlchemy does not wrap it.
        if not is_misfit(error):
            raise
        cause = error if isinstance(error, OverflowError) else error.orig
        # The log hides the values in this line, as in the driver's own error.
        line = next(iter(str(cause).splitlines()), type(cause).__name__)
        text = f"a value of {mapper.class_.__name__} does not fit its column: {line}"
        raise UnfitValue(text) from cause
