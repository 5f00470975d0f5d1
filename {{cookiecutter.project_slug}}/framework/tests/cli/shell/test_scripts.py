"""`qapla shell` without a terminal: code of an option or of standard input."""

import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from qapla.cli.shell.script import run_script

from support.stamping import add_unmanaged

Run = Callable[..., subprocess.CompletedProcess[str]]
TABLES = "Ship.metadata.create_all(main.get_bind())\n"
NAMES = "print(*sorted(name for name in dir() if not name.startswith('__')))"


def test_a_script_has_the_names_of_the_project(shell: Run) -> None:
    """A name of two databases is the first one's; with `--database` there are those of one."""
    done = shell("-c", NAMES)
    assert (done.returncode, done.stdout) == (
        0,
        "Event Inbox InboxMessage Outbox OutboxMessage Ship ShipReadDriver ShipWriteDriver "
        "analytics analytics_Ship analytics_ShipReadDriver analytics_ShipWriteDriver application func "
        "main select\n",
    )
    only = shell("--database", "analytics", "-c", f"{NAMES}; print(Ship.__module__)")
    assert only.stdout == (
        "Event Ship ShipReadDriver ShipWriteDriver analytics application func select\n"
        "qapla_sample.databases.analytics.ship\n"
    )


def test_an_unmanaged_database_without_a_url(shell: Run, fleet_root: Path) -> None:
    """Its session has its name, and the first use names the variable to set."""
    add_unmanaged(fleet_root)
    assert shell("-c", "print(ShipReadDriver(main))").returncode == 0
    done = shell("-c", "print(ShipReadDriver(legacy).count())")
    assert done.returncode == 1
    last = done.stderr.splitlines()[-1]
    assert last.startswith("qapla.exceptions.DatabaseNotFound: database 'legacy' has no URL")
    assert last.endswith("set the variable QAPLA_SAMPLE_DATABASES__LEGACY__URL")


def test_standard_input_is_run_and_commits(shell: Run) -> None:
    """A pipe is a script, without a banner; the next one reads its rows."""
    code = f"{TABLES}ShipWriteDriver(main).create(name='Rotarran')\nmain.commit()\n"
    written = shell(code=code)
    assert (written.returncode, written.stdout, written.stderr) == (0, "", "")
    assert shell(code="print(ShipReadDriver(main).count())").stdout == "1\n"


def test_uncommitted_writes_are_rolled_back_with_a_warning(shell: Run, fleet_root: Path) -> None:
    """It names the database; `exit()` is a good end as well."""
    lost = "database 'main': the shell ended with writes that nobody committed, and they are lost"
    code = f"{TABLES}ShipWriteDriver(main).create(name='Rotarran')\n"
    for end in ("", "exit()\n"):
        done = shell(code=code + end)
        assert (done.returncode, done.stderr.count(lost)) == (0, 1)
    with closing(sqlite3.connect(fleet_root / "main.db")) as connection:
        assert connection.execute("SELECT count(*) FROM ships").fetchone() == (0,)


def test_an_exception_ends_a_script_as_in_python(shell: Run) -> None:
    """A traceback of the script alone, with its line, and no warning beside it."""
    done = shell(code="main.add(Ship(name='Rotarran'))\nraise ValueError('Gowron')\n")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        "Traceback (most recent call last):\n"
        '  File "<stdin>", line 2, in <module>\n'
        "    raise ValueError('Gowron')\n"
        "ValueError: Gowron\n"
    )


@pytest.mark.parametrize(("code", "status"), [("raise SystemExit(7)", 7), ("main.", 1)])
def test_the_exit_code_of_a_script(
    code: str, status: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """One of its own, or 1 for a syntax error, which is shown."""
    with pytest.raises(SystemExit) as ended:
        run_script(code, "<string>", {})
    assert ended.value.code == status
    assert ("SyntaxError: invalid syntax" in capsys.readouterr().err) is (status == 1)


def test_an_unknown_database_is_one_line(shell: Run) -> None:
    """It lists the known ones."""
    done = shell("--database", "mian", "-c", "1")
    assert (done.returncode, done.stdout, done.stderr) == (
        1,
        "",
        "Error: there is no database 'mian'; known: main, analytics\n",
    )
