"""The test fixtures of an application."""

from qapla.celery.testing import BaseTaskFixture
from qapla.database.testing import BaseApplicationFixture, BaseMigrationTests, Factory

__all__ = ["BaseApplicationFixture", "BaseMigrationTests", "BaseTaskFixture", "Factory"]
