"""Models that are removed as far as they are as the scaffold made them."""

from collections.abc import Callable

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.project import Project

from support.skeletons import change_file, make_project, read_files
from support.stamping import add_databases, add_models

Remove = Callable[..., list[str]]
MODULE = "src/rotarran/databases/main/ship.py"
ROUTES = "src/rotarran/web/routes.py"
TASK = "src/rotarran/tasks/main/ship.py"


def test_nothing_is_left(kept: Project, remove: Remove) -> None:
    """The tree is that of a project that has never had the model."""
    remove("Ship")
    other = kept.root / "other"
    add_databases(make_project(other, keeps_answers=True), "main", "crew")
    files = {path: text for path, text in read_files(kept.root).items() if path[:6] != "other/"}
    assert files == read_files(other)


def test_a_changed_file_is_shown(kept: Project, remove: Remove) -> None:
    """The error has the difference, and nothing is written."""
    change_file(
        kept, MODULE, "    model = Ship\n\n\nclass", "    model = Ship\n    own = 1\n\n\nclass"
    )
    before = read_files(kept.root)
    with pytest.raises(ScaffoldError) as caught:
        remove("Ship")
    head, _, diff = str(caught.value).partition("\n\n")
    assert head == f"{MODULE} has changed since: type --changed to remove the changes too"
    assert diff.startswith(f"--- {MODULE} (made)\n+++ {MODULE} (now)\n@@")
    assert [line for line in diff.split("\n") if line.startswith("+    ")] == ["+    own = 1"]
    assert read_files(kept.root) == before
    assert MODULE in remove("Ship", changed_too=True)


def test_another_layout_is_no_change(kept: Project, remove: Remove) -> None:
    """The user may have a formatter of their own; a comment is a change."""
    change_file(kept, MODULE, "String(200)", "\n        String(\n            200,\n        )\n    ")
    (kept.root / ROUTES).write_bytes((kept.root / ROUTES).read_bytes().replace(b"\n", b"\r\n"))
    assert MODULE in remove("Ship")
    assert b'"main.ship"' not in (kept.root / ROUTES).read_bytes()


def test_a_file_that_the_user_deleted_is_no_matter(kept: Project, remove: Remove) -> None:
    """The others go."""
    (kept.root / "tests/unit/main/test_ship.py").unlink()
    assert MODULE in remove("Ship")


def test_a_route_of_the_users_blocks_the_removal(kept: Project, remove: Remove) -> None:
    """Without its view the application would not start."""
    change_file(kept, ROUTES, '"/ships")', '"/vessels")')
    with pytest.raises(ScaffoldError) as caught:
        remove("Ship")
    assert str(caught.value) == f"{ROUTES}, line 3, uses main.Ship: remove that first"


def test_the_users_own_task_stays(kept: Project, remove: Remove) -> None:
    """The module of the tasks has the model's name, and is not the example."""
    (kept.root / TASK).write_text('"""Mine."""\n')
    (kept.root / "tests/integration/main/test_tasks.py").unlink()
    change_file(
        kept, "src/rotarran/application/settings/default.py", "main.ship.count", "main.own.count"
    )
    with pytest.raises(ScaffoldError) as caught:
        remove("Ship")
    assert str(caught.value) == (
        'src/rotarran/application/settings/default.py has another value of "count ships": '
        "remove it by hand first"
    )
    change_file(kept, "src/rotarran/application/settings/default.py", '"count ships"', '"count"')
    assert TASK not in remove("Ship")
    assert (kept.root / TASK).read_text() == '"""Mine."""\n'


def test_a_model_that_was_moved_is_an_error(kept: Project, remove: Remove) -> None:
    """Its table would be dropped under it."""
    (kept.root / MODULE).rename(kept.root / "src/rotarran/databases/main/fleet.py")
    with pytest.raises(ScaffoldError) as caught:
        remove("Ship")
    assert str(caught.value) == (
        f"main.Ship is in another module than {MODULE}: remove it by hand first"
    )


def test_a_package_with_other_modules_stays(kept: Project, remove: Remove) -> None:
    """A package of the user's below it needs it."""
    package = kept.root / "src/rotarran/web/controllers/main"
    (package / "own").mkdir()
    (package / "own/__init__.py").write_text("")
    remove("Ship")
    assert (package / "__init__.py").exists()


def test_a_model_by_hand_is_an_error(kept: Project, remove: Remove) -> None:
    """The project keeps no fields of it."""
    (kept.root / "src/rotarran/databases/main/own.py").write_text(
        'class Own(Model):\n    __tablename__: str = "owns"\n'
    )
    with pytest.raises(ScaffoldError) as caught:
        remove("Own")
    assert str(caught.value) == (
        "pyproject.toml has no main.Own in the models of [tool.qapla], as it was written by hand: "
        "change it by hand too"
    )


def test_answers_that_are_no_models_are_an_error(kept: Project, remove: Remove) -> None:
    """The error names the file."""
    change_file(kept, "pyproject.toml", "crew:int", "crew:itn")
    with pytest.raises(ScaffoldError) as caught:
        remove("Ship")
    assert str(caught.value).startswith(
        "pyproject.toml, models of [tool.qapla]: the field 'crew:itn=0' is refused: "
    )


def test_the_answers_of_the_other_models_stay_as_they_are_written(
    kept: Project, remove: Remove
) -> None:
    """With their blanks and their comments."""
    add_models(kept, "main.Officer(name:str)")
    change_file(
        kept, "pyproject.toml", '"main.Officer(name:str(200))",', "'main.Officer( name:str )', # x"
    )
    remove("Ship")
    assert "\n    'main.Officer( name:str )', # x\n]" in (kept.root / "pyproject.toml").read_text()
