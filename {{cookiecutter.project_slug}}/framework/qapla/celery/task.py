"""Bases of tasks: sent when a transaction commits, tried again when a database is away.

`Task` is the class of every task of `application.celery`; `DatabaseTask` is asked for by
`@app.task(base=DatabaseTask)`.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from celery.exceptions import Reject
from celery.result import AsyncResult, EagerResult
from celery.utils.time import get_exponential_backoff_interval
from kombu import serialization
from kombu.utils.uuid import uuid
from sqlalchemy.orm import Session

from qapla.celery.broker.delays import refuse_long_delay
from qapla.celery.lazy import LazyTask
from qapla.database.dialects.errors import is_transient
from qapla.database.sessions.on_commit import on_commit
from qapla.database.sessions.sent import note_sent


class Task(LazyTask):
    """A task that can wait for the commit of a session before it is sent.

    The names are those of Celery's task for Django: "First steps with Django".
    """

    def delay_on_commit(self, session: Session, /, *args: Any, **kwargs: Any) -> "AsyncResult[Any]":
        """Send the task when the session's transaction has been committed.

        Args:
            session: The session; without a transaction the task is sent at once.
            args: The positional arguments of the task.
            kwargs: The keyword arguments of the task.

        Returns:
            The result of the task, whose id is known already.

        Raises:
            TypeError: The task does not take these arguments.
            kombu.exceptions.EncodeError: An argument cannot be part of a message.
        """
        return self.apply_async_on_commit(session, args, kwargs)

    def apply_async_on_commit(
        self,
        session: Session,
        args: Sequence[Any] | None = None,
        kwargs: Mapping[str, Any] | None = None,
        task_id: str | None = None,
        **options: Any,
    ) -> "AsyncResult[Any]":
        """Send the task with options when the session's transaction has been committed.

        `options` are those of `apply_async`; the rest is as with `delay_on_commit`.
        """
        sent_args, sent_kwargs = self.checked(args, kwargs)
        task_id = task_id or uuid()

        def send() -> None:
            self.apply_async(sent_args, sent_kwargs, task_id=task_id, **options)

        on_commit(session, send)
        return self.AsyncResult(task_id)

    def apply(self, *args: Any, **options: Any) -> "EagerResult[Any]":
        """Run the task here, with its retries, as `task_always_eager` does.

        Celery would raise the first `Retry` where errors are to be raised, and never retry.
        """
        note_sent()
        throw = options.get("throw")
        options["throw"] = False
        result: EagerResult[Any] = super().apply(*args, **options)
        if result.failed():
            if throw is None:
                throw = self.app.conf.task_eager_propagates
            if throw:
                raise result.result
        return result

    def retry(
        self,
        args: Any = None,
        kwargs: Any = None,
        exc: Exception | None = None,
        throw: bool = True,
        eta: datetime | None = None,
        countdown: float | None = None,
        max_retries: int | None = None,
        **options: Any,
    ) -> Any:
        """Retry the task; the arguments are those of Celery.

        Raises:
            DelayTooLong: The broker would give the message to several workers before the retry is due.
        """
        if not self.request.called_directly and not self.request.is_eager:
            # Celery would reject the message, which would be lost.
            refuse_long_delay(self.app, self.name, self._countdown(eta, countdown), eta)
        return super().retry(args, kwargs, exc, throw, eta, countdown, max_retries, **options)

    def _countdown(self, eta: object, countdown: float | None) -> float | None:
        return self.default_retry_delay if eta is None and countdown is None else countdown

    def checked(
        self, args: Sequence[Any] | None, kwargs: Mapping[str, Any] | None
    ) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """Return the arguments as a worker would get them, or fail here and not at the commit.

        They are a copy: a later change of a list is not sent.
        """
        args, kwargs = args or (), kwargs or {}
        if self.typing:
            # The signature that `apply_async` checks; Celery's type stubs do not know it.
            self.__header__(*args, **kwargs)  # type: ignore[attr-defined]
        serializer = self.app.conf.task_serializer
        content_type, encoding, data = serialization.dumps((args, kwargs), serializer)
        body = serialization.loads(data, content_type, encoding, accept=[content_type])
        return tuple(body[0]), dict(body[1])


class DatabaseTask(Task):
    """A task that is retried when its database is unavailable, or when it was the victim of a deadlock.

    A lost connection, a deadlock and a serialization failure pass: the run is rolled back, and
    the task is retried with exponential backoff and jitter. Any other error fails the task.
    """

    # On average more than three minutes in all, longer than a database needs for a restart.
    database_max_retries = 12
    database_backoff_max = 60

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Run the task.

        Raises:
            celery.exceptions.Retry: The database's error passes, and there are attempts left.
        """
        if self.request.called_directly:
            return super().__call__(*args, **kwargs)
        try:
            # Not `super().__call__`, which would hide the request of the worker.
            return self.run(*args, **kwargs)
        except Exception as error:
            if not is_transient(error):
                raise
            try:
                raise self.retry(
                    exc=error, countdown=self._backoff(), max_retries=self.database_max_retries
                ) from error
            except Reject as rejected:
                # The broker is away too, and Celery would drop the message.
                raise Reject(rejected.args[0], requeue=True) from error

    def _backoff(self) -> int:
        return get_exponential_backoff_interval(
            factor=1,
            retries=self.request.retries,
            maximum=self.database_backoff_max,
            full_jitter=True,
        )
