"""Types of fields for the integers of columns, beyond which a database refuses them, or wraps them."""

from typing import Annotated

from pydantic import Field

# Of an INTEGER, which SQLite would take longer ones into.
Int32 = Annotated[int, Field(ge=-(2**31), le=2**31 - 1, json_schema_extra={"format": "int32"})]
# Of a BIGINT, and so of a reference.
Int64 = Annotated[int, Field(ge=-(2**63), le=2**63 - 1, json_schema_extra={"format": "int64"})]
