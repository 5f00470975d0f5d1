"""Idempotent tasks: record the ids of finished tasks in the transaction of their work.

Source: "Idempotent consumer", C. Richardson, Microservices Patterns.
"""

from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from sqlalchemy import CursorResult, DateTime, String, delete, insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from qapla.driver.base import Driver


class InboxColumns:
    """The columns of a message whose task has run; a mixin for a model of the database."""

    __tablename__: Any = "inbox_messages"

    task_id: Mapped[str] = mapped_column(String(255), primary_key=True)
    accepted_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), index=True)


class InboxDriver(Driver[Any]):
    """The messages that a database has accepted; a subclass names its model."""

    model: ClassVar[type[Any]]

    def accept(self, task_id: str) -> bool:
        """Whether a task has not run before; record that it runs now.

        The record is part of the session's transaction: commit it together with the work. A second
        run at the same time waits here until the first one has been committed or rolled back.

        Args:
            task_id: The id of the task: `self.request.id` of a bound task.
        """
        values = {"task_id": task_id, "accepted_at": datetime.now(UTC)}
        try:
            with self.session.begin_nested():
                self.session.execute(insert(self.model).values(values))
        except IntegrityError:
            return False
        return True

    def forget(self, age: timedelta) -> int:
        """Delete the records that are older than any message can be; return their number.

        Args:
            age: How long a message may stay in the outbox and in the broker.
        """
        old = self.model.accepted_at < datetime.now(UTC) - age
        deleted = self.session.execute(delete(self.model).where(old))
        return deleted.rowcount if isinstance(deleted, CursorResult) else 0
