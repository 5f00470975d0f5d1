"""The project: `main` is the application, and its WSGI application factory."""

from {{ cookiecutter.project_slug }}.application.app import {{ cookiecutter.__application }}

main = {{ cookiecutter.__application }}()
