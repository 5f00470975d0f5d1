"""Which plugins are on."""

from qapla.celery import CeleryApplication
from qapla.database.application import DatabaseApplication

from qapla_sample.databases import DATABASES


class SampleApplication(CeleryApplication, DatabaseApplication):
    """An application with two databases and a few views."""

    def append_app_plugins(self) -> None:
        """Add the databases, and Celery."""
        self.add_database_app(DATABASES)
        self.add_celery()

    def append_web_plugins(self) -> None:
        """Add the sessions of requests, and the views."""
        self.add_database_web()
        self.config.include("qapla_sample.views")


class SQLiteApplication(SampleApplication):
    """The same application with its databases on SQLite."""

    settings_package = "qapla_sample.application.sqlite"


class MariaDBApplication(SampleApplication):
    """The same application with its databases on MariaDB."""

    settings_package = "qapla_sample.application.mariadb"
