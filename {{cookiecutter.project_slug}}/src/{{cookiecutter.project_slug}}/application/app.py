"""The application and its plugins."""

from qapla.celery import CeleryApplication
from qapla.database.application import DatabaseApplication

from {{ cookiecutter.project_slug }}.databases import DATABASES


class {{ cookiecutter.__application }}(CeleryApplication, DatabaseApplication):
    """The application of the web, workers, commands, shells and tests."""

    def append_app_plugins(self) -> None:
        """Add the plugins that every purpose needs."""
        self.add_database_app(DATABASES)
        self.add_celery()

    def append_web_plugins(self) -> None:
        """Add the plugins that only the web needs."""
        self.add_database_web()
        self.config.include(".web")
