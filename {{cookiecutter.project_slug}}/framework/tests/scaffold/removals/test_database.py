"""Databases that are removed as far as they are as the scaffold made them."""

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions.outbox import add_outbox
from qapla.scaffold.project import Project
from qapla.scaffold.removals.database import remove_database

from support.skeletons import change_file, read_files
from support.stamping import add_models, write

LIST = "src/rotarran/databases/__init__.py"


def refusal(project: Project, name: str, **options: bool) -> str:
    """Return the error of a removal that writes nothing."""
    before = read_files(project.root)
    with pytest.raises(ScaffoldError) as caught:
        write(project, remove_database, name, **options)
    assert read_files(project.root) == before
    project.changes = Project(project.root, project.package).changes
    return str(caught.value)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("cargo", "there is no database 'cargo', only main, crew"),
        (
            "main",
            "main is the first database, on which src/rotarran/application/db.py rests: put another "
            "one first by hand",
        ),
    ],
)
def test_another_database_is_an_error(kept: Project, name: str, line: str) -> None:
    """The first one cannot go."""
    assert refusal(kept, name) == line


def test_models_go_first(kept: Project) -> None:
    """The error has the commands."""
    add_models(kept, "crew.Duty", "crew.Watch")
    assert refusal(kept, "crew") == (
        "crew has models: type `qapla remove model crew.Duty` first, and so for crew.Watch"
    )


def test_models_by_hand_are_deleted_by_hand(kept: Project) -> None:
    """The error has their modules, as no command removes these, and the lines that use them."""
    own = [f"src/rotarran/databases/crew/{name}.py" for name in ("duty", "watch")]
    uses = {
        own[0]: 'class Duty:\n    __tablename__ = "duties"\n',
        own[1]: 'from .duty import Duty\n\nclass Watch:\n    __tablename__ = "watches"\n',
        "src/rotarran/web/own.py": "import os\nfrom rotarran.databases.crew.duty import Duty\n",
    }
    for path, text in uses.items():
        (kept.root / path).write_text(text)
    add_models(kept, "crew.Post")
    assert refusal(kept, "crew") == (
        f"crew has models that the scaffold did not make: delete {own[0]} and {own[1]} by hand first, "
        "and the lines that use them: src/rotarran/web/own.py, line 2"
    )
    for path in uses:
        (kept.root / path).unlink()
    assert refusal(kept, "crew") == "crew has models: type `qapla remove model crew.Post` first"


def test_revisions_stay_unless_asked(kept: Project) -> None:
    """They may have been applied."""
    path = "migrations/crew/versions/own.py"
    (kept.root / path).parent.mkdir()
    (kept.root / path).write_text('revision = "a"\ndown_revision = None\n')
    assert refusal(kept, "crew") == (
        "migrations/crew/versions has revisions, which may have been applied: type --revisions to "
        "delete them too"
    )
    assert path in write(kept, remove_database, "crew", revisions_too=True)
    assert not (kept.root / "migrations/crew").exists()


def test_other_modules_go_first(kept: Project) -> None:
    """The error has the first of them."""
    write(kept, add_outbox, "crew")
    assert refusal(kept, "crew", revisions_too=True) == (
        "src/rotarran/databases/crew/outbox.py belongs to crew: remove it first"
    )


def test_a_use_is_an_error(kept: Project) -> None:
    """The module would not be there any more."""
    path = "src/rotarran/web/own.py"
    (kept.root / path).write_text("from rotarran.databases import crew\n")
    assert refusal(kept, "crew") == f"{path}, line 1, uses crew: remove that first"


def test_a_changed_item_is_shown(kept: Project) -> None:
    """It goes when that is asked."""
    change_file(kept, LIST, 'Database("crew")', 'Database(name="crew", models="crew")')
    assert refusal(kept, "crew") == (
        f"{LIST} has Database(name='crew', models='crew'), not Database(\"crew\"): type --changed to "
        "remove it too"
    )
    write(kept, remove_database, "crew", changed_too=True)
    assert kept.databases() == ["main"]


def test_the_list_keeps_its_layout(kept: Project) -> None:
    """On one line, with a comment."""
    (kept.root / LIST).write_text("DATABASES = [Database('main'), Database('crew')]  # Ours.\n")
    write(kept, remove_database, "crew")
    assert (kept.root / LIST).read_text() == "DATABASES = [Database('main')]  # Ours.\n"
