"""Changes that are collected, shown and written."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.changes.changes import Changes

from support.skeletons import read_files


@pytest.fixture
def changes(tmp_path: Path) -> Changes:
    """Return the changes of a directory with two files."""
    (tmp_path / "one.py").write_bytes(b"a = 1\r\nb = 2\r\n")
    (tmp_path / "two.py").write_text("c = 3")
    return Changes(tmp_path)


def test_reading_sees_the_changes(changes: Changes) -> None:
    """Nothing is written until they are applied."""
    changes.create("new/three.py", "d = 4\n")
    changes.write("two.py", "c = 4\n")
    changes.delete("one.py")
    assert (changes.exists("new/three.py"), changes.exists("one.py")) == (True, False)
    assert changes.read("two.py") == "c = 4\n"
    assert changes.files("new", ".py") == ["new/three.py"]
    assert sorted(read_files(changes.root)) == ["one.py", "two.py"]


def test_lines_go_on_to_end_as_they_do(changes: Changes) -> None:
    """A file of Windows stays one."""
    changes.write("one.py", changes.read("one.py") + "x = 5\n")
    changes.apply()
    assert (changes.root / "one.py").read_bytes() == b"a = 1\r\nb = 2\r\nx = 5\r\n"


def test_the_diff_makes_the_changes(
    changes: Changes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Git applies it to a copy, which is then equal, whatever the form of the files."""
    (changes.root / "marked.py").write_bytes(b"\xef\xbb\xbfe = 5\r\nf = '\xe2\x80\xa8'\r\n")
    changes.create("new/three.py", "d = 4\n")
    changes.create("new/empty.py", "")
    for path in ("two.py", "marked.py"):
        changes.write(path, changes.read(path) + "g = 6")
    changes.delete("one.py")
    copy = tmp_path_factory.mktemp("copy") / "project"
    shutil.copytree(changes.root, copy)
    subprocess.run(["git", "apply", "-"], cwd=copy, input=changes.diff().encode(), check=True)
    changes.apply()
    assert read_files(copy) == read_files(changes.root)


def test_an_existing_file_is_not_overwritten(changes: Changes) -> None:
    """Neither is a directory, nor what a link leads to."""
    (changes.root / "lost.py").symlink_to("nowhere.py")
    (changes.root / "empty").mkdir()
    for path in ("two.py", "lost.py", "empty"):
        with pytest.raises(ScaffoldError) as caught:
            changes.create(path, "")
        assert str(caught.value) == f"{path} exists already: move it away first"


def test_a_file_of_another_encoding_is_an_error(changes: Changes) -> None:
    """The scaffold reads UTF-8."""
    (changes.root / "three.py").write_bytes(b"# \xe9\n")
    with pytest.raises(ScaffoldError) as caught:
        changes.read("three.py")
    assert str(caught.value) == "three.py is not UTF-8: save it as UTF-8"


def test_a_file_that_is_a_directory_is_an_error(changes: Changes) -> None:
    """The error names it, and the reason."""
    (changes.root / "alembic.ini").mkdir()
    with pytest.raises(ScaffoldError) as caught:
        changes.read("alembic.ini")
    assert str(caught.value) == "alembic.ini cannot be read (Is a directory): mend that"


def test_a_byte_order_mark_stays(changes: Changes) -> None:
    """It is no part of the text."""
    (changes.root / "marked.py").write_bytes(b"\xef\xbb\xbfa = 1\n")
    assert changes.read("marked.py") == "a = 1\n"
    changes.write("marked.py", "a = 2\n")
    changes.apply()
    assert (changes.root / "marked.py").read_bytes() == b"\xef\xbb\xbfa = 2\n"


def test_lines_with_different_ends_keep_them(changes: Changes) -> None:
    """New lines end with a newline alone."""
    (changes.root / "mixed.py").write_bytes(b"a = 1\r\nb = 2\n")
    changes.write("mixed.py", changes.read("mixed.py") + "c = 3\n")
    changes.apply()
    assert (changes.root / "mixed.py").read_bytes() == b"a = 1\r\nb = 2\nc = 3\n"


def test_a_file_behind_a_link_is_changed_in_its_place(changes: Changes) -> None:
    """The link stays, and so does the mode of the file."""
    (changes.root / "two.py").chmod(0o750)
    (changes.root / "link.py").symlink_to("two.py")
    changes.write("link.py", "c = 4\n")
    changes.apply()
    assert os.readlink(changes.root / "link.py") == "two.py"
    assert (changes.root / "two.py").read_text() == "c = 4\n"
    assert (changes.root / "two.py").stat().st_mode & 0o777 == 0o750


def test_a_link_is_not_deleted(changes: Changes) -> None:
    """Its user has put it there."""
    (changes.root / "link.py").symlink_to("two.py")
    with pytest.raises(ScaffoldError) as caught:
        changes.delete("link.py")
    assert str(caught.value) == "link.py is a link: delete it by hand first"


def test_a_trial_leaves_the_changes_alone(changes: Changes) -> None:
    """A copy has the same changes, and may have others."""
    changes.create("new.py", "d = 4\n")
    trial = changes.copy()
    trial.delete("one.py")
    assert trial.actions() == {"new.py": "create", "one.py": "delete"}
    assert changes.actions() == {"new.py": "create"}


def test_a_change_to_the_same_text_is_none(changes: Changes) -> None:
    """Neither is a new file that is deleted again."""
    changes.write("two.py", "c = 3")
    changes.create("new.py", "")
    changes.delete("new.py")
    assert (changes.actions(), changes.diff(), changes.apply()) == ({}, "", [])


def test_nothing_is_written_with_a_conflict(changes: Changes) -> None:
    """The error has the lines of all files."""
    changes.write("two.py", "c = 4\n")
    changes.conflicts += ["a.py has ...", "b.py has ..."]
    for act in (changes.apply, changes.diff):
        with pytest.raises(ScaffoldError) as caught:
            act()
        assert str(caught.value) == (
            "a.py has ...\n\nb.py has ...\n\nNothing is written: do that first, or type --by-hand"
        )
    assert (changes.root / "two.py").read_text() == "c = 3"
