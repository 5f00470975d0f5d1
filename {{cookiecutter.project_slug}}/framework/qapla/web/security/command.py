"""The command of tokens: create, list and revoke them.

A module of the project ends with `tokens_command(main, "main", Tokens)()`.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import click
from sqlalchemy.orm import Session

from qapla.exceptions import QaplaError
from qapla.web.configuration import configure_web
from qapla.web.errors.exceptions import is_unavailable, one_line
from qapla.web.introspection import permissions_of
from qapla.web.security.tokens import TokenDriver, as_utc

if TYPE_CHECKING:
    from qapla.database.application import DatabaseApplication

_LONGEST = 36500


def tokens_command(
    application: "DatabaseApplication", name: str, driver: type[TokenDriver]
) -> click.Group:
    """Return the command of a database's tokens, for the end of a module.

    Args:
        application: The application, which the command prepares.
        name: The name of the database.
        driver: The driver of the tokens.
    """

    @contextmanager
    def opened() -> Iterator[Session]:
        """Open a session; an error of the framework or of the database ends with one line."""
        try:
            with application.run_command().dbs[name].get_session() as session:
                yield session
        except QaplaError as error:
            raise click.ClickException(str(error)) from None
        except Exception as error:
            if not is_unavailable(error):
                raise
            raise click.ClickException(one_line(error)) from None

    @click.group()
    def command() -> None:
        """Create, list and revoke the tokens of the web."""

    @command.command()
    @click.argument("userid", metavar="NAME")
    @click.option(
        "--permission", "permissions", multiple=True, required=True, help="Again for more."
    )
    @click.option("--days", type=int, help="Days until it expires; by default it never does.")
    def create(userid: str, permissions: tuple[str, ...], days: int | None) -> None:
        """Create a token for a user id, and print it: it is not shown again."""
        if days is not None and not 0 < days <= _LONGEST:
            raise click.ClickException(f"--days is {days}: expected 1 to {_LONGEST}")
        expires_at = None if days is None else datetime.now(UTC) + timedelta(days=days)
        with opened() as session:
            token = driver(session).create(userid, permissions, expires_at)
            session.commit()
        click.echo(token)
        click.echo("keep it: it is not shown again", err=True)
        if warning := _unknown(application, permissions):
            revoke = f"`revoke {token.partition('.')[0]}`"
            click.echo(
                f"{warning}: where it is misspelt, type {revoke}, and create another", err=True
            )

    @command.command("list")
    def list_tokens() -> None:
        """List the tokens: id, name, permissions, and the time at which they expire."""
        with opened() as session:
            for token in driver(session).list_all():
                end = token.expires_at and f"expires {as_utc(token.expires_at):%Y-%m-%d %H:%M} UTC"
                click.echo(
                    f"{token.id}  {token.name}  {token.permissions}  {end or 'never expires'}"
                )

    @command.command()
    @click.argument("token_id", metavar="ID")
    def revoke(token_id: str) -> None:
        """Revoke a token by its id, which is the number before the dot."""
        with opened() as session:
            if not driver(session).revoke(token_id):
                raise click.ClickException(f"there is no token {token_id!r}: `list` lists them")
            session.commit()
        click.echo(f"revoked {token_id}", err=True)

    return command


def _unknown(application: "DatabaseApplication", permissions: Iterable[str]) -> str:
    """Return a warning of permissions that no view has, or an empty text.

    It refuses none: the code of a view may ask for a permission as well.
    """
    try:
        known = permissions_of(configure_web(application))
    except Exception:
        # The token is made: a web application that cannot be made is the matter of its server.
        return ""
    unknown = ", ".join(repr(it) for it in sorted(set(permissions) - known))
    listed = ", ".join(sorted(known)) or "none"
    return f"no view has the permission {unknown}; known: {listed}" if unknown else ""
