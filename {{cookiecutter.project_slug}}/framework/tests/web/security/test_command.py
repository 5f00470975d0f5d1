"""The command that creates, lists and revokes tokens."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner, Result
from pyramid.config import Configurator
from pyramid.security import NO_PERMISSION_REQUIRED
from sqlalchemy.orm import Session

from qapla.database.database import Database
from qapla.exceptions import SettingsError
from qapla.web.security.command import tokens_command

from support.tokens import Model, Tokens

Run = Callable[..., Result]


def run_wsgi(settings: dict[str, Any]) -> Any:
    """Return a web application whose views have the permissions `read` and `write`."""
    config = Configurator()
    config.set_default_permission("read")
    for name, permission in (("all", None), ("one", "write"), ("open", NO_PERMISSION_REQUIRED)):
        config.add_route(name, f"/{name}")
        config.add_view(lambda request: {}, route_name=name, permission=permission, renderer="json")
    return config.make_wsgi_app()


def command_of(run_command: Callable[[], Any]) -> Run:
    """Return a function that runs the command of an application."""
    application: Any = SimpleNamespace(run_command=run_command, run_wsgi=run_wsgi)
    command = tokens_command(application, "main", Tokens)
    return lambda *arguments: CliRunner().invoke(command, arguments)


@pytest.fixture
def run(database: Database) -> Run:
    """Return a function that runs the command."""
    return command_of(lambda: SimpleNamespace(dbs={"main": database}))


CREATE = ("create", "Worf", "--permission", "read")


@pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
def test_tokens_are_created_listed_and_revoked(run: Run, session: Session) -> None:
    """The token alone is on the standard output, once."""
    created = run(*CREATE, "--permission", "write", "--days", "30")
    assert created.stderr == "keep it: it is not shown again\n"
    found = Tokens(session).find(created.stdout.strip())
    assert found is not None
    end = f"{found.expires_at:%Y-%m-%d %H:%M}"
    assert run(*CREATE).exit_code == 0
    first, second = run("list").stdout.splitlines()
    assert first == f"1  Worf  read write  expires {end} UTC"
    assert second == "2  Worf  read  never expires"
    assert (run("revoke", "1").exit_code, run("list").stdout) == (0, f"{second}\n")


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_permission_that_no_view_has_is_a_warning(run: Run, session: Session) -> None:
    """It lists the known ones; the token is made, as code may ask for the permission."""
    created = run("create", "Worf", "--permission", "rd", "--permission", "write")
    assert created.exit_code == 0
    assert Tokens(session).find(created.stdout.strip()) is not None
    assert created.stderr.splitlines() == [
        "keep it: it is not shown again",
        "no view has the permission 'rd'; known: read, write: where it is misspelt, type `revoke 1`, "
        "and create another",
    ]


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("create", "", *CREATE[2:]), "the name of a token is '': expected 1 to 200 printable"),
        (("create", "x" * 201, *CREATE[2:]), "expected 1 to 200 printable characters"),
        ((*CREATE[:3], "read write"), "the permission of a token is 'read write': expected a word"),
        ((*CREATE, "--days", "0"), "--days is 0: expected 1 to 36500"),
        ((*CREATE, "--days", "-1"), "--days is -1: expected 1 to 36500"),
        ((*CREATE, "--days", "9" * 30), "expected 1 to 36500"),
        (("revoke", "7"), "there is no token '7': `list` lists them"),
        (("revoke", "x"), "there is no token 'x'"),
    ],
)
def test_bad_input_is_one_line(run: Run, arguments: tuple[str, ...], line: str) -> None:
    """It names the rule, and nothing is written."""
    done = run(*arguments)
    assert (done.exit_code, done.stdout) == (1, "")
    assert line in done.stderr
    assert done.stderr.count("\n") == 1
    assert run("list").stdout == ""


@pytest.mark.parametrize("place", ["postgresql", "sqlite", "mariadb"], indirect=True)
@pytest.mark.parametrize("arguments", [CREATE, ("list",), ("revoke", "1")], ids=lambda a: a[0])
def test_a_database_that_is_not_ready_is_one_line(
    run: Run, database: Database, arguments: tuple[str, ...]
) -> None:
    """Without the table, and without the database: the line has the command to type."""
    Model.metadata.drop_all(database.engine)
    unmigrated = run(*arguments)
    database.drop()
    missing = run(*arguments)
    for done in (unmigrated, missing):
        assert (done.exit_code, done.stdout) == (1, "")
        assert "qapla db upgrade --database main" in done.stderr
        assert done.stderr.count("\n") == 1


def test_an_application_with_a_wrong_setting_is_one_line() -> None:
    """It is prepared by the command."""

    def fail() -> Any:
        raise SettingsError("the variable X is wrong")

    assert command_of(fail)("list").output == "Error: the variable X is wrong\n"
