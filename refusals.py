"""Refuse a bad answer while the answers render: one line, exit code 2, nothing written.

A failing hook would print a traceback of its own first. The one filter `refuse(value, kind)` keeps
its name for ever: cruft renders a new version of the template with the extension of the old one.
"""

import sys
from pathlib import Path
from typing import Any

from jinja2 import Environment
from jinja2.ext import Extension

SOURCE = Path(__file__).parent / "{{cookiecutter.project_slug}}" / "src"


def refuse(value: Any, kind: str) -> Any:
    """Return an answer if the scaffold takes it, and end the process if not.

    Args:
        value: The answer, or a list of the answer and those that it depends on.
        kind: The question; an unknown one is of another version, and returns the value.
    """
    written, sys.dont_write_bytecode = sys.dont_write_bytecode, True
    sys.path.insert(0, str(SOURCE))
    try:
        # Bytecode beside these modules would be copied into the project.
        from qapla.exceptions import Refused
        from qapla.scaffold.answers import CHECKS
    finally:
        sys.path.remove(str(SOURCE))
        sys.dont_write_bytecode = written
    try:
        if kind in CHECKS:
            CHECKS[kind](*(value if isinstance(value, list) else [value]))
    except Refused as refused:
        print(refused, file=sys.stderr)
        raise SystemExit(2) from None
    return value


class Refusals(Extension):
    """Give the template's variables the filter `refuse`, and take answers as they are."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters["refuse"] = refuse

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return an answer with its braces made literal.

        Without prompts cookiecutter renders answers too: a brace in one would be a traceback. What
        the template renders itself has a file name, or speaks of `cookiecutter`.
        """
        if name is None and "cookiecutter" not in source:
            return source.replace("{", "{{ '{' }}")
        return source
