"""Take a task out of the schedule in the settings of the project."""

from qapla.scaffold.additions.schedule import KEYS, entry
from qapla.scaffold.project import Change
from qapla.scaffold.source.remove import remove_from_dict


def unschedule(name: str, task: str, seconds: float) -> Change:
    """Return a change of the settings that removes the entry of a task, if it is as it was made.

    Args:
        name: The name of the entry.
        task: The name of the task.
        seconds: The seconds from one time to the next.
    """
    values = entry(task, seconds)
    return lambda text, path: remove_from_dict(text, "SETTINGS", KEYS, name, values, path)
