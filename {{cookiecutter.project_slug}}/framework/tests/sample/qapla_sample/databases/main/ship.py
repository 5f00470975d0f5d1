"""Ships."""

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from qapla.driver import ReadDriver, WriteDriver

from qapla_sample.databases.conventions import PrimaryKey
from qapla_sample.databases.main import Model


class Ship(Model):
    """A ship."""

    __tablename__ = "ships"

    id: Mapped[PrimaryKey]
    name: Mapped[str] = mapped_column(String(200))


class ShipReadDriver(ReadDriver[Ship]):
    """Read ships."""

    model = Ship


class ShipWriteDriver(WriteDriver[Ship]):
    """Write ships."""

    model = Ship
