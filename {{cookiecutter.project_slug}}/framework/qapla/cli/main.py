"""The commands, in groups; each imports its module when it runs, so that a short one starts fast."""

from importlib import import_module
from pathlib import Path
from typing import Any

import click

from qapla.exceptions import QaplaError

# The module of each command, and its name there.
COMMANDS = {
    "add": ("qapla.cli.add", "add"),
    "adopt": ("qapla.cli.adoption", "adopt"),
    "codemod": ("qapla.cli.codemod", "codemod"),
    "db": ("qapla.cli.db.group", "db"),
    "doctor": ("qapla.cli.doctor", "doctor"),
    "health": ("qapla.cli.health", "health"),
    "list": ("qapla.cli.show", "list_"),
    "remove": ("qapla.cli.remove", "remove"),
    "routes": ("qapla.cli.show", "routes"),
    "shell": ("qapla.cli.shell.command", "shell"),
    "update": ("qapla.cli.update", "update"),
}


class _Commands(click.Group):
    """A group whose commands are in modules of their own."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; an error of the framework is one line."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            # Click ends quietly when nobody reads its output any more.
            raise
        except (QaplaError, OSError) as error:
            raise click.ClickException(str(error)) from None


@click.command(cls=_Commands)
@click.pass_context
def main(context: click.Context) -> None:
    """Add databases, models and fields, show and migrate them, and update the project."""
    context.obj = Path.cwd()
