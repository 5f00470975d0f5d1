"""Models that are added to a project."""

import ast
from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.exceptions import Refused, ScaffoldError
from qapla.scaffold.names import reserved
from qapla.scaffold.project import Project

from support.stamping import add_databases, add_models

TASKS = "src/rotarran/tasks"
Written = Callable[[], dict[str, str]]


def test_revisions_of_a_database_are_a_chain(project: Project, written: Written) -> None:
    """The revision of a model follows the head of its database."""
    add_databases(project, "main")
    first, second = (
        next(path for path in add_models(project, f"main.{name}") if "versions" in path)
        for name in ("Ship", "Crew")
    )
    assert "down_revision: str | None = None" in written()[first]
    revision = Path(first).name.split("_")[0]
    assert f'down_revision: str | None = "{revision}"' in written()[second]


def test_every_imported_class_is_a_reserved_name(project: Project, written: Written) -> None:
    """No model has the name of a class that its modules import."""
    add_databases(project, "main")
    imported = {
        alias.name
        for path in add_models(project, "main.Ship")
        if path.endswith(".py")
        for node in ast.walk(ast.parse(written()[path]))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name[0].isupper() and not alias.name.startswith(("Ship", "Rotarran"))
    }
    assert "Mapped" in imported
    assert imported - reserved.MODEL == set()


def test_two_heads_are_an_error(project: Project) -> None:
    """A revision follows one head: the user merges them first."""
    add_databases(project, "main")
    versions = project.root / project.versions("main")
    versions.mkdir()
    for name in ("a", "b"):
        (versions / f"{name}.py").write_text(f'revision = "{name}"\ndown_revision = None\n')
    with pytest.raises(ScaffoldError) as caught:
        add_models(project, "main.Ship")
    assert str(caught.value) == (
        "database 'main' has the heads a, b: type `uv run alembic -n main merge heads` first"
    )


def test_a_merge_is_one_head(project: Project, written: Written) -> None:
    """Both revisions below a merge have been followed."""
    add_databases(project, "main")
    versions = project.root / project.versions("main")
    versions.mkdir()
    for name, below in (("a", None), ("b", None), ("c", ("a", "b"))):
        (versions / f"{name}.py").write_text(f'revision = "{name}"\ndown_revision = {below!r}\n')
    (revision,) = (path for path in add_models(project, "main.Ship") if "versions" in path)
    assert 'down_revision: str | None = "c"' in written()[revision]


@pytest.mark.parametrize(
    ("database", "line"),
    [
        ("main", "the model name 'main.Ship' is refused: it exists already; try 'main.ShipItem'"),
        (
            "logs",
            "the model name 'logs.Ship' is refused: there is no database 'logs', only main; "
            "try 'main.Ship'",
        ),
    ],
)
def test_a_refused_model_writes_nothing(
    project: Project, written: Written, database: str, line: str
) -> None:
    """Names are checked before the first file is written."""
    add_databases(project, "main")
    add_models(project, "main.Ship")
    before = written()
    with pytest.raises(Refused) as caught:
        add_models(project, f"{database}.Ship")
    assert str(caught.value) == line
    assert written() == before


def test_each_database_has_one_example_task(project: Project, written: Written) -> None:
    """It is about the first model; only the first database's is scheduled."""
    for database in ("main", "logs"):
        add_databases(project, database)
        add_models(project, f"{database}.Entry")
        add_models(project, f"{database}.Other")
    tasks = {path: text for path, text in written().items() if f"{TASKS}/" in path}
    assert sorted(path for path in tasks if "__init__" not in path) == [
        f"{TASKS}/logs/entry.py",
        f"{TASKS}/main/entry.py",
    ]
    assert written()["src/rotarran/application/settings/default.py"] == (
        "SETTINGS = {\n"
        '    "celery": {\n'
        '        "beat_schedule": {\n'
        '            "count entries": {\n'
        '                "task": "rotarran.tasks.main.entry.count_entries",\n'
        '                "schedule": 3600.0,\n'
        "            },\n"
        "        },\n"
        "    },\n"
        "}\n"
    )


def test_names_beside_a_variable_are_taken(project: Project, written: Written) -> None:
    """A variable for an object hides no name that its function uses."""
    add_databases(project, "main")
    beside: set[str] = set()
    for path in add_models(project, "main.Zyx"):
        if path.endswith(".py"):
            for node in ast.walk(ast.parse(written()[path])):
                names = _names(node) if isinstance(node, ast.FunctionDef) else set()
                if names & {"zyx", "zyxes"}:
                    beside |= names - {"zyx", "zyxes"}
    assert {name for name in beside if name.islower()} == reserved.VARIABLES
    assert "item" not in reserved.VARIABLES


def _names(function: ast.FunctionDef) -> set[str]:
    """Return the names of a function's parameters, and those in its body."""
    inside = {
        node.id for part in function.body for node in ast.walk(part) if isinstance(node, ast.Name)
    }
    return {argument.arg for argument in function.args.args} | inside
