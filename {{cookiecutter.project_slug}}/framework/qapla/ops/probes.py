"""Probes that run side by side, each with a time limit, and never twice at once."""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass

# A probe takes the seconds after which its connection gives up, and returns what it has found.
Probe = Callable[[float], str]


class Unfit(Exception):
    """Something answers, and is not ready; the text is for strangers too."""


@dataclass(frozen=True)
class Finding:
    """The answer of a probe.

    Args:
        ready: Whether the probe has found nothing wrong.
        text: The finding or the fault, without secrets, names of hosts and roles.
        error: The error behind the fault, which may have names of hosts and roles.
    """

    ready: bool
    text: str
    error: BaseException | None = None


class Probes:
    """Probes by name.

    One that does not answer keeps its thread, and the next run waits for that thread: there is at
    most one for each probe, however often and by however many requests they are run.

    Args:
        probes: The probes by name, in the order of the findings.
        seconds: How long a run waits for all of them together.
        before: Called at the begin of each run, in its thread.
    """

    def __init__(
        self,
        probes: Mapping[str, Probe],
        seconds: float,
        before: Callable[[], object] = lambda: None,
    ) -> None:
        self._probes = dict(probes)
        self._seconds = seconds
        self._before = before
        self._running: dict[str, Future[str]] = {}
        self._lock = threading.Lock()

    def run(self) -> dict[str, Finding]:
        """Run the probes side by side, and return their findings by name."""
        self._before()
        deadline = time.monotonic() + self._seconds
        started = {name: self._start(name) for name in self._probes}
        return {name: self._finding(future, deadline) for name, future in started.items()}

    def _start(self, name: str) -> "Future[str]":
        with self._lock:
            running = self._running.get(name)
            if running is not None and not running.done():
                return running
            future: Future[str] = Future()
            self._running[name] = future
        # A daemon: a server that never answers does not keep the process from its end.
        arguments = (self._probes[name], self._seconds, future)
        threading.Thread(target=_run, args=arguments, name=f"probe-{name}", daemon=True).start()
        return future

    def _finding(self, future: "Future[str]", deadline: float) -> Finding:
        try:
            return Finding(True, future.result(max(0, deadline - time.monotonic())))
        except Unfit as error:
            return Finding(False, str(error), error.__cause__)
        except TimeoutError as error:
            if future.done():
                return Finding(False, _unreachable(error), error)
            return Finding(False, f"no answer within {self._seconds:g} seconds")
        except Exception as error:
            return Finding(False, _unreachable(error), error)


def _run(probe: Probe, seconds: float, future: "Future[str]") -> None:
    try:
        future.set_result(probe(seconds))
    except BaseException as error:
        future.set_exception(error)


def _unreachable(error: BaseException) -> str:
    return f"unreachable ({type(error).__name__})"
