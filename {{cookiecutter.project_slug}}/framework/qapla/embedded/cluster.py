"""The data of the embedded server: made by `initdb` in the current directory."""

import contextlib
import locale
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

# Beside the data, which is complete only without it.
_PARTIAL = ".initdb"
# Within double quotes, where initdb puts the path of the server for a shell.
_SPECIAL_IN_SHELL = frozenset('$`"')


class StartError(Exception):
    """The server does not start; the text is the reason."""


def server_environment() -> dict[str, str]:
    """Return the environment of PostgreSQL's programs, without settings meant for its clients."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    try:
        locale.setlocale(locale.LC_ALL, "")
    except locale.Error:
        # The machine has no such locale, and initdb would refuse it.
        environment["LC_ALL"] = "C"
    return environment


def initialise(programs: Path) -> None:
    """Make the data in the current directory, unless it is there.

    `initdb` works in a subdirectory, whose content moves up once it is complete, `PG_VERSION` last.
    The rest of a killed one is known by its name, and removed or moved up by the next.

    Raises:
        StartError: The directory holds something else, or `initdb` fails.
    """
    partial = Path(_PARTIAL)
    others = set(os.listdir()) - {_PARTIAL}
    if "PG_VERSION" not in others:
        if not partial.exists() and others:
            raise StartError("the directory is neither empty nor a data directory of PostgreSQL")
        if not others:
            if partial.exists():
                shutil.rmtree(partial)
            _run_initdb(programs, partial)
        os.chmod(".", 0o700)
        for name in sorted(os.listdir(partial), key="PG_VERSION".__eq__):
            (partial / name).rename(name)
        partial.rmdir()


def _run_initdb(programs: Path, directory: Path) -> None:
    with contextlib.ExitStack() as stack:
        if sys.platform != "win32" and _SPECIAL_IN_SHELL & set(str(programs)):
            programs = stack.enter_context(_plainly_named(programs))
        # The user `postgres` is the server's own, whoever it runs as.
        command = [str(programs / "initdb"), "--auth=trust", "--encoding=utf8", "-U", "postgres"]
        done = subprocess.run(
            [*command, "-D", str(directory)],
            env=server_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    if done.returncode != 0:
        errors = [line for line in done.stderr.splitlines() if "error:" in line]
        reason = errors[0] if errors else last_line(done.stderr)
        raise StartError(reason or f"initdb ends with {done.returncode}")


@contextlib.contextmanager
def _plainly_named(programs: Path) -> Iterator[Path]:
    """Copy `initdb` and `postgres` to a path without characters that are special in a shell.

    A link would not do, as both resolve their own path. Libraries are found relative to a program.
    """
    install = programs.parent
    package = install.parent
    with tempfile.TemporaryDirectory(prefix="qapla-initdb-") as root:
        copy = Path(root, package.name, install.name)
        (copy / programs.name).mkdir(parents=True)
        for program in ("initdb", "postgres"):
            shutil.copy(programs / program, copy / programs.name)
        libraries = package.with_name(f"{package.name}.libs")
        for source in (*install.iterdir(), *package.iterdir(), libraries):
            link = Path(root, source.relative_to(package.parent))
            if not link.exists() and source.exists():
                link.symlink_to(source)
        yield copy / programs.name


def last_line(text: str) -> str:
    """Return the last line of a program's output that is not empty."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""
