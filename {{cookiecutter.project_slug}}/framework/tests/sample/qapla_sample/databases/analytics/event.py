"""Events."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from qapla_sample.databases.analytics import Model


class Event(Model):
    """An event."""

    __tablename__ = "events"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200), unique=True)
