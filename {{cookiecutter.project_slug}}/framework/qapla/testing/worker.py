"""A real worker in a process of its own, which runs the tasks of a test on the test's databases.

As a program: `python -m qapla.testing.worker <package> <file> <options of celery worker>`.
"""

import importlib
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from celery.signals import worker_ready

from qapla.app import Application
from qapla.exceptions import WorkerError

START_SECONDS = 60
STOP_SECONDS = 30


class WorkerProcess:
    """A worker of a project, in a process of its own.

    Args:
        package: The project's package.
        options: Options of `celery worker`, such as `--pool=threads`.
        suffix: The end of the names of databases and queues; by default that of this process.
    """

    def __init__(
        self, package: str, options: tuple[str, ...] = (), suffix: str | None = None
    ) -> None:
        suffix = Application.parallel_suffix if suffix is None else suffix
        self._directory = Path(tempfile.mkdtemp(prefix="qapla-worker-"))
        self._ready = self._directory / "ready"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", __name__, package, suffix, str(self._ready), *options],
                env=_environment(),
                stdout=log,
                stderr=log,
                # A group of its own, so that its children can be killed with it.
                start_new_session=True,
            )

    @property
    def pid(self) -> int:
        """Return the id of the worker's main process."""
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._process.poll() is None

    @property
    def output(self) -> str:
        """Return the output of the worker."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    def wait_until_ready(self) -> None:
        """Wait until the worker takes messages.

        Raises:
            WorkerError: It has ended instead, or is not ready after a minute.
        """
        deadline = time.monotonic() + START_SECONDS
        while not self._ready.exists():
            if not self.running or time.monotonic() > deadline:
                output = self.output
                self.stop()
                raise WorkerError(f"the worker of the test did not start; it printed:\n{output}")
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop the worker when its tasks have ended; kill it when it goes on."""
        self._process.terminate()
        try:
            self._process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()
        shutil.rmtree(self._directory, ignore_errors=True)

    def kill(self) -> None:
        """Kill the worker with its children, as a machine that loses its power would."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    @property
    def _log(self) -> Path:
        return self._directory / "log"


def _environment() -> dict[str, str]:
    """Return an environment in which a process finds the modules that this one has."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    if sys.dont_write_bytecode:
        environment["PYTHONDONTWRITEBYTECODE"] = "1"
    return environment


def main(package: str, suffix: str, ready: str, *options: str) -> None:
    """Run a worker of a project's `main`, prepared for tests."""
    importlib.import_module(package).main.run_tests(suffix)
    app = importlib.import_module(f"{package}.tasks.worker").app

    @worker_ready.connect(weak=False)
    def tell(**_: object) -> None:
        Path(ready).touch()

    # Alone on its broker, it has nobody to synchronise with.
    app.worker_main(["worker", "--without-gossip", "--without-mingle", *options])


if __name__ == "__main__":
    main(*sys.argv[1:])
