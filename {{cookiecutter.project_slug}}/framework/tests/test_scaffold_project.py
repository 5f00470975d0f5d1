"""Databases and models that are stamped into a project."""

import ast
from pathlib import Path

import pytest

from qapla.exceptions import Refused, ScaffoldError
from qapla.scaffold import reserved
from qapla.scaffold.__main__ import main
from qapla.scaffold.names import ModelName
from qapla.scaffold.project import Project

SOURCE = "src/rotarran"
LIST = f"{SOURCE}/databases/__init__.py"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Return a project that has what the scaffold adds to, and nothing else."""
    for path, text in {
        "alembic.ini": "",
        LIST: "DATABASES = []\n",
        f"{SOURCE}/web/routes.py": 'def includeme(config):\n    """Add routes."""\n',
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return Project(tmp_path, "rotarran")


def written(project: Project) -> dict[str, str]:
    """Return every file of the project."""
    paths = (path for path in project.root.rglob("*") if path.is_file())
    return {str(path.relative_to(project.root)): path.read_text() for path in paths}


def test_databases_are_listed_in_the_order_in_which_they_came(project: Project) -> None:
    """The first one that is added is the default one."""
    project.add_database("main")
    project.add_database("audit")
    assert project.databases() == ["main", "audit"]
    assert 'Database("audit", "migrations_audit")' in written(project)[LIST]
    assert (
        "[alembic]\nscript_location = %(here)s/migrations/main" in written(project)["alembic.ini"]
    )


def test_a_database_says_which_files_it_wrote(project: Project) -> None:
    """The paths are those that are new or changed."""
    assert project.add_database("main") == [
        "alembic.ini",
        "migrations/main/env.py",
        "migrations/main/script.py.mako",
        f"{SOURCE}/application/db.py",
        LIST,
        f"{SOURCE}/databases/main/__init__.py",
    ]


def test_models_are_found_by_their_tables(project: Project) -> None:
    """A model that the user wrote counts as one that was stamped."""
    project.add_database("main")
    project.add_model("main", "Ship")
    (project.root / SOURCE / "databases/main/own.py").write_text(
        'class Own(Model):\n    __tablename__ = "owns"\n\n\nclass Helper:\n    x = 1\n'
    )
    assert project.models() == [ModelName("main", "Own"), ModelName("main", "Ship")]


def test_the_migrations_of_a_database_are_a_chain(project: Project) -> None:
    """Each model's revision follows the head that is there."""
    project.add_database("main")
    first, second = (
        next(path for path in project.add_model("main", name) if "versions" in path)
        for name in ("Ship", "Crew")
    )
    assert "down_revision: str | None = None" in written(project)[first]
    revision = Path(first).name.split("_")[0]
    assert f'down_revision: str | None = "{revision}"' in written(project)[second]


def test_no_model_may_have_a_name_that_its_modules_import(project: Project) -> None:
    """Every class that a stamped module of a model imports is a refused name."""
    project.add_database("main")
    imported = {
        alias.name
        for path in project.add_model("main", "Ship")
        if path.endswith(".py")
        for node in ast.walk(ast.parse(written(project)[path]))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.name[0].isupper() and not alias.name.startswith(("Ship", "Rotarran"))
    }
    assert "Mapped" in imported
    assert imported - reserved.MODEL == set()


def test_two_heads_are_merged_by_the_user_first(project: Project) -> None:
    """A model cannot know which of two heads to follow."""
    project.add_database("main")
    versions = project.root / "migrations/main/versions"
    versions.mkdir()
    for name in ("a", "b"):
        (versions / f"{name}.py").write_text(f'revision = "{name}"\ndown_revision = None\n')
    with pytest.raises(ScaffoldError) as caught:
        project.add_model("main", "Ship")
    assert str(caught.value) == (
        "database 'main' has the heads a, b: type `uv run alembic -n main merge heads` first"
    )


def test_a_merge_is_one_head(project: Project) -> None:
    """A revision that follows two has both below it."""
    project.add_database("main")
    versions = project.root / "migrations/main/versions"
    versions.mkdir()
    for name, below in (("a", None), ("b", None), ("c", ("a", "b"))):
        (versions / f"{name}.py").write_text(f'revision = "{name}"\ndown_revision = {below!r}\n')
    (stamped,) = (path for path in project.add_model("main", "Ship") if "versions" in path)
    assert 'down_revision: str | None = "c"' in written(project)[stamped]


@pytest.mark.parametrize(
    ("database", "model", "line"),
    [
        (
            "main",
            "Ship",
            "the model name 'main.Ship' is refused: it comes twice; 'main.ShipItem' would do",
        ),
        (
            "logs",
            "Ship",
            "the model name 'logs.Ship' is refused: there is no database 'logs', only main; 'main.Ship' would do",
        ),
    ],
)
def test_a_refused_model_writes_nothing(
    project: Project, database: str, model: str, line: str
) -> None:
    """Everything is checked before the first file is written."""
    project.add_database("main")
    project.add_model("main", "Ship")
    before = written(project)
    with pytest.raises(Refused) as caught:
        project.add_model(database, model)
    assert str(caught.value) == line
    assert written(project) == before


def test_a_database_that_is_there_is_an_error(project: Project) -> None:
    """It is not stamped over, and neither is a file that only looks like one."""
    project.add_database("main")
    with pytest.raises(ScaffoldError) as caught:
        project.add_database("main")
    assert str(caught.value) == "database 'main' is there already: choose another name"
    (project.root / "migrations/audit").mkdir(parents=True)
    (project.root / "migrations/audit/env.py").write_text("mine")
    before = written(project)
    with pytest.raises(ScaffoldError) as caught:
        project.add_database("audit")
    assert str(caught.value) == "migrations/audit/env.py is there already: move it away first"
    assert written(project) == before


def test_a_missing_file_is_an_error(project: Project) -> None:
    """The scaffold says which file it adds to, and writes nothing."""
    (project.root / "alembic.ini").unlink()
    before = written(project)
    with pytest.raises(ScaffoldError) as caught:
        project.add_database("main")
    assert str(caught.value) == "alembic.ini is missing: the scaffold adds to it"
    assert written(project) == before


def test_a_list_of_another_form_is_an_error(project: Project) -> None:
    """The names are read from the source, which must say them."""
    (project.root / LIST).write_text("DATABASES = [make()]\n")
    with pytest.raises(ScaffoldError) as caught:
        project.databases()
    assert str(caught.value) == (
        f"{LIST}: an item of DATABASES is not of the form "
        'Database("name", "migrations_name"): write it so'
    )


def test_a_file_that_cannot_be_written_leaves_nothing_half_done(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written before the fault is taken back."""
    before = written(project)
    write_text = Path.write_text

    def full_disk(path: Path, text: str, **options: str) -> int:
        if path.name == "script.py.mako":
            raise OSError("no space left on device")
        return write_text(path, text, **options)

    monkeypatch.setattr(Path, "write_text", full_disk)
    with pytest.raises(OSError, match="no space left"):
        project.add_database("main")
    assert written(project) == before


def test_an_outbox_follows_the_head_of_its_database(project: Project) -> None:
    """It is added once, with its tables and its relay."""
    project.add_database("main")
    stamped = [path for path in project.add_model("main", "Ship") if "versions" in path]
    added = project.add_outbox("main")
    (revision,) = (path for path in added if "versions" in path)
    assert added == [
        revision,
        f"{SOURCE}/databases/main/outbox.py",
        f"{SOURCE}/tasks/main/outbox.py",
        "tests/integration/main/test_outbox.py",
    ]
    below = Path(stamped[0]).name.split("_")[0]
    assert f'down_revision: str | None = "{below}"' in written(project)[revision]
    with pytest.raises(ScaffoldError) as caught:
        project.add_outbox("main")
    assert str(caught.value) == (
        f"{SOURCE}/databases/main/outbox.py is there already: move it away first"
    )


def test_an_outbox_needs_a_database_that_is_there(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """The program says so in one line, and what to type when it has written."""
    project.add_database("main")
    with pytest.raises(SystemExit) as caught:
        main(project.root, ["outbox", "logs"])
    assert str(caught.value) == "there is no database 'logs', only main"
    main(project.root, ["outbox", "main"])
    printed = capsys.readouterr().out
    assert printed.endswith("Type next:\n\n    uv run alembic -n main upgrade head\n")


def test_the_program_needs_a_project(tmp_path: Path) -> None:
    """It says where to go."""
    with pytest.raises(SystemExit) as caught:
        main(tmp_path, ["outbox", "main"])
    assert str(caught.value) == (
        f"{tmp_path} has no package with databases: change to a project's directory"
    )


def test_each_database_has_one_example_task(project: Project) -> None:
    """The first model's; the schedule and the tests of every fixture are the first database's."""
    for database in ("main", "logs"):
        project.add_database(database)
        project.add_model(database, "Entry")
        project.add_model(database, "Other")
    tasks = {path: text for path, text in written(project).items() if f"{SOURCE}/tasks/" in path}
    assert sorted(path for path in tasks if "__init__" not in path) == [
        f"{SOURCE}/tasks/logs/entry.py",
        f"{SOURCE}/tasks/main/entry.py",
    ]
    scheduled = [path for path, text in tasks.items() if "add_periodic_task" in text]
    assert scheduled == [f"{SOURCE}/tasks/main/entry.py"]
