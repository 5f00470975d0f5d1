"""The error of a value that a column type refuses, as SQLAlchemy passes it on."""

from sqlalchemy.exc import DontWrapMixin

from qapla.exceptions import UnfitValue


class RefusedValue(UnfitValue, DontWrapMixin):
    """A value that a column type refuses; its text stays one line, without the SQL around it."""
