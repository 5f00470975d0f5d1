"""The files of the development broker and of its results are never seen half."""

import threading
from collections.abc import Iterator
from pathlib import Path
from queue import Empty
from typing import Any, cast

import pytest
from celery import Celery
from kombu import Connection

from qapla.celery import filesystem as files
from qapla.celery.filesystem import use_atomic_writes
from qapla.celery.settings.configuration import make_directories, transport_options

MESSAGES = 300


@pytest.fixture
def celery(tmp_path: Path) -> "Celery[Any]":
    """Return a Celery application on files, whose settings name them as Celery does."""
    app: Celery[Any] = Celery("probe", set_as_current=False)
    use_atomic_writes(app)
    make_directories(tmp_path)
    url = "filesystem://localhost"
    app.conf.update(broker_url=url, broker_transport_options=transport_options(url, tmp_path))
    app.conf.update(result_backend=f"file://{tmp_path / 'results'}")
    return app


@pytest.fixture
def writer(celery: "Celery[Any]") -> Iterator[threading.Thread]:
    """Return a thread that sends messages, and wait for its end."""

    def send() -> None:
        with celery.connection_for_write() as connection, connection.SimpleQueue("queue") as queue:
            for number in range(MESSAGES):
                queue.put({"number": number, "padding": "x" * 5_000})

    thread = threading.Thread(target=send)
    yield thread
    thread.join()


def test_a_busy_reader_loses_no_message(celery: "Celery[Any]", writer: threading.Thread) -> None:
    """With kombu's own channel it finds files that are empty yet."""
    connection: Connection
    with celery.connection_for_read() as connection:
        channel: Any = connection.default_channel
        assert isinstance(channel, files.Channel)
        writer.start()
        found = 0
        while writer.is_alive() or channel._size("queue"):
            try:
                channel._get("queue")
            except Empty:
                continue
            found += 1
    assert found == MESSAGES


def test_results_are_replaced_as_a_whole(celery: "Celery[Any]", tmp_path: Path) -> None:
    """Two writers at a time leave the one result or the other, and no rest of a longer one."""
    backend = cast(Any, celery.backend)
    assert isinstance(celery.backend, files.Backend)
    values = [b"long" * 50_000, b"short"]
    seen = set()

    def write(value: bytes) -> None:
        for _ in range(100):
            backend.set(b"key", value)

    threads = [threading.Thread(target=write, args=(value,)) for value in values]
    backend.set(b"key", values[0])
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        seen.add(backend.get(b"key"))
    assert seen <= set(values)
    assert [path.name for path in (tmp_path / "results").iterdir()] == ["key"]
