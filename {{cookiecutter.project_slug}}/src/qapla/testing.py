"""The test fixtures of an application."""

from qapla.database.testing import BaseApplicationFixture, BaseMigrationTests

__all__ = ["BaseApplicationFixture", "BaseMigrationTests"]
