"""`qapla db lint`: dangerous statements in the SQL of revisions, found by squawk."""

import io
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import click

from qapla.cli.db.running.selection import DATABASE, Selection, select_managed

_ENGINE = "postgresql"
# A comment of a revision that somebody has read: `# squawk-ignore-file ban-drop-column`.
_IGNORE = "# squawk-ignore-file"
_CONFIGURATION = ".squawk.toml"
# Colours and links, which squawk writes into a file or a pipe too.
_ESCAPES = re.compile(r"\x1b(?:\[[0-9;]*m|\]8;.*?\x1b\\)")


@click.command()
@DATABASE
@click.option("--since", metavar="COMMIT", help="Only revisions that this commit of Git lacks.")
@click.pass_obj
def lint(directory: Path, names: tuple[str, ...], since: str | None) -> None:
    """Check the SQL of the revisions of PostgreSQL databases for dangerous locks.

    Nothing connects. A comment in a revision, `# squawk-ignore-file RULE`, excepts it from a rule.
    """
    selection = select_managed(directory, names)
    known = None if since is None else _committed(selection.root, since)
    with tempfile.TemporaryDirectory() as temporary:
        scripts = list(_write(selection, known, Path(temporary)))
        if not scripts:
            click.echo("no revision to check")
            return
        sys.exit(_squawk(selection.root, Path(temporary), scripts))


def _committed(root: Path, commit: str) -> set[str]:
    """Return the paths of the files that a commit has, below the root.

    Raises:
        ClickException: Git does not know the commit.
    """
    command = ["git", "ls-tree", "-r", "-z", "--name-only", commit]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    if done.returncode:
        raise click.ClickException(f"Git has no files of {commit!r}: {done.stderr.strip()}")
    return set(done.stdout.split("\0"))


def _write(selection: Selection, known: set[str] | None, directory: Path) -> Iterator[str]:
    """Write the SQL of each revision into a file of its own, and yield the paths, oldest first."""
    # Imported here, as `--help` needs no large library.
    from alembic import command
    from alembic.script import ScriptDirectory

    for database in selection.databases:
        if not database.managed or database.target.url.get_backend_name() != _ENGINE:
            continue
        script = ScriptDirectory.from_config(database.migrations.config())
        for revision in reversed(list(script.walk_revisions())):
            path = Path(revision.path)
            inside = path.relative_to(selection.root) if selection.root in path.parents else path
            # A merge has no statements of its own.
            if revision.is_merge_point or (known is not None and inside.as_posix() in known):
                continue
            config = database.migrations.config()
            config.output_buffer = io.StringIO()
            below = revision.down_revision or "base"
            command.upgrade(config, f"{below}:{revision.revision}", sql=True)
            file = directory / database.name / f"{path.stem}.sql"
            file.parent.mkdir(exist_ok=True)
            sql = f"{_ignored(path)}{config.output_buffer.getvalue()}"
            file.write_text(sql, encoding="utf-8")
            yield f"{database.name}/{file.name}"


def _ignored(revision: Path) -> str:
    """Return the comments of a revision that ignore rules of squawk, as comments of SQL."""
    lines = revision.read_text(encoding="utf-8").splitlines()
    found = [line.removeprefix("#").strip() for line in lines if line.startswith(_IGNORE)]
    return "".join(f"-- {line}\n" for line in found)


def _squawk(root: Path, directory: Path, scripts: Sequence[str]) -> int:
    """Run squawk, with the configuration of the project, and return its exit code.

    Raises:
        ClickException: It is not installed.
    """
    program = shutil.which("squawk", path=str(Path(sys.executable).parent)) or shutil.which(
        "squawk"
    )
    if program is None:
        raise click.ClickException(
            "squawk is not installed: type `uv sync --inexact` for the development dependencies"
        )
    configuration = root / _CONFIGURATION
    options = ["--config", str(configuration)] if configuration.exists() else []
    # Their beginning is a database, so that a message names it.
    command = [program, *options, *scripts]
    if sys.stdout.isatty():
        return subprocess.run(command, cwd=directory).returncode
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True)
    click.echo(_ESCAPES.sub("", done.stdout), nl=False)
    click.echo(done.stderr, err=True, nl=False)
    return done.returncode
