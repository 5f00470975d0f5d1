"""Names that rendered code may use, with the modules that they are imported from."""

import re

from qapla.scaffold.layout.breaking import STRINGS
from qapla.scaffold.layout.imports import bound_name, canonical_imports
from qapla.scaffold.lines import split_lines

_MODULES = {
    "decimal": "Decimal",
    "qapla.database.migrations": "online",
    "pydantic": "AwareDatetime Field FiniteFloat JsonValue",
    "qapla.database.types": ("Choice ExactDecimal Json LongBytes LongText UtcDateTime utc_now"),
    "qapla.web.resource": "Int32 Int64",
    "sqlalchemy": "BigInteger Column Double ForeignKey String Table false true",
    "sqlalchemy.orm": "Mapped mapped_column relationship",
    "typing": "Any Literal get_args",
    "uuid": "UUID",
}
_STATEMENTS = [
    "import datetime as dt",
    *(
        f"from {module} import {name}"
        for module, names in _MODULES.items()
        for name in names.split()
    ),
]
_NAME = re.compile(r"(?<![\w.])[A-Za-z_]\w*")
_EXPORTED = re.compile(r"^__all__ = \[(.*)\]$", re.MULTILINE)
_WORD = re.compile(r"\w+")


def complete_imports(source: str, package: str) -> str:
    """Return a rendered module with the imports of the names that it uses, and no other ones.

    Args:
        source: The source of the module, in which an import is a line; it need not import the names
            that are known here.
        package: The package of the project.
    """
    lines = split_lines(source)
    rows = [row for row, line in enumerate(lines) if line.startswith(("from ", "import "))]
    start, end = (rows[0], rows[-1] + 1) if rows else (1, 1)
    body = "".join(lines[end:])
    used = _used_names(body)
    there = [name for row in rows for name in _singly(lines[row].strip())]
    imports = [line for line in dict.fromkeys([*there, *_STATEMENTS]) if bound_name(line) in used]
    gap = "" if rows or not imports else "\n"
    return f"{''.join(lines[:start])}{gap}{canonical_imports(imports, package)}{body}"


def _singly(statement: str) -> list[str]:
    """Return an import as statements with one name each."""
    module, _, names = statement.partition(" import ")
    return [f"{module} import {name}" for name in names.split(", ")] if names else [statement]


def _used_names(body: str) -> set[str]:
    """Return the names that rendered code uses; with many models `ast` would take half of the time.

    A name in a string is one of `__all__`, or of no import.
    """
    code = STRINGS.sub('""', body)
    exported = _EXPORTED.findall(body)
    return set(_NAME.findall(code)).union(*(_WORD.findall(names) for names in exported))
