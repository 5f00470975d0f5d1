"""A generated project, installed as in production, and its servers."""

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from baking import clean_environment, copy_template, generate, succeed
from clients import Client, Cut, Refused
from servers import PostgreSQL, free_port, wait_for
from sqlalchemy import NullPool, create_engine, text

ANSWERS = {"project_name": "Rotarran", "models": "Ship(name:str, key:str!)"}
PARTS = Path(__file__).parent / "parts"
SERVERS = ("waitress", "gunicorn")
# As many as the pool of a database keeps in each process.
POOL = 4


@dataclass
class Stage:
    """A project with views and tasks of the experiments, and a PostgreSQL that they may stop.

    Args:
        directory: A directory that other users can reach, as under root PostgreSQL is one.
        project: The root of the project.
        postgres: The server of its database.
    """

    directory: Path
    project: Path
    postgres: PostgreSQL

    def environment(self, **more: str) -> dict[str, str]:
        """Return the variables of production."""
        return clean_environment(
            ROTARRAN_ENVIRONMENT="production",
            ROTARRAN_DATABASES__MAIN__URL=self.postgres.url("load"),
            **{"ROTARRAN_CELERY__BROKER_URL": "filesystem://localhost", **more},
        )

    def program(self, name: str) -> str:
        """Return the path of a program of the project's environment."""
        return str(self.project / ".venv" / "bin" / name)

    def ask(self, query: str) -> list[int]:
        """Return the first row of a query on the database, by a connection of its own."""
        engine = create_engine(self.postgres.url("load"), poolclass=NullPool)
        with engine.connect() as connection:
            return list(connection.execute(text(query)).one())

    def connections(self, state: str = "%") -> int:
        """Return the number of connections to the database beside the one that asks."""
        (number,) = self.ask(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = 'load' "
            f"AND pid <> pg_backend_pid() AND state LIKE '{state}'"
        )
        return number

    def newest(self) -> int:
        """Return the id of the newest ship, or 0."""
        return self.ask("SELECT coalesce(max(id), 0) FROM ships")[0]

    def ship_keys(self) -> list[str]:
        """Return the key of each ship."""
        engine = create_engine(self.postgres.url("load"), poolclass=NullPool)
        with engine.connect() as connection:
            return list(connection.scalars(text("SELECT key FROM ships")))

    def start(self, command: list[str], log: Path, **variables: str) -> subprocess.Popen[bytes]:
        """Start a program of the project in a process group of its own; its output is added to a file."""
        with log.open("ab") as output:
            return subprocess.Popen(
                [self.program(command[0]), *command[1:]],
                cwd=self.project,
                env=self.environment(**variables),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @contextmanager
    def served(self, kind: str, processes: int = 2) -> Iterator["Served"]:
        """Serve the project until the block ends.

        Args:
            kind: `waitress` or `gunicorn`.
            processes: The number of gunicorn's processes.
        """
        port = free_port()
        command = ["pserve", self._ini(port)]
        if kind == "gunicorn":
            command = ["gunicorn", "--paste", "production.ini", "--bind", f"127.0.0.1:{port}"]
        log = self.directory / f"{kind}-{port}.log"
        process = self.start(command, log, WEB_CONCURRENCY=str(processes))
        server = Served(port, process, log, processes if kind == "gunicorn" else 1)
        try:
            wait_for(f"{kind}, whose log is {log},", server.is_live)
            yield server
        finally:
            end(process)

    @contextmanager
    def working(
        self, directory: Path, *options: str, **variables: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Run a worker until the block ends, or until the block has stopped it.

        Args:
            directory: The directory of its log.
            options: The options of `celery worker`.
            variables: More variables of the environment.
        """
        command = ["celery", "-A", "rotarran.tasks.worker", "worker", "--loglevel=INFO", *options]
        worker = self.start(command, directory / "worker.log", **variables)
        try:
            yield worker
        finally:
            end(worker)

    @contextmanager
    def sending(
        self, directory: Path, number: int, failing: int, seconds: float, **variables: str
    ) -> Iterator[subprocess.Popen[bytes]]:
        """Send tasks while the block runs.

        Args:
            directory: The directory of the log.
            number: The number of tasks.
            failing: Each task of as many raises; 0 for none.
            seconds: The time that a task takes.
            variables: More variables of the environment.
        """
        # Not by `-m`: the tasks would have other names there.
        code = f"from rotarran.tasks.main.probes import send; send({number}, {failing}, {seconds})"
        command = ["python", "-c", code]
        sender = self.start(command, directory / "sender.log", **variables)
        try:
            yield sender
        finally:
            end(sender)

    def _ini(self, port: int) -> str:
        """Write the ini file of production with another port, and return its name."""
        path = self.project / f"production-{port}.ini"
        written = (self.project / "production.ini").read_text()
        path.write_text(written.replace("listen = 0.0.0.0:6543", f"listen = 127.0.0.1:{port}"))
        return path.name


@dataclass
class Served:
    """A served project: its port, its first process, its log, and the number of serving processes."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path
    processes: int

    def is_live(self) -> bool:
        """Whether the server answers.

        Raises:
            AssertionError: Its process has ended.
        """
        code = self.process.poll()
        if code is not None:
            raise AssertionError(f"the server ended with {code}:\n{self.log.read_text()[-3000:]}")
        with suppress(Refused, Cut):
            return Client(self.port, kept=False).ask("/health/live")[0] == 200
        return False

    def serving(self) -> int:
        """Return the id of a process that serves: gunicorn's first one only supervises."""
        return next(iter(children(self.process.pid)), self.process.pid)

    def tracebacks(self) -> list[str]:
        """Return the lines of the log that have a traceback."""
        return [line for line in self.log.read_text().splitlines() if "Traceback" in line]

    def stop(self) -> int:
        """Send SIGTERM, and return the exit code."""
        self.process.terminate()
        return self.process.wait(60)


@contextmanager
def staged() -> Iterator[Stage]:
    """Generate, install and migrate a project; yield it with its PostgreSQL."""
    directory = Path(tempfile.mkdtemp(prefix="qapla-reliability-"))
    directory.chmod(0o755)
    postgres = PostgreSQL(directory / "postgres")
    try:
        template = copy_template(directory / "template")
        project, _ = generate(template, directory / "projects", ANSWERS)
        _add_parts(project)
        succeed(
            ["uv", "sync", "-q", "--no-dev", "--extra", "gunicorn", "--extra", "redis"], project
        )
        postgres.start()
        stage = Stage(directory, project, postgres)
        for command in ("create", "upgrade"):
            succeed([stage.program("qapla"), "db", command], project, **stage.environment())
        yield stage
    finally:
        if postgres.process is not None and postgres.process.poll() is None:
            postgres.end(signal.SIGQUIT)
        shutil.rmtree(directory, ignore_errors=True)


def children(process: int) -> list[int]:
    """Return the ids of the children of a process."""
    listed = Path(f"/proc/{process}/task/{process}/children").read_text()
    return [int(number) for number in listed.split()]


def resident(process: int) -> int:
    """Return the resident memory of a process in KB."""
    status = Path(f"/proc/{process}/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmRSS:"))
    return int(line.split()[1])


def end(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a process group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _add_parts(project: Path) -> None:
    """Add the views and tasks of the experiments to a project."""
    package = project / "src" / "rotarran"
    shutil.copy(PARTS / "faults.py", package / "web" / "controllers")
    shutil.copy(PARTS / "probes.py", package / "tasks" / "main")
    with (package / "web" / "routes.py").open("a") as routes:
        routes.write('    config.add_route("faults", "/faults/{kind}")\n')
        routes.write('    config.add_route("slow", "/slow")\n')
        routes.write('    config.add_route("counts", "/counts")\n')
