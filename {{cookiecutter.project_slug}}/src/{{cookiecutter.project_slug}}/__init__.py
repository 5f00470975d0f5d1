"""The project: `main` is the application, and a factory of WSGI applications."""

from {{ cookiecutter.project_slug }}.application.app import {{ cookiecutter.__application }}

main = {{ cookiecutter.__application }}()
