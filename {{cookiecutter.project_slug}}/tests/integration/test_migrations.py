"""The migrations of every database."""

from qapla.testing import BaseMigrationTests

from {{ cookiecutter.project_slug }}.application.app import {{ cookiecutter.__application }}


class TestMigrations(BaseMigrationTests):
    # The tests are inherited: each revision goes up and down, and the models match, among others.
    APP_CLASS = {{ cookiecutter.__application }}
