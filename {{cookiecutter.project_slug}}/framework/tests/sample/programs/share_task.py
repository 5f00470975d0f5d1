"""Run a task of a library that knows no application, as a task of the project."""

from celery import shared_task

from qapla_sample import main
from qapla_sample.tasks.worker import app


@shared_task
def ping(name: str) -> str:
    """Return a name in capitals."""
    return name.upper()


if __name__ == "__main__":
    main.run_tests()
    app.conf.task_always_eager = True
    print(ping.delay("worf").get(), ping.app.main, ping.name in app.tasks)
