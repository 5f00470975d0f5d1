"""Celery for an application: configured from its settings, and only when it is asked."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery.signals import worker_init, worker_process_init

from qapla.celery import CeleryApplication

import qapla_sample.tasks
from qapla_sample.application.app import SampleApplication


class WorkingApplication(CeleryApplication, SampleApplication):
    """The sample with Celery."""

    __module__ = SampleApplication.__module__

    def append_app_plugins(self) -> None:
        """Add the databases, and the directories of the broker."""
        super().append_app_plugins()
        self.add_celery()


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[WorkingApplication]:
    """Return an application that nobody has prepared, and disconnect it from the signals."""
    monkeypatch.setenv("QAPLA_SAMPLE_PATHS__VAR", str(tmp_path / "var"))
    application = WorkingApplication()
    yield application
    worker_init.disconnect(application._prepare_worker)
    worker_process_init.disconnect(application._prepare_worker)


def test_a_task_prepares_nothing(application: WorkingApplication) -> None:
    """A module of tasks may be imported before there are settings."""
    application.celery.task(print)
    assert application.celery is application.celery
    assert application.purpose is None


def test_the_configuration_prepares_a_worker(application: WorkingApplication) -> None:
    """What Celery asks for first is read from the settings."""
    var = Path(os.environ["QAPLA_SAMPLE_PATHS__VAR"])
    conf = application.celery.conf
    assert conf.broker_url == "filesystem://"
    assert conf.result_backend == f"file://{var}/results"
    assert conf.broker_transport_options["data_folder_in"] == f"{var}/broker/messages"
    assert conf.accept_content == ["json"]
    assert application.purpose == "worker"


def test_the_modules_of_tasks_are_found(application: WorkingApplication) -> None:
    """Every module of the package `tasks` is one of tasks."""
    assert qapla_sample.tasks.__path__
    assert application.celery.conf.include == ["qapla_sample.tasks.ships"]


def test_an_application_that_is_prepared_stays_as_it_is(application: WorkingApplication) -> None:
    """In tests the tasks use the databases of the tests."""
    application.run_tests()
    assert application.celery.conf.broker_url == "filesystem://"
    assert application.purpose == "tests"


def test_the_setting_celery_is_laid_over_the_defaults(
    application: WorkingApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another broker has none of the development broker's options."""
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__BROKER_URL", "redis://localhost/0")
    conf = application.celery.conf
    assert conf.broker_url == "redis://localhost/0"
    assert conf.broker_transport_options == {}
    assert conf.task_serializer == "json"


def test_preparing_makes_the_directories_of_the_broker(application: WorkingApplication) -> None:
    """The development broker needs them before its first message."""
    var = application.run_worker().paths["var"]
    found = {str(path.relative_to(var)) for path in var.rglob("*")}
    assert found == {"broker", "broker/messages", "broker/control", "results"}


@pytest.mark.parametrize("signal", [worker_init, worker_process_init])
def test_a_worker_prepares_the_application(application: WorkingApplication, signal: object) -> None:
    """The worker and each of its processes prepare before the first task."""
    assert application.celery is not None
    signal.send(sender=None)  # type: ignore[attr-defined]
    assert application.purpose == "worker"
