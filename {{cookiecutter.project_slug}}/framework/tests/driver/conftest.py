"""Rows for the tests of drivers."""

import pytest
from sqlalchemy.orm import Session

from qapla_sample.fleet import (
    Badge,
    Fleet,
    Vessel,
)


@pytest.fixture
def vessels(session: Session) -> list[Vessel]:
    """Return vessels of two fleets, committed."""
    fleets = [Fleet(id=1, name="Ninth"), Fleet(id=2, name="Tenth")]
    made = [
        Vessel(id=1, name="Rotarran", fleet=fleets[0], code="a", crew=12),
        Vessel(id=2, name="Defiant", fleet=fleets[1], code="b"),
        Vessel(id=3, name="Rotarran", fleet=fleets[1]),
    ]
    session.add_all([*fleets, *made])
    session.commit()
    return made


@pytest.fixture
def gold(session: Session) -> Badge:
    """Return a badge, committed."""
    badge = Badge(code="gold", label="x", key=1)
    session.add(badge)
    session.commit()
    return badge
