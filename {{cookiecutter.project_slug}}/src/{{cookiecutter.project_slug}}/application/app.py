"""Which plugins are on."""

from qapla.celery import CeleryApplication
from qapla.database.application import DatabaseApplication

from {{ cookiecutter.project_slug }}.databases import DATABASES


class {{ cookiecutter.__application }}(CeleryApplication, DatabaseApplication):
    """The application, for every purpose: web, worker, shell, command and tests."""

    def append_app_plugins(self) -> None:
        """Add what every purpose needs."""
        self.add_database_app(DATABASES)
        self.add_celery()

    def append_web_plugins(self) -> None:
        """Add what only the web needs."""
        self.add_database_web()
        self.config.include(".web")
