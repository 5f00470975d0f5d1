"""The relay, which sends the messages of an outbox, from a task of beat or in a loop of its own.

Several relays may run at once. A message is deleted in a commit that follows its send: a relay that
is killed between the two leaves it to be sent again, with the same id.
"""

import logging
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from queue import Empty, SimpleQueue
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from qapla.celery.metrics import serve_metrics_of
from qapla.celery.outbox.message import ORDER, OutboxColumns, OutboxDriver
from qapla.database.application import DatabaseApplication
from qapla.database.dialects.errors import is_transient
from qapla.exceptions import QueueMismatch, UnknownTask
from qapla.logs.context import bound
from qapla.ops.heartbeat import Heartbeat
from qapla.ops.traces.carrier import continued_trace

logger = logging.getLogger(__name__)
_FIRST_WAIT, _LONGEST_WAIT = timedelta(seconds=10), timedelta(hours=1)


class Relay:
    """Send the messages of one database's outbox.

    Args:
        application: The application; it is prepared when the relay runs, not now.
        name: The name of the database.
        outbox: The driver of its outbox.
        celery: The Celery application that the tasks belong to.
        batch: How many messages are locked, sent and deleted together.
        again_after: After how long a message that is kept until its task takes it is sent again.
            It is longer than a task waits and works, or the task runs twice for nothing.
        max_attempts: How often a message is tried that cannot be sent for a reason of its own, with
            exponential backoff of 10 seconds to an hour, before it is parked.
    """

    def __init__(
        self,
        application: DatabaseApplication,
        name: str,
        outbox: type[OutboxDriver],
        celery: "Celery[Any]",
        batch: int = 100,
        again_after: timedelta = timedelta(minutes=15),
        max_attempts: int = 10,
    ) -> None:
        self.application = application
        self.name = name
        self.model: type[OutboxColumns] = outbox.model
        self.celery = celery
        self.batch = batch
        self.again_after = again_after
        self.max_attempts = max_attempts
        self.outbox = outbox
        self._heartbeat: Heartbeat | None = None
        self._is_ended = False
        # Unlike an event it may be used by a handler of a signal, during another one too.
        # Source: Python, "queue", "SimpleQueue Objects".
        self._wake_ups: SimpleQueue[None] = SimpleQueue()

    def run(self) -> int:
        """Send the due messages, oldest first; return the number of those that were sent.

        A broker that is away ends the run with a warning, and the other messages wait.
        """
        total = 0
        database = self.application.dbs[self.name]
        owner = f"the relay of {self.name!r}"
        with bound(database=self.name), database.get_session(owner) as session:
            while True:
                sent, more = self._send_batch(session)
                total += sent
                if self._heartbeat is not None:
                    self._heartbeat.beat()
                if not more or self._is_ended:
                    return total

    def run_forever(self, interval: float = 1.0) -> None:
        """Send the due messages until SIGTERM, after which the batch in flight is finished.

        Args:
            interval: The seconds between two looks into the outbox.
        """
        logger.info("the relay of %r runs, every %s seconds", self.name, interval)
        self._heartbeat = Heartbeat(self.application.paths["heartbeats"], "relay")
        if self.application.settings.metrics.port is not None:
            serve_metrics_of(self.application)
        is_main = threading.current_thread() is threading.main_thread()
        before = signal.getsignal(signal.SIGTERM)
        if is_main:
            signal.signal(signal.SIGTERM, self._end)
        try:
            while not self._is_ended:
                self._run_or_wait()
                self._heartbeat.beat(interval)
                with suppress(Empty):
                    self._wake_ups.get(timeout=interval)
        finally:
            self._heartbeat.end()
            if is_main:
                signal.signal(signal.SIGTERM, before)

    def _end(self, number: int, frame: object) -> None:
        self._is_ended = True
        self._wake_ups.put(None)

    def _run_or_wait(self) -> None:
        try:
            self.run()
        except Exception as error:
            if not is_transient(error):
                raise
            logger.warning("the relay of %r waits for its database: %s", self.name, error)

    def _send_batch(self, session: Session) -> tuple[int, bool]:
        """Send the oldest messages; return how many, and whether to go on with the next."""
        messages = self._locked(session)
        sent = []
        away = False
        for message in messages:
            try:
                self._send(message)
            except (OperationalError, OSError, QueueMismatch) as error:
                logger.warning("the relay of %r waits for the broker: %s", self.name, error)
                away = True
                break
            except Exception as error:
                self._put_off(message, error)
            else:
                sent.append(message)
        self._settle(session, sent)
        session.commit()
        return len(sent), not away and len(messages) == self.batch

    def _settle(self, session: Session, sent: Sequence[OutboxColumns]) -> None:
        """Delete messages that were sent; those that wait for their tasks are due again later.

        An eager task has run by now, and may have deleted its message.
        """
        kept = [{"its_id": it.id} for it in sent if it.until_acknowledged]
        gone = [{"its_id": it.id} for it in sent if not it.until_acknowledged]
        table = self.outbox.model.__table__
        # One by one: for a list of keys MariaDB may lock the rows of other relays too.
        its_row = table.c.id == bindparam("its_id")
        if kept:
            later = datetime.now(UTC) + self.again_after
            session.execute(update(table).where(its_row).values(due_at=later), kept)
        if gone:
            session.execute(delete(table).where(its_row), gone)

    def _put_off(self, message: OutboxColumns, error: Exception) -> None:
        """Try a message again after a while, or park it after its last attempt."""
        message.attempts += 1
        message.error = f"{type(error).__name__}: {error}"[:1000]
        shown = f"the relay of {self.name!r} cannot send the task {message.task_id}"
        if message.attempts >= self.max_attempts:
            message.due_at = None
            logger.error("%s, and has parked it: %s", shown, message.error, exc_info=error)
            return
        wait = min(_FIRST_WAIT * 2 ** (message.attempts - 1), _LONGEST_WAIT)
        message.due_at = datetime.now(UTC) + wait
        logger.warning(
            "%s, attempt %s of %s, the next in %d seconds: %s",
            shown,
            message.attempts,
            self.max_attempts,
            wait.total_seconds(),
            message.error,
        )

    def _locked(self, session: Session) -> Sequence[OutboxColumns]:
        """Return the oldest messages that are due, and that no other relay is sending now.

        SQLite has no locks of rows: two relays on it may send a message twice, as one that is
        killed may.
        """
        statement = (
            select(self.model)
            .where(self.model.due_at <= datetime.now(UTC))
            .order_by(self.model.due_at, self.model.id)
            .limit(self.batch)
            .with_for_update(skip_locked=True)
        )
        for dialect in ("mysql", "mariadb"):
            # MariaDB locks every row that it reads: in the order of the index it reads no more than
            # the batch, and another relay finds the rest.
            statement = statement.with_hint(self.model, f"FORCE INDEX ({ORDER})", dialect)
        return session.scalars(statement).all()

    def _send(self, message: OutboxColumns) -> None:
        signature = self.celery.signature(message.signature())
        self._refuse_unknown(str(signature.get("task")))
        # The relay, when it is a task itself, is not the parent of the tasks that it sends.
        with continued_trace(signature.options.get("headers")):
            signature.apply_async(
                task_id=message.task_id,
                root_id=message.task_id,
                add_to_parent=False,
            )

    def _refuse_unknown(self, task: str) -> None:
        """Refuse a task that no module of the project has: a worker would throw its message away."""
        if task not in self.celery.tasks:
            # The relay's own program imports its own module alone.
            self.celery.loader.import_default_modules()
        if task not in self.celery.tasks:
            raise UnknownTask(f"no module of the project has the task {task!r}")
