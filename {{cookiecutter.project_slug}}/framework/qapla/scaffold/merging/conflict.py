"""The error of two changes of the same lines."""

from qapla.exceptions import ScaffoldError


class Conflict(ScaffoldError):
    """The user has changed the lines that are to be changed; the text has those to type by hand."""
