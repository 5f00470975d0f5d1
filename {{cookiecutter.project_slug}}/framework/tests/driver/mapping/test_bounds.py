"""Criteria of bounds and prefixes, on every engine."""

from typing import Any

import pytest
from sqlalchemy.orm import Session

from qapla.driver import Between, StartsWith

from qapla_sample.fleet import Fleet, Vessel, VesselReadDriver


@pytest.fixture
def found(session: Session) -> Any:
    """Return a function that lists the keys of the vessels that meet criteria."""
    session.add(Fleet(id=1, name="Ninth"))
    names = ["Bortas", "bortas", "B%rtas", "Rotarran"]
    for number, (name, crew) in enumerate(zip(names, [1, 12, 40, None], strict=True), 1):
        session.add(Vessel(id=number, name=name, crew=crew, fleet_id=1))
    session.commit()

    def keys(**criteria: Any) -> list[int]:
        return [vessel.id for vessel in VesselReadDriver(session).list_all(**criteria)]

    return keys


@pytest.mark.parametrize(
    ("bounds", "keys"),
    [
        (Between(12), [2, 3]),
        (Between(greatest=12), [1, 2]),
        (Between(2, 39), [2]),
        (Between(), [1, 2, 3]),
        (Between(40, 1), []),
    ],
)
def test_bounds_belong_to_the_range(found: Any, bounds: Between, keys: list[int]) -> None:
    """A row without a value is within none."""
    assert found(crew=bounds) == keys


@pytest.mark.parametrize(
    ("bounds", "keys"),
    [
        (Between(10**30), []),
        (Between(greatest=10**30), [1, 2, 3]),
        (Between(-(10**30)), [1, 2, 3]),
        (Between(greatest=-(10**30)), []),
    ],
)
def test_a_bound_beyond_the_column(found: Any, bounds: Between, keys: list[int]) -> None:
    """It is compared as a number, though the column cannot hold it."""
    assert found(crew=bounds) == keys


def test_a_prefix_is_compared_as_a_text(found: Any) -> None:
    """A percent sign is a letter like others, and a NUL is in no text."""
    assert found(name=StartsWith("B%")) == [3]
    assert found(name=StartsWith("Rot")) == [4]
    assert set(found(name=StartsWith("Bor"))) >= {1}
    assert found(name=StartsWith("")) == [1, 2, 3, 4]
    assert found(name=StartsWith("\0")) == []


def test_the_case_of_a_prefix_is_that_of_equality(found: Any) -> None:
    """MariaDB's collation ignores it, the others do not."""
    assert set(found(name=StartsWith("bortas"))) == set(found(name="bortas"))
