"""The databases of the sample, in their order."""

from qapla.database.database import Database

DATABASES = [Database("main", "migrations"), Database("analytics", "migrations_analytics")]
