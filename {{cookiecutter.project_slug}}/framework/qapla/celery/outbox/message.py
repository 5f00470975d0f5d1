"""The outbox: messages that are written in the commit of the rows that they are about.

A message in a broker can be lost between the commit and the send; a row cannot. A relay sends the
rows afterwards, at least once, each with the id that its task has had from the start.
Source: "Transactional outbox", C. Richardson, Microservices Patterns.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from celery.canvas import Signature
from kombu.utils.json import dumps, loads
from kombu.utils.uuid import uuid
from sqlalchemy import (
    BigInteger,
    CursorResult,
    DateTime,
    Index,
    Integer,
    String,
    Text,
    delete,
    select,
    update,
)
from sqlalchemy.dialects.mysql import MEDIUMTEXT
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from qapla.celery.broker.delays import refuse_long_delay
from qapla.celery.request_ids import headers_with_id
from qapla.celery.task import Task
from qapla.driver.base import Driver
from qapla.exceptions import UnusableSignature

# The index by which the oldest messages are found; migrations have its name.
ORDER = "ix_outbox_messages_due_at_id"


class OutboxColumns:
    """The columns of a message that waits for the relay; a mixin for a model of the database."""

    __tablename__: Any = "outbox_messages"
    # For `qapla.ops.outboxes`, which counts the messages.
    __outbox__: ClassVar[bool] = True

    # SQLite numbers only an INTEGER by itself.
    id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer(), "sqlite"), primary_key=True
    )
    task_id: Mapped[str] = mapped_column(String(255), unique=True)
    # MariaDB's TEXT ends at 64 kB.
    message: Mapped[str] = mapped_column(Text().with_variant(MEDIUMTEXT(), "mysql", "mariadb"))
    # Whether it stays after it was sent, until its task takes it.
    until_acknowledged: Mapped[bool]
    # When a relay sends it; NULL parks a message that cannot be sent.
    due_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))
    # How often it could not be sent for a reason of its own, and the last of these.
    attempts: Mapped[int]
    error: Mapped[str | None] = mapped_column(Text())

    @declared_attr.directive
    def __table_args__(cls) -> tuple[Index, ...]:  # noqa: N805
        return (Index(ORDER, "due_at", "id"),)

    @property
    def task(self) -> str:
        """Return the name of the task, or a question mark where the message cannot be read."""
        try:
            return str(self.signature()["task"])
        except (KeyError, TypeError, ValueError):
            return "?"

    def signature(self) -> dict[str, Any]:
        """Return the signature that was put into the outbox, as Celery's `signature` takes it."""
        kept: dict[str, Any] = loads(self.message)
        return kept


class OutboxDriver(Driver[Any]):
    """Put tasks into the outbox of a database; a subclass names its model."""

    model: ClassVar[type[Any]]

    def send(self, signature: "Signature[Any]", *, until_acknowledged: bool = False) -> str:
        """Put a task into the outbox, as part of the session's transaction.

        Args:
            signature: The signature of one task, with its options: `task.s(1).set(queue="slow")`.
            until_acknowledged: Whether the message is sent again and again until its task calls `acknowledge`:
                then it survives a broker that loses it, too.

        Returns:
            The id that the task is going to have, each time that it is sent.

        Raises:
            UnusableSignature: It is of several tasks: a chain, a group or a chord.
            DelayTooLong: The broker would give the message to several workers before the task is due.
            TypeError: The task does not take the arguments.
            kombu.exceptions.EncodeError: An argument cannot be part of a message.
        """
        if signature.get("subtask_type"):
            raise UnusableSignature(
                f"the outbox keeps one task, and {signature.get('subtask_type')!r} is of several: "
                "send a task that starts them"
            )
        options = signature.options
        name = str(signature.get("task"))
        refuse_long_delay(signature.app, name, options.get("countdown"), options.get("eta"))
        task = signature.type
        if isinstance(task, Task):
            task.checked(signature.args, signature.kwargs)
        task_id: str = signature.options.get("task_id") or uuid()
        headers = headers_with_id(options.get("headers"))
        message = dumps(signature if headers is None else signature.clone(headers=headers))
        self.session.add(
            self.model(
                task_id=task_id,
                message=message,
                until_acknowledged=until_acknowledged,
                due_at=datetime.now(UTC),
                attempts=0,
            )
        )
        self.session.flush()
        return task_id

    def acknowledge(self, task_id: str | None) -> bool:
        """Whether a task has not run before; delete its message from the outbox.

        It is for messages that were sent with `until_acknowledged`, and part of the session's
        transaction: commit it together with the work. A second run at the same time waits here
        until the first one has been committed or rolled back.

        Args:
            task_id: The id of the task: `self.request.id` of a bound task. It is None in a direct
                call, which no message has brought, and runs each time.
        """
        if task_id is None:
            return True
        deleted = self.session.execute(delete(self.model).where(self.model.task_id == task_id))
        return isinstance(deleted, CursorResult) and deleted.rowcount == 1

    def parked(self) -> Sequence[OutboxColumns]:
        """Return the messages that no relay sends any more, oldest first, with their errors."""
        statement = select(self.model).where(self.model.due_at.is_(None)).order_by(self.model.id)
        found: Sequence[OutboxColumns] = self.session.scalars(statement).all()
        return found

    def unpark(self, task_ids: Collection[str] | None = None) -> int:
        """Make parked messages due again; return their number.

        Args:
            task_ids: The ids of their tasks, or None for all.
        """
        statement = update(self.model).where(self.model.due_at.is_(None))
        if task_ids is not None:
            statement = statement.where(self.model.task_id.in_(task_ids))
        updated = self.session.execute(statement.values(due_at=datetime.now(UTC), attempts=0))
        return updated.rowcount if isinstance(updated, CursorResult) else 0
