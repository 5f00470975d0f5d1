"""What tests import: the fixtures of an application, and the tests of its migrations."""

from qapla.database.factories import Factory
from qapla.database.fixtures import BaseApplicationFixture
from qapla.database.migration_tests import BaseMigrationTests

__all__ = ["BaseApplicationFixture", "BaseMigrationTests", "Factory"]
