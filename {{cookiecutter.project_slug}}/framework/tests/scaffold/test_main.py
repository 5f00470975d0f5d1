"""The scaffold's command line."""

from pathlib import Path

import pytest

from qapla.scaffold.__main__ import main
from qapla.scaffold.additions.database import add_database
from qapla.scaffold.project import Project


def test_an_outbox_is_added_to_a_known_database(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unknown name is an error of one line; after an addition the next command is printed."""
    add_database(project, "main")
    with pytest.raises(SystemExit) as caught:
        main(project.root, ["outbox", "logs"])
    assert str(caught.value) == "there is no database 'logs', only main"
    main(project.root, ["outbox", "main"])
    printed = capsys.readouterr().out
    assert printed.endswith("Type next:\n\n    uv run alembic -n main upgrade head\n")


def test_tokens_are_added_to_a_known_database(
    project: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    """After the addition the line that turns them on is printed, below the next command."""
    add_database(project, "main")
    with pytest.raises(SystemExit) as caught:
        main(project.root, ["tokens", "logs"])
    assert str(caught.value) == "there is no database 'logs', only main"
    main(project.root, ["tokens", "main"])
    assert capsys.readouterr().out.endswith(
        "Type next:\n\n    uv run alembic -n main upgrade head\n\n"
        "The web asks for tokens with this line in src/rotarran/web/__init__.py:\n\n"
        '    config.include(".security")\n'
    )


def test_the_directory_must_be_a_project(tmp_path: Path) -> None:
    """The error names the directory, and asks for another one."""
    with pytest.raises(SystemExit) as caught:
        main(tmp_path, ["outbox", "main"])
    assert str(caught.value) == (
        f"{tmp_path} has no package with databases: change to a project's directory"
    )
