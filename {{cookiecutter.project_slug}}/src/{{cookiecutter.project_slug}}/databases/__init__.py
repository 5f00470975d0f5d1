"""The databases, in order: the first one is the default.

Each has a package here, with the declarative base, and a module for each model and its drivers.
"""

from qapla.database.database import Database

DATABASES: list[Database] = []
