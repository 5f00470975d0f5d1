"""Words that other generators and databases have for a type."""

from qapla.scaffold.fields.types import TYPES

_SYNONYMS = {
    "string": "str",
    "varchar": "str",
    "char": "str",
    "integer": "int",
    "smallint": "int",
    "small_int": "int",
    "big_int": "bigint",
    "biginteger": "bigint",
    "long": "bigint",
    "double": "float",
    "real": "float",
    "numeric": "decimal",
    "money": "decimal(12, 2)",
    "boolean": "bool",
    "timestamp": "datetime",
    "timestamptz": "datetime",
    "tstz": "datetime",
    "time": "datetime",
    "guid": "uuid",
    "jsonb": "json",
    "dict": "json",
    "binary": "bytes",
    "blob": "bytes",
    "choice": "enum(draft, sent)",
    "references": "Officer",
}


def type_of(word: str) -> str | None:
    """Return the type that a word stands for, in the notation, or None."""
    lowered = word.lower()
    return lowered if lowered in TYPES else _SYNONYMS.get(lowered)
