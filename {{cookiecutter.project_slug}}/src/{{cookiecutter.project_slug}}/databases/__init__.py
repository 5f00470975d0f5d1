"""The databases, in order: the first one is the default."""

from qapla.database.database import Database

DATABASES: list[Database] = []
