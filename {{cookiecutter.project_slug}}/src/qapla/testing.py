"""The test fixtures of an application."""

from qapla.database.testing import BaseApplicationFixture, BaseMigrationTests, Factory

__all__ = ["BaseApplicationFixture", "BaseMigrationTests", "Factory"]
