"""The command of a project: additions, removals, and typing errors."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from qapla.scaffold.project import Project

from support.skeletons import change_file, read_files

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


@pytest.mark.parametrize(
    "command",
    [
        "add database cargo",
        "add model Officer name:str ship:Ship?",
        "add field Ship hull:str(20)!? seen:datetime=now",
        "add outbox main",
        "add tokens crew",
        "remove database crew",
        "remove model Ship",
        "remove field Ship crew",
    ],
)
def test_a_dry_run_shows_all_that_is_written(kept: Project, qapla: Qapla, command: str) -> None:
    """It writes nothing; Git applies its diff to a copy, which is then equal."""
    (kept.root / "alembic.ini").write_bytes(b"# Mine.\r\n" + _crlf(kept.root / "alembic.ini"))
    before = read_files(kept.root)
    shown = qapla(*command.split(" "), "--dry-run")
    assert shown.exit_code == 0
    assert read_files(kept.root) == before
    with tempfile.TemporaryDirectory() as copy:
        shutil.copytree(kept.root, copy, dirs_exist_ok=True)
        subprocess.run(["git", "apply", "-"], cwd=copy, input=shown.stdout_bytes, check=True)
        assert qapla(*command.split(" ")).exit_code == 0
        assert read_files(Path(copy)) == read_files(kept.root) != before


def _crlf(path: Path) -> bytes:
    return path.read_bytes().replace(b"\n", b"\r\n")


def test_the_files_are_listed_with_the_next_commands(qapla: Qapla) -> None:
    """New, changed and deleted ones."""
    assert qapla("add", "field", "Ship", "mass:bigint?").output == (
        "create  migrations/main/versions/b8e48717f578_add_mass_to_ships.py\n"
        "change  pyproject.toml\n"
        "change  src/rotarran/databases/main/ship.py\n"
        "change  src/rotarran/web/controllers/main/ship.py\n"
        "change  tests/integration/main/test_ship.py\n"
        "change  tests/unit/main/test_ship.py\n\n"
        "Type next:\n\n"
        "    uv run qapla db upgrade --database main\n"
        "    uv run pytest\n"
    )
    removed = qapla("remove", "field", "Ship", "mass")
    assert removed.output.startswith("delete  migrations/main/versions/")
    assert removed.output.endswith("\n\nType next:\n\n    uv run pytest\n")


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("ad", "No such command 'ad'."),
        ("add modl", "No such command 'modl'. Did you mean 'model'?"),
        ("add model", "Missing argument 'MODEL'."),
        ("add field Ship", "Missing argument 'FIELDS...'."),
        ("add model Ship --dry", "No such option '--dry'. Did you mean '--dry-run'?"),
        ("remove database", "Missing argument 'NAME'."),
    ],
)
def test_a_command_that_does_not_exist_is_a_usage_error(
    qapla: Qapla, command: str, line: str
) -> None:
    """The last line has the error; the exit code is that of Click's."""
    done = qapla(*command.split(" "))
    assert done.exit_code == 2
    assert done.output.startswith("Usage: main")
    assert done.output.endswith(f"\nError: {line}\n")


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
    """The table goes at the next upgrade, and the output says so."""
    monkeypatch.setattr("qapla.cli.remove.may_be_applied", lambda *_: True)
    done = qapla("remove", "model", "Ship")
    assert done.output.endswith(
        "\n\nThe upgrade drops the table ships with its rows.\n\nType next:\n\n"
        "    uv run qapla db upgrade --database main\n    uv run pytest\n"
    )
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


@pytest.mark.parametrize("options", [(), ("--dry-run",)])
def test_uses_of_a_removed_field_are_shown(
    kept: Project, qapla: Qapla, options: tuple[str, ...]
) -> None:
    """Those in the user's own modules, before anything is written."""
    path = "src/rotarran/web/controllers/main/own.py"
    (kept.root / path).write_text("def crew_of(ship: object) -> int:\n    return ship.crew\n")
    done = qapla("remove", "field", "Ship", "crew", *options)
    assert done.exit_code == 0
    assert done.output.startswith(
        f"these lines still use crew: change them by hand\n\n    {path}:2: return ship.crew\n\n"
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


BODY = 'BODY: dict[str, Any] = {"name": "first", "crew": 1}'
LINES = f"""tests/unit/main/test_ship.py has other lines than the scaffold wrote: change these by hand
- {BODY}
+ {BODY[:-1]}, "mass": 1}}
"""


def test_lines_in_the_way_are_shown(kept: Project, qapla: Qapla) -> None:
    """Nothing is written, unless the user asks for the rest; then the lines are shown as well."""
    change_file(kept, "tests/unit/main/test_ship.py", BODY, "BODY = make_body()")
    before = read_files(kept.root)
    refused = qapla("add", "field", "Ship", "mass:bigint?")
    assert (refused.exit_code, refused.output) == (
        1,
        f"Error: {LINES}\nNothing is written: do that first, or type --by-hand\n",
    )
    assert read_files(kept.root) == before
    done = qapla("add", "field", "Ship", "mass:bigint?", "--by-hand")
    assert f"\n\n{LINES}\nType next:\n" in done.output
    assert "BODY = make_body()" in (kept.root / "tests/unit/main/test_ship.py").read_text()
    assert "mass: Mapped" in (kept.root / "src/rotarran/databases/main/ship.py").read_text()


def test_the_command_goes_on_when_the_lines_are_typed(kept: Project, qapla: Qapla) -> None:
    """The user may have done more than the lines say."""
    path = "tests/unit/main/test_ship.py"
    change_file(kept, path, BODY, "BODY = make_body()")
    assert qapla("add", "field", "Ship", "mass:bigint?").exit_code == 1
    typed = BODY[:-1] + ', "own": 3, "mass": 1}'
    change_file(kept, path, "BODY = make_body()", typed)
    assert qapla("add", "field", "Ship", "mass:bigint?").exit_code == 0
    assert f"\n{typed}\n" in (kept.root / path).read_text()


BY_HAND = """\
Error: pyproject.toml has no main.Ship in the models of [tool.qapla], as it was written by hand: \
change it by hand too
+ from sqlalchemy import BigInteger, ForeignKey
+ from sqlalchemy.orm import Mapped, mapped_column, relationship
+     mass: Mapped[int | None] = mapped_column(BigInteger)
+     home_id: Mapped[int | None] = mapped_column(
+         ForeignKey("ships.id", ondelete="SET NULL"), index=True
+     )
+     home: Mapped["Ship | None"] = relationship(remote_side="Ship.id")
Then type `uv run qapla db revision --database main -m "add mass, home"`
"""


def test_a_model_by_hand_is_shown_the_lines(kept: Project, qapla: Qapla) -> None:
    """Those that the scaffold would write, with the command of the revision."""
    change_file(kept, "pyproject.toml", '    "main.Ship(name:str(200), crew:int=0)",\n', "")
    before = read_files(kept.root)
    done = qapla("add", "field", "Ship", "mass:bigint?", "home:Ship?")
    assert (done.exit_code, done.output) == (1, BY_HAND)
    assert read_files(kept.root) == before


def test_a_deleted_test_is_not_made_anew(kept: Project, qapla: Qapla) -> None:
    """Neither by new fields, nor by their removal."""
    path = kept.root / "tests/unit/main/test_ship.py"
    path.unlink()
    assert qapla("add", "field", "Ship", "mass:bigint?").exit_code == 0
    assert qapla("remove", "field", "Ship", "mass").exit_code == 0
    assert not path.exists()
