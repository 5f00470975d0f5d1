"""The tables of a database, as SQLAlchemy reads them, with the facts that it leaves out."""

from collections.abc import Callable

# Called with a line about each thing that is left out.
Tell = Callable[[str], object]
