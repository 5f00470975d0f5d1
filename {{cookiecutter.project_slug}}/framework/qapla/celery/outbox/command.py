"""The command of a relay: send messages, list the parked ones, and send those again.

A module of the project ends with `relay_command(relay)()`.
"""

import click

from qapla.celery.outbox.relay import Relay
from qapla.exceptions import QaplaError


def relay_command(relay: Relay) -> click.Group:
    """Return the command of a relay, for the end of its module.

    Args:
        relay: The relay, whose application the command prepares.
    """

    @click.group(invoke_without_command=True)
    @click.option("--interval", default=1.0, help="Seconds between two looks into the outbox.")
    @click.pass_context
    def command(context: click.Context, interval: float) -> None:
        """Send the messages of the outbox until the process ends."""
        try:
            relay.application.run_command()
        except QaplaError as error:
            raise SystemExit(str(error)) from None
        if context.invoked_subcommand is None:
            relay.run_forever(interval)

    @command.command()
    def parked() -> None:
        """List the messages that could not be sent."""
        with relay.application.dbs[relay.name].get_session() as session:
            messages = relay.outbox(session).parked()
            for message in messages:
                click.echo(
                    f"{message.task_id}  {message.task}  {message.attempts} attempts  {message.error}"
                )
        click.echo(f"{len(messages)} parked", err=True)

    @command.command()
    @click.argument("task_ids", nargs=-1)
    @click.option("--all", "everything", is_flag=True, help="Every parked message.")
    def retry(task_ids: tuple[str, ...], everything: bool) -> None:
        """Send parked messages again, by the ids of their tasks."""
        if bool(task_ids) is everything:
            raise click.UsageError("name the tasks, or type --all")
        with relay.application.dbs[relay.name].get_session() as session:
            outbox = relay.outbox(session)
            unknown = set(task_ids) - {message.task_id for message in outbox.parked()}
            if unknown:
                raise click.ClickException(f"not parked: {', '.join(sorted(unknown))}")
            number = outbox.unpark(None if everything else task_ids)
            session.commit()
        click.echo(f"{number} to be sent again", err=True)

    return command
