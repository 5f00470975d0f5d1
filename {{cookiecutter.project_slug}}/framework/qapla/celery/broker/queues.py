"""Queues and exchanges that the broker has otherwise than the settings declare them."""

import logging
import re
from typing import Any

from amqp.exceptions import PreconditionFailed
from celery.app.amqp import AMQP
from celery.exceptions import WorkerShutdown

from qapla.exceptions import QueueMismatch

logger = logging.getLogger(__name__)
_NAMED = re.compile(r"arg '([^']*)' for (queue|exchange) '([^']*)' in vhost '([^']*)'")


class Queues(AMQP):
    """Celery's queues, of which a worker names the one that does not fit."""

    def TaskConsumer(self, *args: Any, **options: Any) -> Any:  # noqa: N802
        """Return the consumer of a worker, which declares its queues.

        Raises:
            WorkerShutdown: A queue is there already, of another kind; the log says which one.
        """
        try:
            return super().TaskConsumer(*args, **options)
        except PreconditionFailed as error:
            logger.critical("%s", mismatch(error))
            raise WorkerShutdown(1) from None


def mismatch(error: PreconditionFailed) -> QueueMismatch:
    """Return the error about a queue or exchange that cannot be declared.

    Args:
        error: The broker's own error, whose text has the names.
    """
    found = _NAMED.search(str(error))
    if found is None:
        return QueueMismatch(f"the broker refuses a declaration: {error}")
    argument, kind, name, host = found.groups()
    remedy = f"once it is empty, type `rabbitmqctl -p {host} delete_queue {name}`"
    if kind == "exchange":
        remedy = "delete it in the broker"
    return QueueMismatch(
        f"the broker has the {kind} {name!r} with another {argument} than the settings declare: "
        f"choose another name, or {remedy}"
    )
