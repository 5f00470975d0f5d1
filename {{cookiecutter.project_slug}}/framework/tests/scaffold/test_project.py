"""A project's databases and models, and writing to it."""

from collections.abc import Callable

import pytest

from qapla.exceptions import Refused, ScaffoldError
from qapla.scaffold.project import Project

from support.stamping import add_databases, add_models

LIST = "src/rotarran/databases/__init__.py"
Written = Callable[[], dict[str, str]]


def test_databases_keep_the_order_of_their_addition(project: Project) -> None:
    """The first one that is added is the default one."""
    add_databases(project, "main")
    add_databases(project, "audit")
    assert project.databases() == ["main", "audit"]


@pytest.mark.parametrize("path", ["own.py", "fleet/own.py"])
@pytest.mark.parametrize("name", ['__tablename__ = "owns"', '__tablename__: str = "owns"'])
def test_models_are_found_by_their_tables(project: Project, path: str, name: str) -> None:
    """A model that the user wrote counts as one of the scaffold's, in a package below, too."""
    add_databases(project, "main")
    add_models(project, "main.Ship")
    module = project.root / "src/rotarran/databases/main" / path
    module.parent.mkdir(exist_ok=True)
    module.write_text(f"class Own(Model):\n    {name}\n\n\nclass Helper:\n    x = 1\n")
    found = [(model.name, model.table) for model in project.models()]
    assert sorted(found) == [("Own", "owns"), ("Ship", "ships")]


@pytest.mark.parametrize(
    "text",
    [
        'DATABASES = [Database("main"), Database("audit", managed=False)]',
        "DATABASES: list[Database] = [\n    Database(name='main', models='x'),  # x\n    Database('audit', managed=False)]",
        'DATABASES = [database.Database("main"), Database(managed=False, name="audit")]',
    ],
)  # fmt: skip
def test_databases_may_have_other_arguments(project: Project, text: str) -> None:
    """In every layout of the list."""
    (project.root / LIST).write_text(text)
    assert project.managed() == {"main": True, "audit": False}


def test_a_model_has_the_table_that_its_module_names(project: Project) -> None:
    """A new model may not have the same."""
    add_databases(project, "main")
    add_models(project, "main.Octopus/octopodes")
    assert [model.table for model in project.models()] == ["octopodes"]
    with pytest.raises(Refused) as caught:
        add_models(project, "main.Podes/octopodes")
    assert str(caught.value) == (
        "the model name 'main.Podes' is refused: main.Octopus already has the table octopodes; "
        "try 'main.PodesItem'"
    )


def test_a_list_of_another_form_is_an_error(project: Project) -> None:
    """The names are read from the source, which must spell them out."""
    (project.root / LIST).write_text("DATABASES = [make()]\n")
    with pytest.raises(ScaffoldError) as caught:
        project.databases()
    assert str(caught.value) == (
        f'{LIST}: an item of DATABASES is not of the form Database("name"): write it so'
    )


def test_a_missing_file_is_an_error(project: Project, written: Written) -> None:
    """The error names the file, and nothing is written."""
    (project.root / "alembic.ini").unlink()
    before = written()
    with pytest.raises(ScaffoldError) as caught:
        add_databases(project, "main")
    assert str(caught.value) == "alembic.ini is missing: the scaffold adds to it"
    assert written() == before
