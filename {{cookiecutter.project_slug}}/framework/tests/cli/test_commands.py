"""The command of a project: additions, removals, and typing errors."""

from collections.abc import Callable

import pytest
from click.testing import Result

from qapla.scaffold.project import Project

from support.skeletons import read_files

Qapla = Callable[..., Result]


@pytest.mark.parametrize(
    ("add", "remove"),
    [
        ("database cargo", "database cargo"),
        ("model Officer name:str", "model Officer"),
        ("model crew.Duty day:date boss:Duty?", "model crew.Duty"),
        ("field Ship hull:str(20)!? seen:datetime=now", "field Ship hull seen"),
        ("field Ship parent:Ship?", "field Ship parent"),
    ],
)
def test_a_removal_takes_an_addition_back(
    kept: Project, qapla: Qapla, add: str, remove: str
) -> None:
    """Byte for byte, where no revision can have been applied."""
    before = read_files(kept.root)
    added = qapla("add", *add.split(" "))
    assert added.exit_code == 0, added.output
    assert read_files(kept.root) != before
    removed = qapla("remove", *remove.split(" "))
    assert removed.exit_code == 0, removed.output
    assert read_files(kept.root) == before


@pytest.mark.parametrize("command", ["add model Officer name:str", "remove model Ship"])
def test_a_dry_run_writes_nothing(kept: Project, qapla: Qapla, command: str) -> None:
    """It shows the changes as a diff."""
    before = read_files(kept.root)
    shown = qapla(*command.split(" "), "--dry-run")
    assert shown.exit_code == 0
    assert "--- a/src/rotarran/web/routes.py\n" in shown.output
    assert read_files(kept.root) == before


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("add model Ship", "the model name 'main.Ship' is refused: it exists already; try 'main.ShipItem'"),
        ("add model cargo.Box", "the model name 'cargo.Box' is refused: there is no database 'cargo', only main, crew; try 'main.Box'"),
        ("add field Shop x:int", "there is no model Shop, only main.Ship"),
        ("add field Ship x:int", "the field 'x:int' is refused: the rows that are there would have no value; try 'x:int?'"),
        ("add field Ship x:str!=a", "the field 'x:str!=a' is refused: two rows would have its default, so that it cannot be unique; try 'x:str(200)!'"),
        ("add database main", "database 'main' exists already: choose another name"),
        ("add outbox cargo", "there is no database 'cargo', only main, crew"),
        ("remove field Ship x", "main.Ship has no field 'x', only name, crew"),
        ("remove field Ship name crew", "main.Ship would have no column left: type `qapla remove model main.Ship`, or add another field first"),
    ],
)  # fmt: skip
def test_a_typing_error_is_one_line(kept: Project, qapla: Qapla, command: str, line: str) -> None:
    """Its exit code is 1, and the tree is as it was."""
    before = read_files(kept.root)
    done = qapla(*command.split(" "))
    assert (done.exit_code, done.output) == (1, f"Error: {line}\n")
    assert read_files(kept.root) == before


def test_a_changed_file_is_shown_and_not_removed(kept: Project, qapla: Qapla) -> None:
    """`--changed` removes it too."""
    module = kept.root / "src/rotarran/databases/main/ship.py"
    module.write_text(module.read_text() + "\n# Mine.\n")
    before = read_files(kept.root)
    refused = qapla("remove", "model", "Ship")
    assert refused.exit_code == 1
    assert "+# Mine." in refused.output
    assert read_files(kept.root) == before
    assert qapla("remove", "model", "Ship", "--changed").exit_code == 0
    assert not module.exists()


def test_an_applied_revision_is_followed_by_another_one(
    kept: Project, qapla: Qapla, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table goes at the next upgrade."""
    monkeypatch.setattr("qapla.cli.remove.may_be_applied", lambda *_: True)
    assert qapla("remove", "model", "Ship").exit_code == 0
    revisions = kept.changes.files("migrations/main/versions", ".py")
    assert len(revisions) == 2
    assert any(path.endswith("_drop_ships.py") for path in revisions)


def test_a_reference_blocks_the_removal(qapla: Qapla) -> None:
    """The line has the command that goes first."""
    qapla("add", "model", "Officer", "ship:Ship?")
    refused = qapla("remove", "model", "Ship")
    assert refused.output == (
        "Error: main.Officer refers to main.Ship: type `qapla remove field main.Officer ship` first\n"
    )


def test_lines_of_the_user_stay(kept: Project, qapla: Qapla) -> None:
    """A column and a comment beside those of the scaffold."""
    module = kept.root / "src/rotarran/databases/main/ship.py"
    own = "    mine: Mapped[str | None]  # A column of my own.\n"
    text = module.read_text()
    module.write_text(
        text.replace("\n\n\nclass ShipReadDriver", f"\n{own}\n\nclass ShipReadDriver")
    )
    assert qapla("add", "field", "Ship", "mass:bigint?").exit_code == 0
    changed = module.read_text()
    assert own in changed
    assert "    mass: Mapped[int | None] = mapped_column(BigInteger)\n" in changed
    assert "from sqlalchemy import BigInteger, String\n" in changed
