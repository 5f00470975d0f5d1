"""Celery for an application: configured from its settings, and only when it is asked."""

import logging
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from celery.signals import setup_logging, worker_init, worker_process_init

from qapla.celery.task import Task

import qapla_sample.tasks
from qapla_sample.application.app import SampleApplication


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SampleApplication]:
    """Return an application that nobody has prepared, and disconnect it from the signals."""
    monkeypatch.setenv("QAPLA_SAMPLE_PATHS__VAR", str(tmp_path / "var"))
    application = SampleApplication()
    yield application
    worker_init.disconnect(application._prepare_worker)
    worker_process_init.disconnect(application._prepare_process)


def test_a_task_prepares_nothing(application: SampleApplication) -> None:
    """A module of tasks may be imported before there are settings."""
    application.celery.task(shared=False)(lambda: None)
    assert application.celery is application.celery
    assert application.purpose is None


def test_a_task_that_is_looked_at_prepares_nothing(application: SampleApplication) -> None:
    """pytest looks at every name of a module that it collects."""

    @application.celery.task(shared=False, acks_late=False)
    def task() -> None: ...

    assert isinstance(task, Task)
    assert application.purpose is None
    assert application.celery.conf.task_acks_late is True
    assert (task.acks_late, task.serializer) == (False, "json")


def test_annotations_wait_for_the_configuration(application: SampleApplication) -> None:
    """The setting changes the tasks that were looked at before."""

    @application.celery.task(shared=False)
    def task() -> None: ...

    assert isinstance(task, Task)
    application.celery.conf.task_annotations = {"*": {"rate_limit": "10/s"}}
    assert application.celery.conf.task_serializer == "json"
    assert task.rate_limit == "10/s"


def test_the_first_call_has_the_options_of_the_configuration(
    application: SampleApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Although it asks the task for its options before it asks for a broker."""
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__TASK_ANNOTATIONS", '{"*": {"priority": 3}}')

    @application.celery.task(shared=False)
    def task() -> None: ...

    sent: list[Any] = []
    monkeypatch.setattr(application.celery, "send_task", lambda *_, **given: sent.append(given))
    task.delay()
    assert [given["priority"] for given in sent] == [3]


def test_a_direct_call_may_read_the_configuration(application: SampleApplication) -> None:
    """The task that is running keeps its request."""

    @application.celery.task(shared=False, bind=True)
    def task(self: Any, number: int) -> Any:
        assert application.celery.conf.task_serializer == "json"
        return self.request.args

    assert task(1) == (1,)


def test_a_message_is_kept_until_its_task_has_ended(application: SampleApplication) -> None:
    """Whatever is killed meanwhile, the worker or the process of the task alone."""
    conf = application.celery.conf
    assert (conf.task_acks_late, conf.task_reject_on_worker_lost) == (True, True)
    assert conf.worker_prefetch_multiplier == 1


def test_the_configuration_prepares_a_worker(application: SampleApplication) -> None:
    """The settings are read at Celery's first question."""
    var = Path(os.environ["QAPLA_SAMPLE_PATHS__VAR"])
    conf = application.celery.conf
    assert conf.broker_url == "filesystem://localhost"
    assert conf.result_backend == f"file://{var}/results"
    assert conf.broker_transport_options["data_folder_in"] == f"{var}/broker/messages"
    assert conf.accept_content == ["json"]
    assert conf.task_default_queue == "qapla_sample"
    assert application.purpose == "worker"


def test_the_development_broker_is_no_reason_for_a_warning(
    application: SampleApplication, caplog: pytest.LogCaptureFixture
) -> None:
    """A worker prints nothing that its user could do nothing about."""
    with application.celery.connection_for_write() as connection:
        assert connection.info()["hostname"] == "localhost"
    assert caplog.messages == []


def test_the_modules_of_tasks_are_found(application: SampleApplication) -> None:
    """Every module of the package `tasks` is one of tasks."""
    assert qapla_sample.tasks.__path__
    assert application.celery.conf.include == [
        "qapla_sample.tasks.ships",
        "qapla_sample.tasks.worker",
    ]


def test_an_application_that_is_prepared_stays_as_it_is(application: SampleApplication) -> None:
    """In tests the tasks use the databases of the tests, and a broker and queue of their own."""
    application.run_tests(suffix="")
    conf = application.celery.conf
    var = application.paths["var"] / "qapla_sample_test"
    assert conf.task_default_queue == "qapla_sample_test"
    assert conf.broker_transport_options["data_folder_in"] == f"{var}/broker/messages"
    assert application.purpose == "tests"


def test_tests_have_queues_of_their_own(
    application: SampleApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the queue is called: no test purges it or stops the workers of development."""
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__TASK_DEFAULT_QUEUE", "mine")
    application.run_tests(suffix="_gw3")
    conf = application.celery.conf
    names = (conf.task_default_queue, conf.control_exchange, conf.event_exchange)
    assert names == ("mine_test_gw3", "mine_test_gw3", "mine_test_gw3.events")


def test_the_setting_celery_is_laid_over_the_defaults(
    application: SampleApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another broker has none of the development broker's options."""
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__BROKER_URL", "memory://localhost")
    conf = application.celery.conf
    assert conf.broker_url == "memory://localhost"
    assert conf.broker_transport_options == {}
    assert conf.task_serializer == "json"


def test_variables_of_celery_are_read_as_json(
    application: SampleApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The environment holds only text, and the text `false` would be true."""
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__TASK_ACKS_LATE", "false")
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__WORKER_PREFETCH_MULTIPLIER", "4")
    conf = application.celery.conf
    assert (conf.task_acks_late, conf.worker_prefetch_multiplier) == (False, 4)


def test_rabbitmq_confirms_messages(
    application: SampleApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without it a relay would delete a message that the broker has lost; options are kept."""
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__BROKER_URL", "amqp://localhost//")
    monkeypatch.setenv("QAPLA_SAMPLE_CELERY__BROKER_TRANSPORT_OPTIONS", '{"max_retries": 1}')
    options = application.celery.conf.broker_transport_options
    assert options == {"confirm_publish": True, "max_retries": 1}


def test_the_directories_of_the_broker_are_made_with_the_configuration(
    application: SampleApplication,
) -> None:
    """The development broker needs them before its first message; preparing makes nothing."""
    var = application.run_worker().paths["var"]
    assert not var.exists()
    assert application.celery.conf.broker_url == "filesystem://localhost"
    found = {str(path.relative_to(var)) for path in var.rglob("*")}
    assert found == {"broker", "broker/messages", "broker/control", "results"}


class Sender:
    """Send a signal as Celery's worker does."""

    def __init__(self, app: object) -> None:
        self.app = app


def test_a_worker_prepares_its_application(application: SampleApplication) -> None:
    """And none that another worker of the machine belongs to."""
    other = SampleApplication()
    worker_init.send(sender=Sender(other.celery))
    assert application.purpose is None
    worker_init.send(sender=Sender(application.celery))
    assert application.purpose == "worker"


def test_a_process_of_a_worker_prepares_its_application(application: SampleApplication) -> None:
    """It is the one that the process has as its current one."""
    before = current_app._get_current_object()  # type: ignore[attr-defined]
    other = SampleApplication()
    try:
        for current in (other, application):
            assert application.purpose is None
            current.celery.set_current()
            worker_process_init.send(sender=None)
    finally:
        before.set_current()
        worker_process_init.disconnect(other._prepare_process)
    assert (other.purpose, application.purpose) == ("worker", "worker")


def test_a_worker_leaves_logging_to_the_settings(
    application: SampleApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Celery adds no handler and sets no level where the application has done so."""
    monkeypatch.setattr(setup_logging, "receivers", [])
    logging_settings = '{"version": 1, "disable_existing_loggers": false}'
    monkeypatch.setenv("QAPLA_SAMPLE_LOGGING", logging_settings)
    application.run_worker()
    root = logging.getLogger()
    before = (root.level, list(root.handlers))
    monkeypatch.setattr(application.celery.log, "already_setup", False)
    application.celery.log.setup(loglevel=logging.CRITICAL)
    assert (root.level, root.handlers) == before
