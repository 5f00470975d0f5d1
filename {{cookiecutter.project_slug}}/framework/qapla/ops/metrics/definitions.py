"""The metrics, by the naming rules of Prometheus; every label has a bounded set of values.

Source: Prometheus, "Metric and label naming".
"""

from prometheus_client import Counter, Gauge, Histogram

_QUERY_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_TASK_SECONDS = (0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300)

REQUESTS = Counter(
    "http_requests_total",
    "Requests by the pattern of their route.",
    ("route", "method", "status"),
)
REQUEST_SECONDS = Histogram(
    "http_request_duration_seconds",
    "Time from the arrival of a request to the end of its response.",
    ("route", "method"),
)
TASKS = Counter(
    "celery_tasks_total", "Runs of tasks by their outcome; a retry is one.", ("task", "state")
)
TASK_SECONDS = Histogram(
    "celery_task_duration_seconds", "Time of a run of a task.", ("task",), buckets=_TASK_SECONDS
)
QUERY_SECONDS = Histogram(
    "database_query_duration_seconds",
    "Time from a statement to the first of its rows.",
    ("database",),
    buckets=_QUERY_SECONDS,
)


def _pool_gauge(name: str, text: str) -> Gauge:
    # The sum over the processes that run: one that has ended has no connections.
    return Gauge(name, text, ("database",), multiprocess_mode="livesum")


CONNECTIONS = _pool_gauge("database_connections_open", "Open connections of the pools.")
IN_USE = _pool_gauge("database_connections_in_use", "Connections that are in use.")
WAITING = _pool_gauge(
    "database_connections_waiting", "Threads that wait for a connection, a new one too."
)
LIMIT = _pool_gauge("database_connections_limit", "The most connections of the pools.")
