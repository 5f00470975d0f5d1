"""The declarative base of the first database."""

from qapla_sample.databases.main import Model

__all__ = ["Model"]
