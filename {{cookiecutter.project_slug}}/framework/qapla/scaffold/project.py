"""A project as the scaffold sees it: its databases and models, read and written."""

import ast
from collections.abc import Callable, Mapping
from pathlib import Path

from qapla.exceptions import ScaffoldError
from qapla.scaffold.names.model import ModelName, application_class
from qapla.scaffold.source.tree import find_list

DATABASES = "DATABASES"

# Takes the text of a file and its path, and returns the new text.
Change = Callable[[str, str], str]


class Project:
    """The project in a directory.

    Args:
        root: The directory of the project.
        package: The name of the project's package under `src`.
    """

    def __init__(self, root: Path, package: str) -> None:
        self.root = root
        self.package = package
        self.application = application_class(package)
        self.source = f"src/{package}"
        self.settings = f"{self.source}/application/settings/default.py"

    def databases(self) -> list[str]:
        """Return the names of the project's databases, in their order."""
        path = f"{self.source}/databases/__init__.py"
        found = []
        for item in find_list(self.read(path), DATABASES, path).elts:
            name = item.args[0] if isinstance(item, ast.Call) and item.args else None
            if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
                raise ScaffoldError(
                    f"{path}: an item of {DATABASES} is not of the form "
                    'Database("name"): write it so'
                )
            found.append(name.value)
        return found

    def refuse_unknown(self, database: str) -> None:
        """Refuse a database that the project does not have.

        Raises:
            ScaffoldError: The text lists the databases that there are.
        """
        known = self.databases()
        if database not in known:
            raise ScaffoldError(f"there is no database {database!r}, only {', '.join(known)}")

    def models(self) -> list[ModelName]:
        """Return the models that the project's database packages hold, by their modules."""
        return [
            ModelName(database, node.name)
            for database in self.databases()
            for path in sorted((self.root / self.source / "databases" / database).glob("*.py"))
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.ClassDef) and _has_table(node)
        ]

    def versions(self, database: str) -> Path:
        """Return the directory of a database's revisions."""
        return self.root / "migrations" / database / "versions"

    def has(self, path: str) -> bool:
        """Whether the project has a file or a directory."""
        return (self.root / path).exists()

    def read(self, path: str) -> str:
        """Return the text of a file.

        Raises:
            ScaffoldError: The project does not have it.
        """
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise ScaffoldError(f"{path} is missing: the scaffold adds to it") from None

    def write(self, new: Mapping[str, str], changes: Mapping[str, Change]) -> list[str]:
        """Write new files and changes of files, all of them or none.

        Args:
            new: The texts of the new files by their paths.
            changes: The changes by the paths of their files.

        Returns:
            The paths of the files that are new or changed, relative to the project.

        Raises:
            ScaffoldError: A new file exists already, or one to be changed does not.
        """
        for path in new:
            if self.has(path):
                raise ScaffoldError(f"{path} exists already: move it away first")
        before = {path: self.read(path) for path in changes}
        changed = {path: change(before[path], path) for path, change in changes.items()}
        texts = {**new, **changed}
        try:
            for path, text in texts.items():
                self._write(path, text)
        except OSError:
            for path in new:
                (self.root / path).unlink(missing_ok=True)
            for path, text in before.items():
                self._write(path, text)
            raise
        return sorted(texts)

    def _write(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")


def _has_table(node: ast.ClassDef) -> bool:
    names = [
        target.id
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]
    return "__tablename__" in names
