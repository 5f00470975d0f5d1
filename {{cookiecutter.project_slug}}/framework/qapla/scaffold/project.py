"""Stamp databases and models into a project."""

import ast
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from qapla.exceptions import ScaffoldError
from qapla.scaffold import edit, layout, names, revisions
from qapla.scaffold.names import ModelName

BLUEPRINTS = Path(__file__).parent / "blueprints"
DATABASES = "DATABASES"


class Project:
    """Add to the project in a directory; either everything of an addition is written, or nothing.

    Args:
        root: The directory of the project.
        package: The name of the project's package under `src`.
    """

    def __init__(self, root: Path, package: str) -> None:
        self.root = root
        self.package = package
        self._source = f"src/{package}"
        self._environment = Environment(
            loader=FileSystemLoader(BLUEPRINTS),
            undefined=StrictUndefined,
            keep_trailing_newline=True,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.globals.update(imports=layout.imports, call=layout.call)

    def databases(self) -> list[str]:
        """Return the names of the project's databases, in their order."""
        path = f"{self._source}/databases/__init__.py"
        found = []
        for item in edit.list_items(self._read(path), DATABASES, path):
            name = item.args[0] if isinstance(item, ast.Call) and item.args else None
            if not isinstance(name, ast.Constant) or not isinstance(name.value, str):
                raise ScaffoldError(
                    f"{path}: an item of {DATABASES} is not of the form "
                    'Database("name", "migrations_name"): write it so'
                )
            found.append(name.value)
        return found

    def models(self) -> list[ModelName]:
        """Return the models that the project's database packages hold, by their modules."""
        return [
            ModelName(database, node.name)
            for database in self.databases()
            for path in sorted((self.root / self._source / "databases" / database).glob("*.py"))
            for node in ast.parse(path.read_text(encoding="utf-8")).body
            if isinstance(node, ast.ClassDef) and _has_table(node)
        ]

    def add_database(self, name: str) -> list[str]:
        """Add a database at the end of the list.

        Args:
            name: The name of the database.

        Returns:
            The paths of the files that are new or changed, relative to the project.

        Raises:
            Refused: A database may not have this name.
            ScaffoldError: The database or one of its files is there already.
        """
        names.check_database(name, self.package)
        known = self.databases()
        if name in known:
            raise ScaffoldError(f"database {name!r} is there already: choose another name")
        first = not known
        key = "migrations" if first else f"migrations_{name}"
        values = {"database": name, "first": first}
        new = {
            f"{self._source}/databases/{name}/__init__.py": "base.py",
            f"migrations/{name}/env.py": "env.py",
            f"migrations/{name}/script.py.mako": "script.py.mako",
        }
        if first:
            new[f"{self._source}/application/db.py"] = "db.py"
        changed = {
            f"{self._source}/databases/__init__.py": lambda text, path: edit.append_to_list(
                text, DATABASES, f'Database("{name}", "{key}")', path
            ),
            "alembic.ini": lambda text, path: _with_sections(text, path, name, first=first),
        }
        return self._write(new, changed, values)

    def add_model(self, database: str, name: str) -> list[str]:
        """Add a model to a database; the arguments and results are as those of `add_database`."""
        known = self.databases()
        model = names.parse_model(f"{database}.{name}", known, self.package)
        names.refuse_clash(model, self.models())
        versions = self.root / "migrations" / database / "versions"
        revision = revisions.revision_id(model)
        values: dict[str, Any] = {
            "database": database,
            "model": model,
            "prefix": "" if database == known[0] else f"/{database}",
            "revision": revision,
            "down_revision": revisions.head(versions, database),
        }
        controllers = f"{self._source}/web/controllers"
        new = {
            f"{self._source}/databases/{database}/{model.snake}.py": "model.py",
            f"{controllers}/{database}/{model.snake}.py": "controller.py",
            f"migrations/{database}/versions/{revision}_create_{model.table}.py": "revision.py",
            f"tests/unit/{database}/test_{model.snake}.py": "test_controller.py",
            f"tests/integration/{database}/test_{model.snake}.py": "test_model.py",
        }
        package = f"{controllers}/{database}/__init__.py"
        if not (self.root / package).exists():
            new[package] = "controllers.py"
        tasks = f"{self._source}/tasks/{database}"
        if not (self.root / tasks).exists():
            # One example for each database.
            values["first"] = database == known[0]
            new[f"{tasks}/__init__.py"] = "tasks.py"
            new[f"{tasks}/{model.snake}.py"] = "task.py"
            new[f"tests/integration/{database}/test_tasks.py"] = "test_task.py"
        changed = {
            f"{self._source}/web/routes.py": lambda text, path: edit.append_to_function(
                text, "includeme", _routes(model, values["prefix"]), path
            )
        }
        return self._write(new, changed, values)

    def add_outbox(self, database: str) -> list[str]:
        """Add an outbox to a database, with its relay; results are as those of `add_database`.

        Raises:
            ScaffoldError: There is no such database, or one of the files is there already.
        """
        known = self.databases()
        if database not in known:
            raise ScaffoldError(f"there is no database {database!r}, only {', '.join(known)}")
        revision = revisions.revision_id(f"{database}.outbox")
        values: dict[str, Any] = {
            "database": database,
            "revision": revision,
            "down_revision": revisions.head(
                self.root / "migrations" / database / "versions", database
            ),
        }
        tasks = f"{self._source}/tasks/{database}"
        new = {
            f"{self._source}/databases/{database}/outbox.py": "outbox.py",
            f"migrations/{database}/versions/{revision}_create_outbox.py": "outbox_revision.py",
            f"{tasks}/outbox.py": "relay.py",
            f"tests/integration/{database}/test_outbox.py": "test_outbox.py",
        }
        if not (self.root / tasks).exists():
            new[f"{tasks}/__init__.py"] = "tasks.py"
        return self._write(new, {}, values)

    def _read(self, path: str) -> str:
        try:
            return (self.root / path).read_text(encoding="utf-8")
        except FileNotFoundError:
            raise ScaffoldError(f"{path} is missing: the scaffold adds to it") from None

    def _write(
        self,
        new: dict[str, str],
        changed: dict[str, Callable[[str, str], str]],
        values: dict[str, Any],
    ) -> list[str]:
        """Render everything, refuse what is there already, and only then write."""
        values |= {"package": self.package, "application": names.application_class(self.package)}
        for path in new:
            if (self.root / path).exists():
                raise ScaffoldError(f"{path} is there already: move it away first")
        texts = {path: self._render(blueprint, values) for path, blueprint in new.items()}
        before = {path: self._read(path) for path in changed}
        texts.update({path: change(before[path], path) for path, change in changed.items()})
        try:
            for path, text in texts.items():
                self._write_file(path, text)
        except OSError:
            for path in new:
                (self.root / path).unlink(missing_ok=True)
            for path, text in before.items():
                self._write_file(path, text)
            raise
        return sorted(texts)

    def _write_file(self, path: str, text: str) -> None:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8", newline="\n")

    def _render(self, blueprint: str, values: dict[str, Any]) -> str:
        return self._environment.get_template(f"{blueprint}.jinja").render(values)


def _has_table(node: ast.ClassDef) -> bool:
    names_of = [
        target.id
        for statement in node.body
        if isinstance(statement, ast.Assign)
        for target in statement.targets
        if isinstance(target, ast.Name)
    ]
    return "__tablename__" in names_of


def _with_sections(text: str, path: str, database: str, *, first: bool) -> str:
    location = [f"script_location = %(here)s/migrations/{database}", "path_separator = os"]
    if first:
        text = edit.append_section(text, "alembic", location, path)
    return edit.append_section(text, database, location, path)


def _routes(model: ModelName, prefix: str) -> list[str]:
    """Return the statements that name the URLs of a model's resource."""
    name = f"{model.database}.{model.snake}"
    url = f"{prefix}/{model.table}"
    return [
        layout.call("config.add_route(", [f'"{name}.all"', f'"{url}"'], indent=4),
        layout.call("config.add_route(", [f'"{name}"', f'r"{url}/{{id:\\d{{1,18}}}}"'], indent=4),
    ]
