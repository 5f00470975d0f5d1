"""A project as the scaffold sees it: its databases, its models, and the answers that it keeps."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from qapla.exceptions import Refused, ScaffoldError
from qapla.scaffold.changes.changes import Changes
from qapla.scaffold.declared import declared_databases, declared_models
from qapla.scaffold.fields.spec import Spec, parse_spec
from qapla.scaffold.merging.conflict import Conflict
from qapla.scaffold.names.model import ModelName, application_class
from qapla.scaffold.names.parse import UNMANAGED
from qapla.scaffold.source.toml import change_array, read_toml, strings
from qapla.scaffold.source.tree import find_list

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
        package: The name of the project's package.
        source: The path of the package, by default under `src`.
    """

    def __init__(self, root: Path, package: str, *, source: str | None = None) -> None:
        self.root = root
        self.package = package
        self.application = application_class(package)
        self.source = source or f"src/{package}"
        self.list_path = f"{self.source}/databases/__init__.py"
        self.settings = f"{self.source}/application/settings/default.py"
        self.changes = Changes(root)

    def databases(self) -> list[str]:
        """Return the names of the project's databases, in their order."""
        return list(self.managed())

    def managed(self) -> dict[str, bool]:
        """Return whether the project manages the schema of each of its databases, by their names."""
        path = self.list_path
        return declared_databases(find_list(self.changes.read(path), DATABASES, path).elts, path)

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
        return [model for model, _ in self.modules()]

    def modules(self) -> list[tuple[ModelName, str]]:
        """Return the models with the paths of their modules."""
        return [
            (model, path)
            for database in self.databases()
            for path in self.changes.tree(f"{self.source}/databases/{database}", ".py")
            for model in declared_models(self.changes.read(path), path, database)
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
        """Return the models that the scaffold made, with their fields, as the project keeps them.

        Raises:
            ScaffoldError: The project keeps something else.
        """
        return list(self._kept().values())

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
            texts = {str(spec): written for written, spec in self._kept().items()}
            kept = list(dict.fromkeys(texts.get(str(spec), str(spec)) for spec in models))
            changed = change_array(changed, TABLE, "models", kept, PYPROJECT)
        if changed != text:
            self.changes.write(PYPROJECT, changed)

    def versions(self, database: str) -> str:
        """Return the path of the directory of a database's revisions."""
        return f"migrations/{database}/versions"

    def copy(self) -> "Project":
        """Return the project with the same changes, to which others may be added for a trial."""
        copy = Project(self.root, self.package, source=self.source)
        copy.changes = self.changes.copy()
        return copy

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
        """Change a file; where the user's lines are in the way, the changes have a conflict.

        Raises:
            ScaffoldError: It is missing, or cannot be changed.
        """
        try:
            self.changes.write(path, change(self.changes.read(path), path))
        except Conflict as conflict:
            self.changes.conflicts.append(str(conflict))

    def _kept(self) -> dict[str, Spec]:
        """Return the models that the project keeps, by their texts as they are written there."""
        if not self.changes.exists(PYPROJECT):
            return {}
        databases, models = self.databases(), tuple(self.models())
        values = read_toml(self.changes.read(PYPROJECT), PYPROJECT)
        try:
            return {
                text: replace(parse_spec(text, databases, self.package), known=models)
                for text in strings(values, TABLE, "models", PYPROJECT) or ()
            }
        except Refused as error:
            raise ScaffoldError(f"{PYPROJECT}, models of [{TABLE}]: {error}") from error
