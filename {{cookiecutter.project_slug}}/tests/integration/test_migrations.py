"""The migrations of every database."""

from qapla.testing import BaseMigrationTests

from {{ cookiecutter.project_slug }}.application.app import {{ cookiecutter.__application }}


class TestMigrations(BaseMigrationTests):
    """One head; down and up again; the models match; SQL renders; one schema for each database."""

    APP_CLASS = {{ cookiecutter.__application }}
