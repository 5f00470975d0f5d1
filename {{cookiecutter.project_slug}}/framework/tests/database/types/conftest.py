"""A cargo for the tests of column types."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from qapla_sample.cargo import Cargo, Port


@pytest.fixture
def pack(session: Session) -> Callable[..., Cargo]:
    """Return a maker of cargoes, which are committed and read back."""
    port = Port(name="Boreth")

    def pack(**values: Any) -> Cargo:
        usual: dict[str, Any] = {
            "name": "gagh",
            "notes": "",
            "count": 1,
            "mass": 1,
            "volume": 1.0,
            "price": Decimal("1.50"),
            "fragile": False,
            "packed_on": date(2375, 1, 2),
            "sent_at": datetime(2375, 1, 2, tzinfo=UTC),
            "code": UUID(int=7),
            "papers": {},
            "image": b"",
            "state": "packed",
            "port": port,
        }
        cargo = Cargo(**{**usual, **values})
        session.add(cargo)
        session.commit()
        session.expire_all()
        return cargo

    return pack
