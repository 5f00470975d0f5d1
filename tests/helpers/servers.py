"""Servers of a test's own, on ports and directories of their own, that it may kill and start again."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

import pytest

from qapla.embedded import binaries
from qapla.embedded.account import prepare

HOW = {
    "chromium": "type `apt-get install chromium`",
    "docker-compose": "type `apt-get install docker-compose`",
    "pgbouncer": "type `apt-get install pgbouncer`",
    "redis-server": "type `apt-get install redis-server`",
    "rabbitmq-server": "type `apt-get install rabbitmq-server`",
    "systemd-analyze": "type `apt-get install systemd`",
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
    """Whether somebody listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Server(ABC):
    """A server in a process group of its own."""

    url: str

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @classmethod
    @contextmanager
    def running(cls, directory: Path) -> Iterator[Self]:
        """Make the directory of a server, and run the server until the block ends."""
        directory.mkdir()
        server = cls(directory)
        server.start()
        try:
            yield server
        finally:
            server.kill()

    @abstractmethod
    def command(self) -> tuple[list[str], dict[str, str]]:
        """Return the command that starts the server, and its variables."""

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
        """Return the command that starts the server, and its variables."""
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
        """Return the command that starts the server, and its variables."""
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


class PgBouncer(Server):
    """PgBouncer with transaction pooling in front of a server.

    It looks for a server that was away every second, where its default is 15.
    """

    def __init__(self, directory: Path, server: "PostgreSQL") -> None:
        super().__init__(directory)
        self.server = server

    def command(self) -> tuple[list[str], dict[str, str]]:
        """Return the command that starts the pooler, and its variables."""
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": self.port,
            "unix_socket_dir": "",
            "auth_type": "any",
            "pool_mode": "transaction",
            "default_pool_size": 4,
            "server_login_retry": 1,
            "logfile": self.directory / "log",
        }
        lines = ["[databases]", f"* = host={self.server.directory} user=postgres", "[pgbouncer]"]
        lines += [f"{name} = {value}" for name, value in settings.items()]
        configuration = self.directory / "pgbouncer.ini"
        configuration.write_text("\n".join(lines) + "\n")
        self.directory.chmod(0o777)
        # It refuses to run as root.
        user = ["-u", "nobody"] if os.geteuid() == 0 else []
        return [require("pgbouncer"), *user, str(configuration)], {}

    def url_of(self, name: str) -> str:
        """Return the URL of a database through the pooler."""
        return f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/{name}"


class PostgreSQL:
    """The embedded PostgreSQL in a directory of a test's own, without a supervisor.

    That one would start it again.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.programs = binaries.programs()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start the server, with data if it has none, and wait until it is ready."""
        account = prepare(self.directory, self.programs, "the directory of the test")
        run_as: dict[str, Any] = {}
        if account is not None:
            run_as = {"user": account.user, "group": account.group, "extra_groups": []}
        given = ["-D", str(self.directory)]
        if not (self.directory / "PG_VERSION").exists():
            initdb = [str(self.programs / "initdb"), "-A", "trust", "-E", "utf8", "-U", "postgres"]
            subprocess.run([*initdb, *given], check=True, capture_output=True, **run_as)
        given += ["-h", "", "-k", str(self.directory)]
        with (self.directory / "log").open("ab") as log:
            self.process = subprocess.Popen(
                [str(self.programs / "postgres"), *given], stdout=log, stderr=log, **run_as
            )
        wait_for("PostgreSQL", self.is_ready)

    def replica(self, directory: Path) -> "PostgreSQL":
        """Return a standby of this server, started, with all that is committed here.

        Source: PostgreSQL, "pg_basebackup".
        """
        account = prepare(directory, self.programs, "the directory of the test")
        run_as: dict[str, Any] = {}
        if account is not None:
            run_as = {"user": account.user, "group": account.group, "extra_groups": []}
        copy = [str(self.programs / "pg_basebackup"), "-R", "-X", "stream", "-c", "fast"]
        place = ["-h", str(self.directory), "-U", "postgres", "-D", str(directory)]
        subprocess.run([*copy, *place], check=True, capture_output=True, **run_as)
        directory.chmod(0o700)
        # It is copied too, as the socket of the primary is among its data.
        (directory / ".s.PGSQL.5432.lock").unlink()
        standby = PostgreSQL(directory)
        standby.start()
        return standby

    def is_ready(self) -> bool:
        """Whether the server takes connections."""
        state = self.directory / "postmaster.pid"
        lines = state.read_text().splitlines() if state.exists() else []
        return bool(lines) and lines[-1].strip() in ("ready", "standby")

    def kill(self) -> None:
        """End the server at once, with every connection: it recovers at its next start."""
        self.end(signal.SIGQUIT)

    def end(self, how: signal.Signals) -> None:
        """End the server: SIGINT is a fast shutdown, and SIGQUIT an immediate one.

        Source: PostgreSQL, "Shutting Down the Server".
        """
        assert self.process is not None
        self.process.send_signal(how)
        self.process.wait()

    def url(self, name: str) -> str:
        """Return the URL of one of its databases."""
        return f"postgresql+psycopg://postgres@/{name}?host={self.directory}"
