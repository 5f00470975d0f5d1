"""Schedule a task in the settings of the project."""

from qapla.scaffold.project import Change
from qapla.scaffold.source.edit import append_to_dict

# The keys that lead to the schedule in the settings.
KEYS = ["celery", "beat_schedule"]


def schedule(name: str, task: str, seconds: float) -> Change:
    """Return a change of the settings that lets beat send a task again and again.

    Args:
        name: The name of the entry.
        task: The name of the task.
        seconds: The seconds from one time to the next.
    """
    values = entry(task, seconds)
    return lambda text, path: append_to_dict(text, "SETTINGS", KEYS, name, values, path)


def entry(task: str, seconds: float) -> dict[str, str]:
    """Return the items of an entry of the schedule, as source text; the arguments are as above."""
    return {"task": f'"{task}"', "schedule": str(seconds)}
