"""The outbox of main, and its tasks that are done."""

from qapla.celery.outbox.inbox import InboxColumns, InboxDriver
from qapla.celery.outbox.message import OutboxColumns, OutboxDriver

from qapla_sample.databases.main import Model


class OutboxMessage(OutboxColumns, Model):
    """A message that waits for the relay."""


class InboxMessage(InboxColumns, Model):
    """A task whose work is committed."""


class Outbox(OutboxDriver):
    """Put tasks into the outbox."""

    model = OutboxMessage


class Inbox(InboxDriver):
    """Remember which tasks are done."""

    model = InboxMessage
