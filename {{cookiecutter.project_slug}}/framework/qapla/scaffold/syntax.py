"""The syntax tree of a module that its user may have changed."""

import ast
import re
import warnings
from functools import lru_cache

from qapla.exceptions import ScaffoldError

# Python ends a line there, and nothing else does.
_LONE_RETURN = re.compile(r"\r(?!\n)")


@lru_cache(maxsize=512)
def parse(source: str, path: str = "the module") -> ast.Module:
    """Return the syntax tree of a module.

    Args:
        source: The source of the module.
        path: The path of its file, for errors.

    Raises:
        ScaffoldError: The module is not valid Python.
    """
    try:
        if _LONE_RETURN.search(source):
            raise SyntaxError("a carriage return inside a line")
        # Warnings about the user's own code do not belong here.
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(source)
    except (SyntaxError, ValueError) as error:
        row = getattr(error, "lineno", None)
        reason = f"line {row}" if row else str(error)
        raise ScaffoldError(f"{path} is not valid Python ({reason}): mend it") from error
