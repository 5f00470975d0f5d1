"""The class of a project's Celery application."""

from collections.abc import Callable
from typing import Any

from amqp.exceptions import PreconditionFailed
from celery import Celery

from qapla.celery.broker.delays import refuse_long_delay
from qapla.celery.broker.queues import mismatch
from qapla.database.sessions.sent import note_sent

# The configuration, as Celery has read it.
_DERIVED = ("amqp", "control", "events", "timezone")


class ProjectCelery(Celery[Any]):
    """Celery, whose refusals have one line, and whose configuration tests can replace.

    Args:
        variable: The function that names the variable of a setting, by its keys.
        options: The arguments of `Celery`.
    """

    # Celery's type stubs do not know it.
    configured: bool
    amqp_cls = "qapla.celery.broker.queues:Queues"

    def __init__(self, *args: Any, variable: Callable[..., str] | None = None, **options: Any):
        self.variable = variable
        super().__init__(*args, **options)

    def send_task(
        self,
        name: str,
        args: Any = None,
        kwargs: Any = None,
        countdown: Any = None,
        eta: Any = None,
        *rest: Any,
        **options: Any,
    ) -> Any:
        """Send a task by its name; the arguments are those of Celery.

        Raises:
            DelayTooLong: The broker would give the message to several workers before the task is due.
            QueueMismatch: The broker has the queue otherwise than the settings declare it.
        """
        refuse_long_delay(self, name, countdown, eta)
        note_sent()
        try:
            return super().send_task(name, args, kwargs, countdown, eta, *rest, **options)
        except PreconditionFailed as error:
            raise mismatch(error) from error

    def renew(self, configuration: dict[str, Any]) -> None:
        """Put a configuration over the defaults of a former one; `conf` itself stays above.

        Args:
            configuration: The values by Celery's names.
        """
        self.add_defaults(lambda: configuration)
        for name in _DERIVED:
            self.__dict__.pop(name, None)
        self._pool = self._backend_cache = None
        # Celery's type stubs do not know it.
        self._local.__dict__.pop("backend", None)  # type: ignore[attr-defined]
