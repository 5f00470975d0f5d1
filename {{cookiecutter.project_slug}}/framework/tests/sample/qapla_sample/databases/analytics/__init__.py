"""The declarative base of the database analytics."""

from sqlalchemy.orm import DeclarativeBase


class Model(DeclarativeBase):
    """Be the base of the models of analytics."""
