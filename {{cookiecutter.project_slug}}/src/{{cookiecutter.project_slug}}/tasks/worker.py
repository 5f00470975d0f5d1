"""The Celery application, for `celery -A {{ cookiecutter.project_slug }}.tasks.worker worker` and for `@app.task`."""

from {{ cookiecutter.project_slug }} import main

app = main.celery
