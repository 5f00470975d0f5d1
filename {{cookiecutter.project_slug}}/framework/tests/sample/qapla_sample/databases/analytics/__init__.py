"""The declarative base of the database analytics."""

from sqlalchemy.orm import DeclarativeBase


class Model(DeclarativeBase):
    """Declarative base of the `analytics` database."""
