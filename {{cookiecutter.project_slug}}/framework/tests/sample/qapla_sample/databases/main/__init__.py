"""The declarative base of the database main."""

from sqlalchemy.orm import DeclarativeBase


class Model(DeclarativeBase):
    """Declarative base of the `main` database."""
