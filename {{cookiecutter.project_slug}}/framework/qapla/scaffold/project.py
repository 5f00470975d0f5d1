"""A project as the scaffold sees it: its databases, its models, and the answers that it keeps."""

import ast
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from qapla.exceptions import ScaffoldError
from qapla.scaffold.changes.changes import Changes
from qapla.scaffold.fields.spec import Spec, parse_spec
from qapla.scaffold.names.model import ModelName, application_class
from qapla.scaffold.names.parse import UNMANAGED
from qapla.scaffold.source.toml import change_array, read_toml, table
from qapla.scaffold.source.tree import find_list, parse

DATABASES = "DATABASES"
PYPROJECT = "pyproject.toml"
# The table of the answers, and of the template's version.
TABLE = "tool.qapla"

# Takes the text of a file and its path, and returns the new text.
Change = Callable[[str, str], str]


class Project:
    """The project in a directory, with changes that are written when all of them are made.

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
        self.changes = Changes(root)

    def databases(self) -> list[str]:
        """Return the names of the project's databases, in their order."""
        return list(self.managed())

    def managed(self) -> dict[str, bool]:
        """Return whether the project manages the schema of each of its databases, by their names."""
        path = f"{self.source}/databases/__init__.py"
        found = {}
        for item in find_list(self.changes.read(path), DATABASES, path).elts:
            name = item.args[0] if isinstance(item, ast.Call) and item.args else None
            if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
                raise ScaffoldError(
                    f"{path}: an item of {DATABASES} is not of the form "
                    'Database("name"): write it so'
                )
            found[name.value] = not (isinstance(item, ast.Call) and _is_unmanaged(item))
        return found

    def refuse_unmanaged(self, database: str) -> None:
        """Refuse to add tables to a database whose schema others own.

        Raises:
            ScaffoldError: It is one.
        """
        if not self.managed()[database]:
            raise ScaffoldError(
                f"database {database!r} is not managed by this project, which makes no tables there: "
                "choose another database"
            )

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
            ModelName(database, node.name, table)
            for database in self.databases()
            for path in self.changes.files(f"{self.source}/databases/{database}", ".py")
            for node in parse(self.changes.read(path), path).body
            if isinstance(node, ast.ClassDef) and (table := _table(node)) is not None
        ]

    def model(self, text: str) -> ModelName:
        """Return the model of a name, `Model` or `database.Model`; a name alone is of any database.

        Raises:
            ScaffoldError: There is no such model, or several databases have one.
        """
        models = self.models()
        found = [model for model in models if text in (str(model), model.name)]
        if len(found) == 1:
            return found[0]
        if found:
            raise ScaffoldError(
                f"{text} is in several databases: type {' or '.join(map(str, found))}"
            )
        known = ", ".join(map(str, models)) or "none"
        raise ScaffoldError(f"there is no model {text}, only {known}")

    def specs(self) -> list[Spec]:
        """Return the models that the scaffold made, with their fields, as the project keeps them."""
        databases, models = self.databases(), tuple(self.models())
        return [
            replace(parse_spec(text, databases, self.package), known=models)
            for text in self._kept("models")
        ]

    def spec(self, model: ModelName) -> Spec:
        """Return a model that the scaffold made.

        Raises:
            ScaffoldError: Its fields are not known, as it was written by hand.
        """
        for spec in self.specs():
            if spec.name == model:
                return spec
        raise ScaffoldError(
            f"{PYPROJECT} has no {model} in the models of [{TABLE}], as it was written by hand: "
            "change it by hand too"
        )

    def keep(self, models: list[Spec] | None = None) -> None:
        """Keep the databases and the models in the project's answers; one without answers has none.

        Args:
            models: All models that the scaffold made, where they have changed.
        """
        if not self.changes.exists(PYPROJECT):
            return
        text = self.changes.read(PYPROJECT)
        databases = [
            name if managed else f"{name}{UNMANAGED}" for name, managed in self.managed().items()
        ]
        changed = change_array(text, TABLE, "databases", databases, PYPROJECT)
        if models is not None:
            changed = change_array(changed, TABLE, "models", list(map(str, models)), PYPROJECT)
        if changed != text:
            self.changes.write(PYPROJECT, changed)

    def versions(self, database: str) -> str:
        """Return the path of the directory of a database's revisions."""
        return f"migrations/{database}/versions"

    def create(self, files: Mapping[str, str]) -> None:
        """Add new files.

        Args:
            files: Their texts by their paths.

        Raises:
            ScaffoldError: One of them exists already.
        """
        for path, text in files.items():
            self.changes.create(path, text)

    def change(self, path: str, change: Change) -> None:
        """Change a file.

        Raises:
            ScaffoldError: It is missing, or cannot be changed.
        """
        self.changes.write(path, change(self.changes.read(path), path))

    def _kept(self, key: str) -> list[str]:
        if not self.changes.exists(PYPROJECT):
            return []
        kept = table(read_toml(self.changes.read(PYPROJECT), PYPROJECT), TABLE)
        return list(kept.get(key, ()))


def _is_unmanaged(item: ast.Call) -> bool:
    return any(k.arg == "managed" and ast.unparse(k.value) == "False" for k in item.keywords)


def _table(node: ast.ClassDef) -> str | None:
    """Return the name of a model's table: empty if it is no literal, None for other classes."""
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            names = [target.id for target in statement.targets if isinstance(target, ast.Name)]
            if "__tablename__" in names:
                value = statement.value
                return str(value.value) if isinstance(value, ast.Constant) else ""
    return None
