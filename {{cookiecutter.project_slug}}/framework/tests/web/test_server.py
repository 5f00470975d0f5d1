"""The server, as a process of its own with real sockets: its stop and its limits."""

import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from qapla_sample.paths import SAMPLE, SOURCE


class Served:
    """A process that serves, and the port that it listens on."""

    def __init__(self, port: int, log: Path, **settings: object) -> None:
        self.port = port
        self.log = log
        arguments = [f"{key}={value}" for key, value in settings.items()]
        with log.open("w") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "programs.serve", f"listen=127.0.0.1:{port}", *arguments],
                env={"PYTHONPATH": f"{SOURCE}:{SAMPLE}"},
                stdout=output,
                stderr=output,
            )

    def wait_for(self, line: str, times: int = 1) -> None:
        """Wait until the server has printed a line so many times."""
        deadline = time.monotonic() + 15
        while self.log.read_text().count(line) < times:
            assert time.monotonic() < deadline, self.log.read_text()
            time.sleep(0.02)

    def wait_until_closed(self) -> None:
        """Wait until new connections are refused."""
        deadline = time.monotonic() + 15
        while True:
            try:
                self.connect().close()
            except ConnectionError:
                return
            assert time.monotonic() < deadline, "the port is still open"
            time.sleep(0.02)

    def wait_until_read(self, number: int) -> None:
        """Wait until the server has accepted so many connections, and read their requests."""
        table, here = Path("/proc/net/tcp"), f"0100007F:{self.port:04X}"
        if not table.exists():
            time.sleep(1)
            return
        deadline = time.monotonic() + 15
        while True:
            rows = [line.split() for line in table.read_text().splitlines()]
            # An established connection without an inode is not accepted yet.
            own = [row for row in rows if row[1] == here and row[3] == "01" and row[9] != "0"]
            if sum(row[4].endswith(":00000000") for row in own) >= number:
                return
            assert time.monotonic() < deadline, rows
            time.sleep(0.02)

    def connect(self) -> socket.socket:
        """Return a new connection."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=30)

    def get(self, path: str) -> str:
        """Return the response to a request, whose connection the client would keep."""
        with self.connect() as connection:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
            return received(connection)

    def stop(self) -> int:
        """Send SIGTERM, and return the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def received(connection: socket.socket) -> str:
    """Return the answer of the server, until it closes or the answer is complete."""
    data = b""
    while not data.endswith(b"answered") and (part := connection.recv(65536)):
        data += part
    return data.decode()


@pytest.fixture
def port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serve(tmp_path: Path, port: int) -> Iterator[Callable[..., Served]]:
    """Return a function that starts a server with settings."""
    started: list[Served] = []

    def serve(**settings: object) -> Served:
        started.append(Served(port, tmp_path / "log", **settings))
        started[-1].wait_for("Serving on")
        return started[-1]

    yield serve
    for served in started:
        served.process.kill()
        served.process.wait()


Serve = Callable[..., Served]


@pytest.mark.parametrize("threads", [6, 2])
def test_sigterm_answers_requests_in_flight(serve: Serve, threads: int) -> None:
    """Six requests, running or queued, are answered; the exit code is that of a success."""
    served = serve(threads=threads)
    with ThreadPoolExecutor(6) as pool:
        answers = [pool.submit(served.get, "/0.5") for _ in range(6)]
        served.wait_for("began /0.5", min(threads, 6))
        served.wait_until_read(6)
        assert served.stop() == 0
    heads = [answer.result().splitlines() for answer in answers]
    assert [lines[0] for lines in heads] == ["HTTP/1.1 200 OK"] * 6
    # Clients do not use a connection again that is about to end.
    assert all("Connection: close" in lines for lines in heads)


def test_a_server_that_stops_accepts_no_more_connections(serve: Serve) -> None:
    """Another process can listen on the port while the last requests are answered."""
    served = serve()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(served.get, "/1")
        served.wait_for("began /1")
        served.process.send_signal(signal.SIGTERM)
        served.wait_until_closed()
        assert served.process.poll() is None
        assert answer.result().endswith("answered")
    assert served.process.wait(30) == 0


def test_a_large_answer_is_sent_to_its_end(serve: Serve) -> None:
    """An answer in the server's buffers for a slow client is in flight too."""
    served = serve()
    with served.connect() as connection:
        connection.sendall(b"GET /large HTTP/1.0\r\n\r\n")
        served.wait_for("began /large")
        served.process.send_signal(signal.SIGTERM)
        assert len(received(connection).partition("\r\n\r\n")[2]) == 10_000_000
    assert served.process.wait(30) == 0


def test_an_idle_connection_does_not_hold_the_stop(serve: Serve) -> None:
    """A browser keeps its connection open; the server ends without it."""
    served = serve(stop_timeout=60)
    with served.connect() as connection:
        connection.sendall(b"GET /0 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert received(connection).endswith("answered")
        assert served.stop() == 0


def test_a_request_beyond_the_limit_is_dropped(serve: Serve) -> None:
    """The stop has a limit, and the dropped requests are in the log."""
    served = serve(stop_timeout=0.5)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(served.get, "/10")
        served.wait_for("began /10")
        assert served.stop() == 0
        assert answer.result() == ""
    served.wait_for("1 connections were still open 0.5 seconds after SIGTERM, and are dropped")


def test_a_second_sigterm_ends_at_once(serve: Serve) -> None:
    """Who does not want to wait sends it again."""
    served = serve()
    with ThreadPoolExecutor(1) as pool:
        # Its connection is reset, which nobody asks for.
        pool.submit(served.get, "/10")
        served.wait_for("began /10")
        served.process.send_signal(signal.SIGTERM)
        served.wait_until_closed()
        assert served.stop() == -signal.SIGTERM


def test_sigint_ends_without_a_traceback(serve: Serve) -> None:
    """Ctrl-C at a terminal."""
    served = serve()
    served.process.send_signal(signal.SIGINT)
    assert served.process.wait(30) == 0
    assert "Traceback" not in served.log.read_text()


@pytest.mark.parametrize(
    "sent", [b"", b"GET /0 HTTP/1.1\r\nHost:", b"POST / HTTP/1.1\r\nContent-Length: 9\r\n\r\nx"]
)
def test_half_open_connections_do_not_starve_others(serve: Serve, sent: bytes) -> None:
    """At the limit of connections the half-open ones are closed in time, also if they send on."""
    served = serve(connection_limit=20, asyncore_use_poll="true", request_timeout=1)
    connections = [served.connect() for _ in range(30)]
    stopped = threading.Event()

    def trickle() -> None:
        while not stopped.wait(0.2):
            for connection in connections:
                try:
                    connection.sendall(b"x" if sent else b"")
                except OSError:
                    continue

    for connection in connections:
        connection.sendall(sent)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(trickle)
        try:
            assert served.get("/0").endswith("answered")
        finally:
            stopped.set()
            for connection in connections:
                connection.close()


def test_many_half_open_connections_leave_room(serve: Serve) -> None:
    """With the limits of the ini files 400 of them are nothing to wait for."""
    served = serve(connection_limit=500, asyncore_use_poll="true")
    connections = [served.connect() for _ in range(400)]
    assert served.get("/0").endswith("answered")
    for connection in connections:
        connection.close()


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ("POST /0 HTTP/1.1\r\nHost: localhost\r\nContent-Length: 48000000\r\n\r\n", "413"),
        ("GET /0 HTTP/1.1\r\nHost: localhost\r\nX-Long: " + "x" * 6_000 + "\r\n\r\n", "431"),
    ],
)
def test_a_large_body_is_refused_before_it_is_read(serve: Serve, head: str, status: str) -> None:
    """The header alone is answered, and the application is not called."""
    served = serve(max_request_body_size=1048576, max_request_header_size=4096)
    with served.connect() as connection:
        connection.sendall(head.encode())
        assert received(connection).split()[1] == status
    assert "began" not in served.log.read_text()


@pytest.mark.parametrize(
    ("settings", "reason"),
    [
        ({}, "Address already in use"),
        ({"threads": "many"}, "invalid literal for int() with base 10: 'many'"),
        ({"thread": 4}, "Unknown adjustment 'thread'"),
        ({"stop_timeout": "soon"}, "could not convert string to float: 'soon'"),
    ],
)
def test_a_wrong_setting_ends_with_one_line(
    port: int, tmp_path: Path, settings: dict[str, Any], reason: str
) -> None:
    """The line names the section and the address."""
    with socket.create_server(("127.0.0.1", port)):
        served = Served(port, tmp_path / "log", **settings)
        assert served.process.wait(30) == 1
    (line,) = served.log.read_text().splitlines()
    assert line.startswith(f"[server:main] cannot serve on 127.0.0.1:{port}: ")
    assert line.endswith(reason)
