"""Schedule a task in the settings of the project."""

from qapla.scaffold.project import Change
from qapla.scaffold.source.edit import append_to_dict
from qapla.scaffold.source.remove import remove_from_dict


def schedule(name: str, task: str, seconds: float) -> Change:
    """Return a change of the settings that lets beat send a task again and again.

    Args:
        name: The name of the entry.
        task: The name of the task.
        seconds: The seconds from one time to the next.
    """
    values = {"task": f'"{task}"', "schedule": str(seconds)}
    return lambda text, path: append_to_dict(
        text, "SETTINGS", ["celery", "beat_schedule"], name, values, path
    )


def unschedule(name: str, task: str, seconds: float) -> Change:
    """Return a change of the settings that takes the entry of a task back; the rest is as above."""
    values = {"task": f'"{task}"', "schedule": str(seconds)}
    return lambda text, path: remove_from_dict(
        text, "SETTINGS", ["celery", "beat_schedule"], name, values, path
    )
