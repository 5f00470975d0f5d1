"""A project under load while PostgreSQL is restarted: nothing acknowledged is lost or there twice."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

import pytest
from baking import HELPERS, Bake
from clients import Writers
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


@contextmanager
def served(project: Path, url: dict[str, str], log: Path) -> Iterator[int]:
    """Serve a project; yield its port."""
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
        yield port
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
        with served(project, url, directory / "web.log") as port:
            writers = Writers(port, lambda key: {"name": key})
            with writers.working(CLIENTS):
                for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGINT, signal.SIGQUIT):
                    time.sleep(1.5)
                    begin = time.monotonic()
                    server.end(how)
                    time.sleep(0.5)
                    server.start()
                    away.append((begin, time.monotonic() + GRACE))
                    wait_for("an answer", writers.answers)
                time.sleep(GRACE)
                before = len(writers.created)
                time.sleep(1)
            assert len(writers.created) > before
        engine = create_engine(server.url("load"), poolclass=NullPool)
        with engine.connect() as connection:
            there = Counter(connection.scalars(text("SELECT name FROM ships")))
        assert [name for name in writers.created if name not in there] == []
        assert [name for name, times in there.items() if times > 1] == []
        assert writers.cut == []
        assert {status for _, status in writers.failed} == {503}, (
            directory / "web.log"
        ).read_text()[-6000:]
        outside = [when for when, _ in writers.failed if not any(a <= when <= b for a, b in away)]
        assert outside == []
        assert len(writers.created) > 500
        assert writers.statuses[200] > 500
        assert "Traceback" not in (directory / "web.log").read_text()
    finally:
        if pooler is not None:
            pooler.kill()
        server.kill()
