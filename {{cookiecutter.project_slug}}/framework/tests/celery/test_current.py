"""Celery's current application is the project's, and looking at it leaves tests their settings."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from celery import Celery

from qapla.celery.task import Task
from qapla.exceptions import AlreadyPrepared

from qapla_sample.application.app import SampleApplication
from qapla_sample.paths import SAMPLE, SOURCE

PATHS = [str(SAMPLE), str(SOURCE)]


def printed(tmp_path: Path, *program: str) -> list[str]:
    """Return the lines that a program prints, in a process of its own."""
    environment = {"PYTHONPATH": ":".join(PATHS), "QAPLA_SAMPLE_PATHS__VAR": str(tmp_path / "var")}
    done = subprocess.run(
        [sys.executable, "-m", *program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize("way", ["worker", "command", "web", "two applications"])
def test_the_current_application_is_the_projects(tmp_path: Path, way: str) -> None:
    """It is so in every thread, by whatever way the project is used, and stays the first one."""
    expected = ["qapla_sample", "qapla_sample", "True", "qapla_sample"]
    assert printed(tmp_path, "programs.show_current", way) == expected


def test_a_shared_task_is_the_projects(tmp_path: Path) -> None:
    """A library's, too, which knows no application."""
    assert printed(tmp_path, "programs.share_task") == ["WORF", "qapla_sample", "True"]


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SampleApplication:
    """Return an application that nobody has prepared."""
    monkeypatch.setenv("QAPLA_SAMPLE_PATHS__VAR", str(tmp_path / "var"))
    return SampleApplication()


class ByHand(Task):
    """A task that is a class."""

    name = "by.hand"

    def run(self) -> None:
        """Return nothing."""


LOOKS: list[Callable[["Celery[Task]"], object]] = [
    lambda app: app.conf.task_default_queue,
    lambda app: app.tasks,
    lambda app: app.register_task(ByHand()),
    lambda app: app.control,
    lambda app: app.amqp.queues,
    lambda app: app.backend,
    lambda app: app.conf.update(task_annotations={}),
]


@pytest.mark.parametrize("look", LOOKS)
def test_tests_prepare_anew_after_a_look(
    application: SampleApplication, look: Callable[["Celery[Task]"], object]
) -> None:
    """A module of tasks may look at the configuration, or register a task, when it is imported."""
    app = application.celery
    look(app)
    application.run_tests()
    database = str(application.dbs["main"].target.url.database)
    assert database.startswith("qapla_sample_main_test")
    assert app.conf.task_default_queue.startswith("qapla_sample_test")
    assert list(app.amqp.queues) == [app.conf.task_default_queue]
    var = application.paths["var"] / app.conf.task_default_queue
    assert app.conf.result_backend == f"file://{var / 'results'}"
    assert getattr(app.backend, "url", None) == app.conf.result_backend


def test_a_change_at_import_holds_in_tests(application: SampleApplication) -> None:
    """It is the program's own word, over the settings."""
    application.celery.conf.task_default_priority = 7
    assert application.celery.conf.task_serializer == "json"
    application.run_tests()
    assert application.celery.conf.task_default_priority == 7


def test_who_has_prepared_by_hand_cannot_be_tested(application: SampleApplication) -> None:
    """The preparation for a look is theirs from then on."""
    assert application.celery.tasks
    application.run_worker()
    with pytest.raises(AlreadyPrepared):
        application.run_tests()
