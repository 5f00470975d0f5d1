"""The test fixtures of an application; those of its tasks are in `qapla.celery.testing`."""

from qapla.database.testing import BaseApplicationFixture, BaseMigrationTests, Factory

__all__ = ["BaseApplicationFixture", "BaseMigrationTests", "Factory"]
