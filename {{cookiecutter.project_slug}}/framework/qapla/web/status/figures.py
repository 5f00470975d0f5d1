"""The first lines of the page: whether everything is ready, and the figures of the whole."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from qapla.ops.overview.state import State
from qapla.web.status.recorder import Entry
from qapla.web.status.texts import counted, milliseconds

# How many times as long as the median a whole bar is.
_SCALE = 5


@dataclass(frozen=True)
class Verdict:
    """Whether everything is ready: a sentence, and the names of all that is not."""

    kind: str
    title: str
    detail: str = ""


@dataclass(frozen=True)
class Figure:
    """A figure: its label, its value with a unit, and `ok`, `warn`, `bad` or an empty text."""

    label: str
    value: str
    unit: str = ""
    kind: str = ""


def verdict_of(state: State) -> Verdict:
    """Return whether the databases and services are ready."""
    faults = [f"the database {each.name}" for each in state.databases if not each.ready]
    faults += [f"the {name}" for name, (ready, _) in state.services.items() if not ready]
    if faults:
        return Verdict("bad", "Not ready", ", ".join(faults))
    return Verdict("ok", "Everything is ready")


def figures_of(state: State, entries: Sequence[Entry]) -> list[Figure]:
    """Return the figures of the whole."""
    return list(_figures(state, entries))


def scale_of(entries: Sequence[Entry]) -> float:
    """Return the seconds of a whole bar: one slow request does not make all others invisible."""
    durations = _durations(entries)
    return min(max(durations), _SCALE * median(durations)) if durations else 0.0


def _durations(entries: Sequence[Entry]) -> list[float]:
    return [entry.seconds for entry in entries if entry.seconds is not None]


def _figures(state: State, entries: Sequence[Entry]) -> Iterator[Figure]:
    ready = sum(each.ready for each in state.databases)
    every = len(state.databases)
    yield Figure("Databases", f"{ready}/{every}", "ready", "" if ready == every else "bad")
    if state.workers is not None:
        count = len(state.workers)
        yield Figure("Workers", str(count), "online", "" if count else "warn")
    elif state.services:
        yield Figure("Workers", "\u2013", "not asked", "warn")
    backlogs = [each for database in state.databases for each in database.backlogs.values()]
    if backlogs:
        parked = sum(each.parked for each in backlogs)
        unit = f"due, {parked} parked" if parked else "due"
        yield Figure("Outbox", str(sum(each.due for each in backlogs)), unit, "bad" * bool(parked))
    durations = _durations(entries)
    if durations:
        value, _, unit = milliseconds(median(durations)).partition(" ")
        yield Figure("Median request", value, f"{unit} of the last {len(durations)}")
    else:
        yield Figure("Median request", "\u2013", "no request yet")
    repeated = sum(entry.statements.repeated > 0 for entry in entries)
    value, _, unit = counted(repeated, "request").partition(" ")
    yield Figure("Repeated SQL", value, unit, "warn" * bool(repeated))
