"""Values that a column does not take: a fault of the value, and never one of the server."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.orm import Session

from qapla.driver import Between, Equals, OneOf
from qapla.exceptions import QaplaError, UnfitValue
from qapla.logs.values import hide_values

from qapla_sample.cargo import CargoReadDriver, CargoWriteDriver, Port
from support.cargo import values

NAN, INFINITY = float("nan"), float("inf")
UNFIT: list[tuple[str, Any]] = [
    ("name", "x" * 41),
    ("name", "nul\0"),
    ("notes", "nul\0"),
    ("count", 2**31),
    ("count", 2**63),
    ("count", 10**30),
    ("mass", 2**63),
    ("mass", -(10**30)),
    ("volume", NAN),
    ("volume", INFINITY),
    ("volume", 10**400),
    ("price", Decimal("1.005")),
    ("price", Decimal("1e9")),
    ("price", Decimal("1e400")),
    ("price", Decimal("NaN")),
    ("price", Decimal("-Infinity")),
    ("sent_at", datetime(2375, 1, 2)),
    ("sent_at", datetime.max.replace(tzinfo=UTC)),
    ("papers", {"a": "nul\0"}),
    ("papers", {"a": NAN}),
    ("papers", "\ud800"),
    ("state", "PACKED"),
    ("port_id", 2**63 - 1),
    ("port_id", "abc"),
]
# Where a column cannot have a value, no row has it.
COMPARED = [
    (name, value)
    for name, value in UNFIT
    if name not in ("papers", "sent_at", "state") and value != "abc"
]


def error_of(write: Callable[[], Any]) -> Exception | None:
    """Return the error of a write, or None."""
    try:
        write()
    except Exception as error:
        return error
    return None


@pytest.mark.parametrize(("name", "value"), UNFIT, ids=lambda value: repr(value)[:20])
def test_a_write(session: Session, name: str, value: Any) -> None:
    """The engine takes the value, or the error says that the value is to blame."""
    port = Port(name="Boreth")
    session.add(port)
    session.commit()
    row = values(0, name="gagh", port_id=port.id) | {name: value}
    driver = CargoWriteDriver(session)
    for write in (lambda: driver.create(**row), lambda: driver.create_many([row])):
        error = error_of(write)
        assert error is None or isinstance(error, QaplaError)
        session.rollback()


# SQLite takes a text of any length, and in any column.
REFUSED = [
    (server, name, value)
    for server in ("postgresql", "sqlite", "mariadb")
    for name, value in (("state", "eaten"), ("name", "x" * 41), ("count", "abc"))
    if server != "sqlite" or name == "state"
]


@pytest.mark.parametrize(("fleet_server", "name", "value"), REFUSED, indirect=["fleet_server"])
def test_a_refused_value(session: Session, name: str, value: Any) -> None:
    """The error names the model, and the session is usable after it."""
    driver = CargoWriteDriver(session)
    with driver.transaction():
        port = Port(name="Boreth")
        session.add(port)
        session.flush()
        row = values(0, name="gagh", port_id=port.id)
        with pytest.raises(
            UnfitValue, match=r"^a value of Cargo does not fit its column: "
        ) as caught:
            driver.create(**row | {name: value})
        assert "\n" not in str(caught.value)
        assert value not in hide_values(str(caught.value), [caught.value])
        key = driver.create(**row).id
        with pytest.raises(UnfitValue):
            driver.update(key, **{name: value})
        with pytest.raises(UnfitValue):
            driver.update_where({name: value}, id=key)
    assert CargoReadDriver(session).count() == 1


@pytest.mark.parametrize(("name", "value"), COMPARED, ids=lambda value: repr(value)[:20])
def test_a_criterion(session: Session, name: str, value: Any) -> None:
    """No row fits."""
    driver = CargoReadDriver(session)
    for criterion in (Equals(value), OneOf([value]), Between(value), Between(value, value)):
        assert driver.count(**{name: criterion}) == 0


@pytest.mark.parametrize("value", ["0.1001", "0.105", "0.10000000001"])
def test_a_decimal_with_more_digits_than_the_column(session: Session, value: str) -> None:
    """It is equal to none: MariaDB would round it where there is an index, and find its neighbour."""
    port = Port(name="Boreth")
    CargoWriteDriver(session).create(**values(0, name="x", port=port, price=Decimal("0.10")))
    driver = CargoReadDriver(session)
    assert driver.count(price=Decimal(value)) == 0
    assert driver.count(price=[Decimal(value)]) == 0
    assert driver.count(price=Between(None, Decimal(value))) == 1
    assert driver.count(price=Between(Decimal(value))) == 0
    assert driver.count(price=Decimal("0.1000")) == 1
