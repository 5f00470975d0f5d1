"""Types of SQLAlchemy with another one on an engine.

Sources: SQLAlchemy, "TypeEngine.with_variant"; PostgreSQL, "JSON Types"; MariaDB, "TEXT" and "BLOB".
"""

from sqlalchemy import JSON, LargeBinary, Text
from sqlalchemy.dialects.mysql import LONGBLOB, LONGTEXT
from sqlalchemy.dialects.postgresql import JSONB

# JSON, where None is NULL. PostgreSQL compares only JSONB, as for DISTINCT.
Json = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

# Texts and bytes of any length: MariaDB's TEXT and BLOB end at 64 KiB.
LongText = Text().with_variant(LONGTEXT(), "mysql", "mariadb")
LongBytes = LargeBinary().with_variant(LONGBLOB(), "mysql", "mariadb")
