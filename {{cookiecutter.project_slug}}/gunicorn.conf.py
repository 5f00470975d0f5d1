"""Settings of gunicorn, for `gunicorn --paste production.ini`: several processes on one port.

waitress, the server of `production.ini`, is one process. gunicorn has no limit for the size of bodies, so
that it belongs behind a proxy that has one.
"""

import os
from typing import Any

from qapla.ops.metrics.processes import forget_process, share_files

bind = "0.0.0.0:6543"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
# gthread, with a stop that resets no connection. With threads an idle connection holds no worker.
worker_class = "qapla.web.gunicorn.Worker"
# As many as a database's pool serves at once.
threads = 4
# As in production.ini: more than the 60 seconds of usual proxies, and less than the 30 after which
# Kubernetes kills.
keepalive = 75
graceful_timeout = 25
logger_class = "qapla.web.gunicorn.Logger"
# Nothing here uses the socket of `gunicornc`.
control_socket_disable = True
# The counts of all processes are one answer of /metrics; see docs/metrics.md.
share_files()


def child_exit(server: Any, worker: Any) -> None:
    """Forget the gauges of a worker that has ended."""
    forget_process(worker.pid)


# There is no `post_fork`: with `preload_app` too, a process that is forked drops the connections of its
# parent by itself (framework/qapla/database/connect/engines.py).
