"""An interrupted change is taken back, except where somebody has changed a file since."""

from pathlib import Path

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.changes.journal import DIRECTORY, save_journal
from qapla.scaffold.changes.recovery import recover
from qapla.scaffold.changes.writing import write_all

from support.skeletons import read_files


@pytest.fixture
def interrupted(tmp_path: Path) -> Path:
    """Return a directory in which a change was interrupted before its first file was written."""
    for name in ("a", "b", "c"):
        (tmp_path / name).write_text(f"old {name}")
    save_journal(tmp_path, {"a": b"new a", "b": b"new b", "c": None, "new/d": b"new d"})
    return tmp_path


def test_files_become_as_they_were(interrupted: Path) -> None:
    """Written ones, one that was being written, and a deleted one."""
    (interrupted / "a").write_text("new a")
    (interrupted / "b").write_text("new")
    (interrupted / "c").unlink()
    (interrupted / "new").mkdir()
    (interrupted / "new/d").write_text("n")
    assert recover(interrupted) == []
    assert read_files(interrupted) == {name: f"old {name}".encode() for name in "abc"}
    assert not (interrupted / "new").exists()
    assert recover(interrupted) is None


def test_files_that_were_changed_since_stay(interrupted: Path) -> None:
    """A user who has mended the tree by hand keeps the result."""
    (interrupted / "a").write_text("mine")
    (interrupted / "b").unlink()
    (interrupted / "new").mkdir()
    (interrupted / "new/d").write_text("mine")
    assert recover(interrupted) == ["new/d", "a", "b"]
    assert read_files(interrupted) == {"a": b"mine", "c": b"old c", "new/d": b"mine"}


def test_an_interrupted_recovery_goes_on(interrupted: Path) -> None:
    """A file that was being restored has the beginning of its old content."""
    (interrupted / "a").write_text("old")
    assert recover(interrupted) == []
    assert (interrupted / "a").read_text() == "old a"


def test_contents_without_a_journal_say_nothing(interrupted: Path) -> None:
    """The command was killed before its first file, or after its last one."""
    (interrupted / DIRECTORY / "journal.json").unlink()
    (interrupted / "a").write_text("new a")
    assert recover(interrupted) is None
    assert (interrupted / "a").read_text() == "new a"
    assert not (interrupted / "var").exists()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"files": [1], "directories": []}'])
def test_a_damaged_journal_is_an_error(interrupted: Path, text: str) -> None:
    """The saved contents stay for their user."""
    (interrupted / DIRECTORY / "journal.json").write_text(text)
    with pytest.raises(ScaffoldError) as caught:
        recover(interrupted)
    assert str(caught.value) == (
        "var/scaffold/journal.json is damaged: compare the files in var/scaffold with those of the "
        "project, and delete that directory"
    )
    assert (interrupted / DIRECTORY / "0.old").read_text() == "old a"


def test_a_recovery_that_cannot_write_is_one_line(interrupted: Path) -> None:
    """The journal stays, and another call goes on."""
    (interrupted / "a").unlink()
    (interrupted / "a").mkdir()
    with pytest.raises(ScaffoldError) as caught:
        recover(interrupted)
    assert str(caught.value) == (
        "a command was interrupted, and its changes cannot be taken back ([Errno 21] Is a directory: "
        f"'{interrupted}/a'): mend that, and repeat the command"
    )
    (interrupted / "a").rmdir()
    assert recover(interrupted) == ["a"]


def test_a_file_that_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    """The files before it are as they were."""
    (tmp_path / "a").write_text("old a")
    (tmp_path / "b").write_text("no directory")
    with pytest.raises(ScaffoldError) as caught:
        write_all(tmp_path, {"a": b"new a", "b/c": b"new c"})
    assert str(caught.value) == "b/c cannot be written (File exists): nothing is changed"
    assert read_files(tmp_path) == {"a": b"old a", "b": b"no directory"}


def test_a_directory_that_is_a_link_stays(tmp_path: Path) -> None:
    """Its last file goes; the link is its user's."""
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/a").write_text("old a")
    (tmp_path / "link").symlink_to("elsewhere")
    write_all(tmp_path, {"link/a": None})
    assert (tmp_path / "link").is_symlink()
    assert read_files(tmp_path) == {}
