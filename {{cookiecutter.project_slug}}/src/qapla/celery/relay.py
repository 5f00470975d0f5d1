"""The relay: it sends what waits in an outbox, from a task of beat or in a loop of its own.

Several relays may run at once. A message is deleted in a commit that follows its send: a relay that
is killed between the two leaves it to be sent again, with the same id.
"""

import logging
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from celery import Celery
from kombu.exceptions import OperationalError
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from qapla.celery.outbox import ORDER, OutboxColumns, OutboxDriver
from qapla.database.application import DatabaseApplication
from qapla.database.transient import is_transient

logger = logging.getLogger(__name__)


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
    """

    def __init__(
        self,
        application: DatabaseApplication,
        name: str,
        outbox: type[OutboxDriver],
        celery: "Celery[Any]",
        batch: int = 100,
        again_after: timedelta = timedelta(minutes=15),
    ) -> None:
        self.application = application
        self.name = name
        self.model: type[OutboxColumns] = outbox.model
        self.celery = celery
        self.batch = batch
        self.again_after = again_after

    def run(self) -> int:
        """Send what waits, oldest first, until nothing is left; return how many were sent.

        A broker that is away ends the run with a warning: what was not sent waits.
        """
        total = 0
        database = self.application.dbs[self.name]
        with database.get_session(f"the relay of {self.name!r}") as session:
            while True:
                sent, more = self._send_batch(session)
                total += sent
                if not more:
                    return total

    def run_forever(self, interval: float = 1.0) -> None:
        """Send what waits, again and again, until the process ends.

        Args:
            interval: The seconds between two looks into the outbox.
        """
        logger.info("the relay of %r runs, every %s seconds", self.name, interval)
        while True:
            try:
                self.run()
            except Exception as error:
                if not is_transient(error):
                    raise
                logger.warning("the relay of %r waits for its database: %s", self.name, error)
            time.sleep(interval)

    def _send_batch(self, session: Session) -> tuple[int, bool]:
        """Send the oldest messages; return how many, and whether to go on with the next."""
        messages = self._locked(session)
        sent = []
        away = False
        for message in messages:
            try:
                self._send(message)
            except (OperationalError, OSError) as error:
                logger.warning("the relay of %r waits for the broker: %s", self.name, error)
                away = True
                break
            except Exception:
                # Last from now on, so that it keeps nobody waiting.
                message.attempts += 1
                logger.exception(
                    "the relay of %r cannot send the task %s", self.name, message.task_id
                )
            else:
                sent.append(message)
        for message in sent:
            if message.until_taken:
                message.sent_at = datetime.now(UTC)
            else:
                session.delete(message)
        session.commit()
        return len(sent), bool(sent) and not away and len(messages) == self.batch

    def _locked(self, session: Session) -> Sequence[OutboxColumns]:
        """Return the oldest messages that no other relay is sending now.

        SQLite has no locks of rows: two relays on it may send a message twice, as one that is
        killed may.
        """
        again = datetime.now(UTC) - self.again_after
        statement = (
            select(self.model)
            .where(or_(self.model.sent_at.is_(None), self.model.sent_at < again))
            .order_by(self.model.attempts, self.model.id)
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
        # The relay, when it is a task itself, is not the parent of what it sends.
        signature.apply_async(
            task_id=message.task_id,
            root_id=message.task_id,
            add_to_parent=False,
        )
