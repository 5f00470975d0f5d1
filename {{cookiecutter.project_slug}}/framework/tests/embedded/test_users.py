"""The embedded server of several users of a machine, and of root."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from embedded_use import Use

UseServer = Callable[..., Use]
USER, OTHER = "daemon", "nobody"

_CLOSED = [path for path in Path(sys.prefix).parents if not path.stat().st_mode & 0o001]

pytestmark = [
    pytest.mark.skipif(
        not hasattr(os, "geteuid") or os.geteuid() != 0,
        reason="only root can start processes of several users",
    ),
    pytest.mark.skipif(
        bool(_CLOSED),
        reason=f"other users cannot reach the virtual environment: type `chmod o+x {_CLOSED[:1]}`",
    ),
]


@pytest.fixture
def home(data: Path) -> Path:
    """Return the directory of a user's own project, with nothing in it."""
    directory = data.parent / "home"
    directory.mkdir(mode=0o755)
    shutil.chown(directory, USER)
    data.parent.chmod(0o755)
    return directory


def owners(directory: Path) -> set[str]:
    """Return the owners of whatever is in a directory, and its own."""
    return {path.owner() for path in (directory, *directory.rglob("*")) if not path.is_socket()}


def modes(directory: Path) -> dict[Path, int]:
    """Return the permissions of the directories on the way to one."""
    return {path: path.stat().st_mode for path in (directory, *directory.parents)}


def test_two_users_of_a_machine(home: Path, use: UseServer) -> None:
    """Each has a server of their own, at the same time."""
    theirs = home.with_name("theirs")
    theirs.mkdir()
    shutil.chown(theirs, OTHER)
    first, second = use(home / "var" / "postgres", USER), use(theirs / "postgres", OTHER)
    assert first.ask() == str(home / "var" / "postgres")
    assert second.ask() == str(theirs / "postgres")


def test_a_deep_directory_of_two_users(home: Path, use: UseServer) -> None:
    """The links to directories that are too deep for a socket do not meet either."""
    deep = home / ("d" * 120)
    for user in (USER, "root"):
        process = use(deep / "postgres", user)
        assert process.ask() == str(deep / "postgres")
        assert process.query["host"].startswith("/tmp/qapla-")  # noqa: S108 (a prefix)
        process.end()


def test_data_of_another_user(home: Path, use: UseServer) -> None:
    """Nobody but the owner and root starts the server; the error says so, and changes nothing."""
    data = home / "postgres"
    process = use(data, USER)
    assert process.query
    for _ in ("running", "stopped"):
        assert use(data, OTHER).error == (
            f"the data of the embedded PostgreSQL in {data} belongs to the user daemon, and this "
            "process runs as nobody: run it as daemon, or set the variable ROTARRAN_PATHS__VAR to a "
            "directory of your own"
        )
        process.end()
    assert owners(home) == {USER}


def test_root_after_the_user_and_the_user_after_root(home: Path, use: UseServer) -> None:
    """Whoever is first, everything in a user's directory is the user's, and both can use it."""
    data = home / "var" / "postgres"
    before = modes(home)
    for user in ("root", USER, "root", USER):
        process = use(data, user)
        assert process.ask() == str(data)
        process.end()
        assert owners(home) == {USER}
    assert modes(home) == before


def test_root_and_the_user_together(home: Path, use: UseServer) -> None:
    """They share the server, whoever has started it, and the last stops it."""
    for first, last in (("root", USER), (USER, "root")):
        one, other = use(home / "postgres", first), None
        number = one.ask("SELECT pg_postmaster_start_time()")
        other = use(home / "postgres", last)
        assert other.ask("SELECT pg_postmaster_start_time()") == number
        one.end()
        assert other.ask() == str(home / "postgres")
        other.end()
        assert not (home / "postgres" / "postmaster.pid").exists()


def test_root_in_a_directory_of_its_own(data: Path, use: UseServer) -> None:
    """PostgreSQL runs as another user, which can enter root's directory but not list it."""
    closed = data.parent / "closed"
    closed.mkdir(mode=0o700)
    place = closed / "var" / "postgres"
    process = use(place, "root")
    assert process.ask() == str(place)
    assert closed.stat().st_mode & 0o777 == 0o701
    assert (place.owner(), place.parent.owner()) == ("nobody", "root")


def test_data_that_root_has_copied(data: Path, use: UseServer) -> None:
    """Data of root's are left as they are: the error says how to make them another user's."""
    subprocess.run(["cp", "-r", data, data.with_name("copied")], check=True)
    copied = data.with_name("copied")
    assert use(copied, "root").error == (
        f"the data of the embedded PostgreSQL in {copied} belongs to root, which PostgreSQL does "
        f"not run as: type `chown -R nobody {copied}`"
    )
    assert owners(copied) == {"root"}


@pytest.mark.parametrize("exists", [True, False])
def test_a_directory_that_cannot_be_written(exists: bool, home: Path, use: UseServer) -> None:
    """A checkout that is read-only, with data or without, is told in one line."""
    data = home / "postgres"
    if exists:
        use(data, USER).end()
        mount = ["mount", "--bind", "-o", "ro"]
        if subprocess.run([*mount, home, home], capture_output=True).returncode != 0:
            pytest.skip("nothing can be mounted here")
        reason, user = "Read-only file system", USER
    else:
        shutil.chown(home, "root")
        reason, user = "Permission denied", OTHER
    try:
        assert use(data, user).error == (
            f"the embedded PostgreSQL cannot keep its data in {data} ({reason}): "
            "set the variable ROTARRAN_PATHS__VAR to a directory that can be written"
        )
    finally:
        if exists:
            subprocess.run(["umount", home], check=True)
