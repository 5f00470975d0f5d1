"""Door to the test fixtures of databases."""

from qapla.testing import BaseApplicationFixture, BaseMigrationTests, Factory

__all__ = ["BaseApplicationFixture", "BaseMigrationTests", "Factory"]
