"""Types of SQLAlchemy with another one on an engine.

Sources: SQLAlchemy, "TypeEngine.with_variant"; PostgreSQL, "JSON Types"; MariaDB, "TEXT" and "BLOB".
"""

import json
from typing import Any

from sqlalchemy import JSON, LargeBinary, Text
from sqlalchemy.dialects.mysql import LONGBLOB, LONGTEXT
from sqlalchemy.dialects.postgresql import JSONB

from qapla.database.types.base import RefusedValue

# JSON, where None is NULL. PostgreSQL compares only JSONB, as for DISTINCT.
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

# Texts and bytes of any length: MariaDB's TEXT and BLOB end at 64 KiB.
LongText = Text().with_variant(LONGTEXT(), "mysql", "mariadb")
LongBytes = LargeBinary().with_variant(LONGBLOB(), "mysql", "mariadb")


def dump_json(value: Any) -> str:
    """Return a value as JSON, for the option `json_serializer` of an engine.

    Raises:
        UnfitValue: It has a number that JSON has not, such as NaN, which SQLite would store.
    """
    try:
        return json.dumps(value, allow_nan=False)
    except ValueError as error:
        raise RefusedValue(f"a value has no form in JSON: {error}") from None
