"""The schemas of a cargo: a field of every type."""

from datetime import date
from decimal import Decimal
from uuid import UUID

from pydantic import AwareDatetime, Field, FiniteFloat, JsonValue

from qapla.web.resource import Filters, Identified, Input, Int32, Int64

from qapla_sample.cargo import State


class CargoCreate(Input):
    """Request body that creates a cargo."""

    name: str = Field(max_length=40)
    notes: str
    count: Int32
    mass: Int64
    volume: FiniteFloat
    price: Decimal = Field(max_digits=10, decimal_places=2)
    fragile: bool
    packed_on: date
    sent_at: AwareDatetime
    code: UUID
    papers: JsonValue
    image: bytes
    state: State
    port_id: Int64
    maybe_count: Int32 | None = None
    maybe_price: Decimal | None = Field(default=None, max_digits=15, decimal_places=5)
    maybe_fragile: bool | None = None
    maybe_sent_at: AwareDatetime | None = None
    maybe_code: UUID | None = None
    maybe_papers: JsonValue | None = None
    maybe_image: bytes | None = None
    maybe_state: State | None = None


class CargoRead(CargoCreate, Identified):
    """A cargo in a response."""


FILTERS = Filters(
    CargoRead,
    *(name for name in CargoRead.model_fields if not name.endswith(("papers", "image"))),
)
