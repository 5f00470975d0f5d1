"""The revision of a table that goes: it is deleted, or another one drops the table."""

from pathlib import Path

import pytest

from qapla.scaffold.additions.field import add_fields
from qapla.scaffold.fields.grammar import parse_field
from qapla.scaffold.project import Project
from qapla.scaffold.removals.field import remove_fields
from qapla.scaffold.removals.model import remove_model
from qapla.scaffold.revisions import head, paths

from support.skeletons import change_file
from support.stamping import add_models, write


def remove(project: Project, name: str, *, applied: bool) -> list[str]:
    """Remove a model, and return the names of the revisions that are left."""
    asked: list[str] = []
    project = Project(project.root, project.package)

    def may_be_applied(database: str, path: str) -> bool:
        asked.append(f"{database} {path}")
        return applied

    write(project, remove_model, project.model(name), may_be_applied)
    left = paths(project, "main").values()
    assert len(asked) <= 1
    return [Path(path).name.partition("_")[2] for path in left]


@pytest.mark.parametrize(
    ("applied", "left"), [(False, []), (True, ["create_ships.py", "drop_ships.py"])]
)
def test_a_revision_is_deleted_unless_it_may_be_applied(
    kept: Project, applied: bool, left: list[str]
) -> None:
    """Otherwise another one drops the table."""
    assert sorted(remove(kept, "Ship", applied=applied)) == left


def test_a_revision_that_another_one_follows_stays(kept: Project) -> None:
    """It may be one of the user's."""
    (first,) = paths(kept, "main")
    versions = kept.root / kept.versions("main")
    (versions / "own.py").write_text(f'revision = "own"\ndown_revision = "{first}"\n')
    left = remove(kept, "Ship", applied=False)
    assert sorted(left) == ["", "create_ships.py", "drop_ships.py"]
    dropping = kept.changes.read(paths(kept, "main")[head(kept, "main") or ""])
    assert 'down_revision: str | None = "own"' in dropping


def test_another_layout_of_a_revision_is_no_change(kept: Project) -> None:
    """The user may have a formatter of their own."""
    (path,) = paths(kept, "main").values()
    change_file(kept, path, "def upgrade() -> None:\n", "def upgrade( ) -> None :\n\n")
    assert remove(kept, "Ship", applied=False) == []


def test_a_changed_revision_is_followed_by_another_one(kept: Project) -> None:
    """The user may have added statements."""
    (path,) = paths(kept, "main").values()
    change_file(kept, path, "\n\n\ndef downgrade", '\n    op.execute("x")\n\n\ndef downgrade')
    assert sorted(remove(kept, "Ship", applied=False)) == ["create_ships.py", "drop_ships.py"]


def test_the_revision_of_fields_is_deleted_with_all_of_them(kept: Project) -> None:
    """One that adds more fields than those that go is followed by another one."""
    ship = kept.model("Ship")
    add_models(kept, "main.Officer(name:str)")
    before = sorted(paths(kept, "main"))
    for removed, count in ((["a", "b"], 0), (["a"], 2)):
        write(kept, add_fields, ship, [parse_field("a:int?"), parse_field("b:int?")])
        write(kept, remove_fields, ship, removed, lambda *_: False)
        assert len(paths(kept, "main")) == len(before) + count
