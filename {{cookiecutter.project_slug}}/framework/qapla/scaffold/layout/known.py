"""Names that rendered code may use, with the modules that they are imported from."""

import ast

from qapla.scaffold.layout.imports import sort_imports
from qapla.scaffold.syntax import parse

_MODULES = {
    "decimal": "Decimal",
    "pydantic": "AwareDatetime Field FiniteFloat JsonValue",
    "qapla.database.types": ("Choice ExactDecimal Json LongBytes LongText UtcDateTime utc_now"),
    "qapla.web.resource": "Int32 Int64",
    "sqlalchemy": "BigInteger Column Double ForeignKey String Table false true",
    "sqlalchemy.orm": "Mapped mapped_column relationship",
    "typing": "Any Literal get_args",
    "uuid": "UUID",
}
_STATEMENTS = {
    "dt": "import datetime as dt",
    **{
        name: f"from {module} import {name}"
        for module, names in _MODULES.items()
        for name in names.split()
    },
}


def complete_imports(source: str, package: str) -> str:
    """Return a rendered module with the imports of the names that it uses, and no other ones.

    Args:
        source: The source of the module; names that are not known are imported in it.
        package: The package of the project.
    """
    tree = parse(source)
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    missing = [statement for name, statement in _STATEMENTS.items() if name in used]
    return sort_imports(source, package, missing)
