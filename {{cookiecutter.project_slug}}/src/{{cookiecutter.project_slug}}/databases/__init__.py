"""The databases, in their order: the first is the default one."""

from qapla.database.database import Database

DATABASES: list[Database] = []
