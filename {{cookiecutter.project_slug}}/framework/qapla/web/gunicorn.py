"""Parts of gunicorn, for `gunicorn.conf.py`: a worker whose stop resets no connection, and a logger.

A worker of gunicorn itself keeps its listening socket open until its last request is answered, and accepts
nothing meanwhile: a client that connects waits, and is reset in the end.
"""

import select
import sys
from typing import Any

from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger as GunicornLogger
from gunicorn.workers.gthread import ThreadWorker

from qapla.logs.formatter import Formatter


class Worker(ThreadWorker):  # type: ignore[misc]
    """A worker with threads that, on SIGTERM, answers every client that has connected."""

    def load_wsgi(self) -> None:
        """Load the application; a wrong setting ends the server, which would start workers for ever."""
        try:
            super().load_wsgi()
        except SystemExit as error:
            print(error, file=sys.stderr)
            sys.exit(Arbiter.WORKER_BOOT_ERROR)

    def set_accept_enabled(self, enabled: bool) -> None:
        """Start or stop to accept connections; for good in a worker that ends."""
        super().set_accept_enabled(enabled)
        if self.alive:
            return
        for listener in self.sockets:
            # Connections that the system has accepted by itself would be reset.
            while select.select([listener], [], [], 0)[0]:
                self.accept(listener)
            # At a reload the supervisor and the new workers listen on.
            listener.close()


class Logger(GunicornLogger):  # type: ignore[misc]
    """The log of gunicorn's own events in the form of the project's: lines, or JSON."""

    def setup(self, cfg: Any) -> None:
        """Configure the handlers."""
        super().setup(cfg)
        for handler in self.error_log.handlers:
            handler.setFormatter(Formatter())
