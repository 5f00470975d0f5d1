"""Declarative base of the `main` database."""

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase

from qapla_sample.databases.conventions import NAMING_CONVENTION


class Model(DeclarativeBase):
    """Base class of the models in `main`."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
