"""Conventions of the models in every database."""

from typing import Annotated

from sqlalchemy import BigInteger, Integer
from sqlalchemy.orm import mapped_column

# Name every constraint, so that migrations can alter or drop it.
# Sources: SQLAlchemy, "Configuring Constraint Naming Conventions"; Alembic, "The Importance of Naming
# Constraints".
NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

# BIGINT, as widening the key of a large table takes long. SQLite autoincrements only an INTEGER.
PrimaryKey = Annotated[
    int, mapped_column(BigInteger().with_variant(Integer(), "sqlite"), primary_key=True)
]
