"""A project under load while PostgreSQL is restarted: nothing acknowledged is lost or there twice."""

import itertools
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import rmtree

import pytest
from baking import HELPERS, Bake
from servers import PgBouncer, PostgreSQL, free_port, wait_for
from sqlalchemy import NullPool, create_engine, text

CLIENTS = 8
# How long an answer may speak of an outage that is over: a connection is made anew, and PgBouncer
# looks for its server every second.
GRACE = 2.5


@pytest.fixture
def directory() -> Iterator[Path]:
    """Return a directory that servers, which are other users under root, can reach."""
    path = Path(tempfile.mkdtemp(prefix="qapla-restarts-"))
    path.chmod(0o755)
    yield path
    rmtree(path, ignore_errors=True)


@dataclass
class Clients:
    """Clients that create and list ships, and remember the answers."""

    url: str
    created: list[str] = field(default_factory=list)
    # When a request ended with an error of the server, and its status.
    failed: list[tuple[float, int]] = field(default_factory=list)
    listed: int = 0
    is_over: bool = False

    def work(self, number: int) -> None:
        """Create ships with names of one's own, and list some, until it is over."""
        for turn in itertools.count():
            if self.is_over:
                return
            name = f"{number}-{turn}"
            if self.ask({"name": name}) == 201:
                self.created.append(name)
            # Not added at once, as the threads would take the number before they ask.
            if self.ask(None) == 200:
                self.listed += 1

    def ask(self, body: object) -> int:
        """Post a ship, or list ships; return the status."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.url}/ships", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            self.failed.append((time.monotonic(), error.code))
            return error.code


@contextmanager
def served(project: Path, url: dict[str, str], log: Path) -> Iterator[str]:
    """Serve a project; yield its URL."""
    port = free_port()
    variables = {f"ROTARRAN_DATABASES__MAIN__{key}": value for key, value in url.items()}
    environment = {
        **os.environ,
        **variables,
        "PYTHONPATH": f"{project / 'src'}:{project / 'framework'}:{HELPERS}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "ROTARRAN_PATHS__VAR": str(log.parent / "var"),
    }
    run = [sys.executable, "-W", "ignore", "-m"]
    subprocess.run([*run, "scripts.migrate", "rotarran"], env=environment, check=True)
    with log.open("w") as output:
        server = subprocess.Popen(
            [*run, "scripts.serve", "rotarran", str(port)],
            env=environment,
            stdout=output,
            stderr=output,
        )
    try:
        wait_for("the web", lambda: "Serving on" in log.read_text())
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        assert server.wait(60) == 0


@pytest.mark.parametrize("pooled", [False, True], ids=["direct", "pooled"])
def test_restarts_of_postgresql_lose_nothing(bake: Bake, directory: Path, pooled: bool) -> None:
    """Fast ones and crashes, under eight clients; an error is a 503, and only while it is away."""
    project, _ = bake("two databases")
    server = PostgreSQL(directory / "postgres")
    server.start()
    url = {"URL": server.url("load")}
    pooler = None
    if pooled:
        (directory / "pooler").mkdir()
        pooler = PgBouncer(directory / "pooler", server)
        pooler.start()
        url = {
            "URL": pooler.url_of("load"),
            "POOLER": "transaction",
            "DEFAULT_URL": server.url("postgres"),
        }
    away: list[tuple[float, float]] = []
    try:
        with served(project, url, directory / "web.log") as address:
            clients = Clients(address)
            threads = [threading.Thread(target=clients.work, args=[n]) for n in range(CLIENTS)]
            for thread in threads:
                thread.start()
            for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGINT, signal.SIGQUIT):
                time.sleep(1.5)
                begin = time.monotonic()
                server.end(how)
                time.sleep(0.5)
                server.start()
                away.append((begin, time.monotonic() + GRACE))
                wait_for("an answer", lambda: clients.ask(None) == 200)
            time.sleep(GRACE)
            before = len(clients.created)
            time.sleep(1)
            clients.is_over = True
            for thread in threads:
                thread.join()
            assert len(clients.created) > before
        engine = create_engine(server.url("load"), poolclass=NullPool)
        with engine.connect() as connection:
            there = Counter(connection.scalars(text("SELECT name FROM ships")))
        assert [name for name in clients.created if name not in there] == []
        assert [name for name, times in there.items() if times > 1] == []
        assert {status for _, status in clients.failed} == {503}, (
            directory / "web.log"
        ).read_text()[-6000:]
        outside = [when for when, _ in clients.failed if not any(a <= when <= b for a, b in away)]
        assert outside == []
        assert len(clients.created) > 500
        assert clients.listed > 500
        assert "Traceback" not in (directory / "web.log").read_text()
    finally:
        if pooler is not None:
            pooler.kill()
        server.kill()
