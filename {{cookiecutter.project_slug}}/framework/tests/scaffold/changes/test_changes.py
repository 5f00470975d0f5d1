"""Changes that are collected, shown and written."""

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


def test_the_diff_makes_the_changes(changes: Changes, tmp_path: Path) -> None:
    """Git applies it to a copy, which is then equal."""
    changes.create("new/three.py", "d = 4\n")
    changes.write("two.py", "c = 4\n")
    changes.delete("one.py")
    diff = changes.diff()
    copy = tmp_path / "copy"
    copy.mkdir()
    for path, content in read_files(changes.root).items():
        (copy / path).write_bytes(content)
    subprocess.run(["git", "apply", "-"], cwd=copy, input=diff.encode(), check=True)
    changes.apply()
    expected = {k: v for k, v in read_files(changes.root).items() if not k.startswith("copy/")}
    assert read_files(copy) == expected


def test_an_existing_file_is_not_overwritten(changes: Changes) -> None:
    """The error names it."""
    with pytest.raises(ScaffoldError) as caught:
        changes.create("two.py", "")
    assert str(caught.value) == "two.py exists already: move it away first"


def test_a_file_of_another_encoding_is_an_error(changes: Changes) -> None:
    """The scaffold reads UTF-8."""
    (changes.root / "three.py").write_bytes(b"# \xe9\n")
    with pytest.raises(ScaffoldError) as caught:
        changes.read("three.py")
    assert str(caught.value) == "three.py is not UTF-8: save it as UTF-8"
