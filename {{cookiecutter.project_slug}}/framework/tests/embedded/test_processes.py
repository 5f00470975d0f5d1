"""The embedded server and the processes that share it."""

import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from qapla import embedded
from qapla.embedded import client

from embedded_use import Use, server_of, wait_until_stopped

UseServer = Callable[..., Use]


def test_processes_that_begin_together(data: Path, use: UseServer) -> None:
    """Of several that find no data one makes them, and all have the same server."""
    place = data.with_name("new")
    processes = [use(place) for _ in range(6)]
    started = {process.ask("SELECT pg_postmaster_start_time()") for process in processes}
    assert len(started) == 1
    for process in processes[:-1]:
        process.end()
    assert processes[-1].ask() == str(place)
    processes[-1].end()
    assert not (place / "postmaster.pid").exists()


def test_processes_that_come_and_go(data: Path, use: UseServer) -> None:
    """One that begins while the server stops has a server all the same."""
    for _ in range(4):
        processes = [use(data) for _ in range(2)]
        for process in processes:
            assert process.ask("SELECT 1") == "1"
        processes[0].process.communicate()
        newest = use(data)
        processes[1].end()
        assert newest.ask("SELECT 1") == "1"
        newest.end()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGHUP])
def test_the_end_of_a_process_by_a_signal(
    number: signal.Signals, data: Path, use: UseServer
) -> None:
    """The server stops with its last user, however that has ended."""
    first, last = use(data), use(data)
    assert first.query
    assert last.query
    first.process.send_signal(number)
    first.process.wait()
    assert last.ask("SELECT 1") == "1"
    last.process.send_signal(number)
    wait_until_stopped(data)


def test_a_fork_that_outlives_its_parent(data: Path) -> None:
    """A child is a user of its own: the server stops with it, not with its parent."""
    begin, end = os.pipe(), os.pipe()
    parent = os.fork()
    if parent == 0:
        embedded.connection_query(data)
        child = os.fork()
        if child == 0:
            os.close(end[1])
            os.write(begin[1], b"x")
            os.read(end[0], 1)
            os._exit(0)
        os.read(begin[0], 1)
        client._release(data)
        os._exit(0)
    os.close(end[0])
    os.waitpid(parent, 0)
    connection = client._dial(data)
    connection.close()
    number = server_of(data)
    time.sleep(0.2)
    assert server_of(data) == number
    os.close(end[1])
    wait_until_stopped(data)
    for descriptor in begin:
        os.close(descriptor)


def test_a_server_that_is_killed(data: Path, use: UseServer) -> None:
    """It starts again, for the processes that use it."""
    process = use(data)
    started = process.ask("SELECT pg_postmaster_start_time()")
    os.kill(server_of(data), signal.SIGKILL)
    deadline = time.monotonic() + 60
    again = ""
    while not again:
        assert time.monotonic() < deadline
        try:
            again = process.ask("SELECT pg_postmaster_start_time()")
        except Exception:
            time.sleep(0.05)
    assert again != started


def test_a_supervisor_that_is_killed(data: Path, use: UseServer) -> None:
    """The next process adopts the server, and stops it."""
    first = use(data)
    number = first.ask() and server_of(data)
    parent = int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(parent, signal.SIGKILL)
    second = use(data)
    assert second.ask() == str(data)
    assert server_of(data) == number
    first.end()
    second.end()
    wait_until_stopped(data)


def test_data_that_are_removed_under_a_server(data: Path, use: UseServer) -> None:
    """The next process has new ones, though the old server had not ended."""
    first = use(data)
    number = first.ask() and server_of(data)
    shutil.rmtree(data)
    second = use(data)
    assert second.ask() == str(data)
    assert server_of(data) != number
