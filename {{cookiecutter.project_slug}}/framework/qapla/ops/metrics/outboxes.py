"""The lag of the outboxes, which a scrape asks the databases for.

It is no metric of a process: a relay that is dead would not report that messages wait for it.
"""

import logging
from collections.abc import Iterator, Mapping
from functools import partial

from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy import Table

from qapla.database.database import Database
from qapla.ops.models import models_of
from qapla.ops.outboxes import Backlog, backlog_of, outboxes_of
from qapla.ops.probes import Probes

logger = logging.getLogger(__name__)


class OutboxLag(Collector):
    """The messages of each outbox that wait, and the age of the oldest.

    Args:
        databases: The databases by name.
        seconds: How long a scrape waits for all of them together.
    """

    def __init__(self, databases: Mapping[str, Database], seconds: float) -> None:
        self._found: dict[str, list[Backlog]] = {}
        tables = {name: outboxes_of(models_of(it)) for name, it in databases.items()}
        self._databases = [it for name, it in databases.items() if tables[name]]
        probes = {it.name: partial(self._ask, it, tables[it.name]) for it in self._databases}
        self._probes = Probes(probes, seconds, self._notice_use)

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Ask the databases side by side; one that does not answer is left out."""
        number = GaugeMetricFamily(
            "outbox_messages_waiting", "Messages that are due.", labels=["database"]
        )
        age = GaugeMetricFamily(
            "outbox_oldest_message_age_seconds",
            "Time for which the oldest message has been due.",
            labels=["database"],
        )
        for name, finding in self._probes.run().items():
            if not finding.ready:
                logger.warning("the outbox of %r was not measured: %s", name, finding.text)
                continue
            number.add_metric([name], sum(backlog.due for backlog in self._found[name]))
            age.add_metric([name], max(backlog.age for backlog in self._found[name]))
        yield from (number, age)

    def _notice_use(self) -> None:
        for database in self._databases:
            database.notice_use()

    def _ask(self, database: Database, tables: list[Table], seconds: float) -> str:
        with database.connections.alone(seconds) as connection:
            self._found[database.name] = [backlog_of(connection, table) for table in tables]
        return "measured"
