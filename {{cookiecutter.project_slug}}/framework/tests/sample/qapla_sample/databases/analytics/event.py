"""Events."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from qapla_sample.databases.analytics import Model
from qapla_sample.databases.conventions import PrimaryKey


class Event(Model):
    """An event."""

    __tablename__ = "events"

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(200), unique=True)
