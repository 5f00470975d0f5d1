"""Numbers, times and places as people read them: the filters of the templates."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from qapla.ops.overview.counts import Count

_PREFIXES = {"exact": "", "estimated": "about ", "least": "more than "}
_UNITS = (("day", 86400), ("hour", 3600), ("minute", 60))


def rows(count: Count | None) -> str:
    """Return the number of a table's rows, or a dash without one."""
    return "\u2013" if count is None else f"{_PREFIXES[count.kind]}{count.rows:,}"


def milliseconds(seconds: float | None) -> str:
    """Return a duration, with one digit after the point below ten milliseconds."""
    if seconds is None:
        return "\u2013"
    number = seconds * 1000
    return f"{number:.1f} ms" if number < 9.95 else f"{number:,.0f} ms"


def share(seconds: float | None, whole: float) -> str:
    """Return a duration as a percentage of another one, at most 100."""
    return f"{min(100.0, (seconds or 0) / whole * 100):.1f}" if whole else "0"


def age(passed: timedelta) -> str:
    """Return a period in its largest unit: `3 minutes`."""
    seconds = max(0, int(passed.total_seconds()))
    for unit, size in _UNITS:
        if seconds >= size:
            return counted(seconds // size, unit)
    return counted(seconds, "second")


def clock(moment: datetime) -> str:
    """Return a moment as the time of this machine's clock."""
    return f"{moment.astimezone():%H:%M:%S}"


def below(root: Path) -> Callable[[str], str]:
    """Return a filter that shortens the path of a file below a directory.

    Args:
        root: The directory of the project.
    """

    def place(path: str) -> str:
        return path.removeprefix(f"{root}/")

    return place


def counted(number: int, unit: str) -> str:
    """Return a number with its unit, which has a regular plural."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"
