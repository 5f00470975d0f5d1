"""Lay out code as the formatter would, whatever the length of the names in it."""

from collections.abc import Iterable

WIDTH = 100
_QAPLA = "qapla"


def call(head: str, arguments: Iterable[str], tail: str = ")", indent: int = 0) -> str:
    """Return a call on one line, or broken as Ruff's formatter breaks it.

    Args:
        head: What stands before the arguments, with the opening bracket.
        arguments: The arguments as source text.
        tail: What stands after them, with the closing bracket.
        indent: The number of spaces before the call.
    """
    items = list(arguments)
    line = f"{' ' * indent}{head}{', '.join(items)}{tail}"
    if len(line) <= WIDTH:
        return line.lstrip()
    inner = " " * (indent + 4)
    together = f"{inner}{', '.join(items)}"
    apart = "\n".join(f"{inner}{item}," for item in items)
    body = together if len(together) <= WIDTH else apart
    return f"{head}\n{body}\n{' ' * indent}{tail}"


def imports(*modules: tuple[str, Iterable[str]], package: str = "") -> str:
    """Return `from ... import ...` lines in the order of the project's import sections.

    Args:
        modules: The dotted name of each module, and the names that are imported from it.
        package: The project's package, whose imports come last; those of `qapla` before it.
    """
    ours = sorted(module for module in modules if module[0].partition(".")[0] == package)
    framework = sorted(module for module in modules if module[0].partition(".")[0] == _QAPLA)
    others = sorted(module for module in modules if module not in ours + framework)
    sections = [section for section in (others, framework, ours) if section]
    return "\n\n".join("\n".join(_import(*module) for module in section) for section in sections)


def _import(module: str, names: Iterable[str]) -> str:
    line = f"from {module} import {', '.join(sorted(names, key=_import_order))}"
    if len(line) <= WIDTH:
        return line
    items = "\n".join(f"    {name}," for name in sorted(names, key=_import_order))
    return f"from {module} import (\n{items}\n)"


def _import_order(name: str) -> tuple[int, str]:
    """Order constants before classes before functions, as import sorters do."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name
