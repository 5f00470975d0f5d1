"""A project declares each package that it imports."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

from baking import Bake


def imported(path: Path) -> Iterator[str]:
    """Yield the top-level names of a module's absolute imports, lazy ones included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level:
            yield (node.module or "").partition(".")[0]


def names(requirements: list[str]) -> set[str]:
    """Return the normalized names of the packages that requirements name."""
    lowered = (requirement.lower().replace("_", "-") for requirement in requirements)
    return {re.split(r"[^a-z0-9-]", requirement)[0] for requirement in lowered}


def test_imported_packages_are_declared(bake: Bake) -> None:
    """The test environment, the adoption of tables and the toolbar alone need the development group."""
    project, _ = bake("two databases")
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    extras = settings["project"]["optional-dependencies"].values()
    declared = names([*settings["project"]["dependencies"], *chain.from_iterable(extras)])
    development = names(settings["dependency-groups"]["dev"])
    known = {*sys.stdlib_module_names, "qapla", "rotarran"}
    packages = packages_distributions()
    undeclared = []
    for directory in ("framework/qapla", "src"):
        for path in sorted((project / directory).rglob("*.py")):
            inside = path.relative_to(project)
            is_for_development = any(
                name in inside.parts for name in ("adopt", "testing", "toolbar.py")
            )
            allowed = declared | development if is_for_development else declared
            for name in sorted(set(imported(path)) - known):
                if allowed.isdisjoint(names(packages.get(name, []))):
                    undeclared.append(f"{inside}: {name}")
    assert undeclared == []
