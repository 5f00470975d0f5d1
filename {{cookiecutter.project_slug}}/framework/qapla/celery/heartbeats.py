"""The heartbeats of a worker and of beat.

A worker's comes from its main loop, beat's from its scheduler. Neither goes on while Celery connects to
its broker again and again, or while a worker ends its last tasks: then a thread beats instead, or the
process would be killed for nothing.
Source: Celery, "Extensions and Bootsteps" and "Signals".
"""

import atexit
import threading
import time
from collections.abc import Callable
from typing import Any

from celery import Celery, bootsteps
from celery.signals import beat_init, worker_shutdown

from qapla.ops.heartbeat import INTERVAL, Heartbeat

Make = Callable[[str], Heartbeat]


def add_heartbeats(celery: "Celery[Any]", make: Make) -> None:
    """Write the heartbeats of the worker and the beat of a Celery application.

    Args:
        celery: The Celery application.
        make: The function that makes the heartbeat of a kind of process, once the settings are read.
    """

    class WorkerHeartbeat(bootsteps.StartStopStep):
        """Beat from the timer of the worker's main loop."""

        requires = ("celery.worker.components:Timer",)

        def __init__(self, worker: Any, **options: Any) -> None:
            super().__init__(worker, **options)
            self._heartbeat = make("worker")

        def start(self, worker: Any) -> None:
            self._heartbeat.beat()
            worker.timer.call_repeatedly(INTERVAL, self._heartbeat.beat)
            _Pulse(self._heartbeat, lambda: _is_waiting(worker)).start()
            worker_shutdown.connect(self._end, sender=worker, weak=False)

        def _end(self, **_: Any) -> None:
            self._heartbeat.end()

    celery.steps["worker"].add(WorkerHeartbeat)

    def on_beat(sender: Any, **_: Any) -> None:
        if sender.app is celery:
            _BeatHeartbeat(make("beat"), sender).start()

    beat_init.connect(on_beat, weak=False)


class _Pulse(threading.Thread):
    """Beat in a thread while the process waits for its broker, or for its last tasks."""

    def __init__(self, heartbeat: Heartbeat, is_waiting: Callable[[], bool]) -> None:
        super().__init__(name="heartbeat", daemon=True)
        self._heartbeat = heartbeat
        self._is_waiting = is_waiting

    def run(self) -> None:
        while True:
            time.sleep(INTERVAL)
            if self._is_waiting():
                self._heartbeat.beat()


class _BeatHeartbeat:
    """Beat after each look of the scheduler, which returns the seconds until the next one."""

    def __init__(self, heartbeat: Heartbeat, service: Any) -> None:
        self._heartbeat = heartbeat
        self._service = service
        self._tick = service.scheduler.tick
        self._is_ticking = False

    def start(self) -> None:
        self._heartbeat.beat()
        atexit.register(self._heartbeat.end)
        self._service.scheduler.tick = self._on_tick
        _Pulse(self._heartbeat, lambda: self._is_ticking).start()

    def _on_tick(self, *args: Any, **kwargs: Any) -> Any:
        self._is_ticking = True
        try:
            pause = self._tick(*args, **kwargs)
        finally:
            self._is_ticking = False
        self._heartbeat.beat(pause or 0)
        return pause


def _is_waiting(worker: Any) -> bool:
    """Whether a worker has no connection to its broker: it connects, or has ended its main loop."""
    consumer = getattr(worker, "consumer", None)
    return getattr(consumer, "connection", None) is None
