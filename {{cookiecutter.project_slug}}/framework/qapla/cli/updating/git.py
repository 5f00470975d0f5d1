"""Run git."""

import os
import shutil
import subprocess
from pathlib import Path

from qapla.exceptions import UpdateError

# Both commits of an update are the same whenever it runs, and whoever runs it.
_IDENTITY = {
    f"GIT_{role}_{key}": value
    for role in ("AUTHOR", "COMMITTER")
    for key, value in {"NAME": "qapla", "EMAIL": "qapla@localhost", "DATE": "@0 +0000"}.items()
}
# A hook or an alias of git sets them for its own repository.
_FOREIGN = ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_PREFIX")


def run_git(
    *arguments: str, directory: Path, index: Path | None = None, given: str = ""
) -> subprocess.CompletedProcess[str]:
    """Run a command of git, and return its output whatever its exit code.

    Args:
        arguments: The arguments.
        directory: The directory that it runs in.
        index: The file of an index other than that of the repository.
        given: The standard input.

    Raises:
        UpdateError: There is no git.
    """
    program = shutil.which("git")
    if program is None:
        raise UpdateError("git is not on PATH: install it, as an update merges with it")
    environment = {key: value for key, value in os.environ.items() if key not in _FOREIGN}
    if index is not None:
        environment["GIT_INDEX_FILE"] = str(index)
    # The hooks are about commits of the user's own.
    return subprocess.run(
        [program, "-c", f"core.hooksPath={os.devnull}", *arguments],
        cwd=directory,
        env={**environment, **_IDENTITY, "LC_ALL": "C"},
        input=given,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


def git(*arguments: str, directory: Path, index: Path | None = None, given: str = "") -> str:
    """Run a command of git, and return its output without the newline at the end.

    The arguments are those of `run_git`.

    Raises:
        UpdateError: It failed; the text has git's own reason.
    """
    done = run_git(*arguments, directory=directory, index=index, given=given)
    if done.returncode:
        raise UpdateError(f"git {arguments[0]} failed: {reason(done.stderr)}")
    return done.stdout.removesuffix("\n")


def paths(output: str) -> list[str]:
    """Return the paths of an output that ends each with a null (`-z`)."""
    return [path for path in output.split("\0") if path]


def reason(errors: str) -> str:
    """Return the line of git's error output that has the reason, without the advice around it."""
    lines = errors.strip().splitlines() or ["it gave no reason"]
    fatal = [line for line in lines if line.startswith(("fatal: ", "error: "))]
    return (fatal or lines)[-1].partition(": ")[2] or lines[-1]
