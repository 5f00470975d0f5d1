"""One directory for the metrics of a process and of those that it forks.

Each process writes files of its own in there, and whichever is asked adds them up. prometheus-client
finds the directory when it is imported.
Source: prometheus-client, "Multiprocess Mode (E.g. Gunicorn)".
"""

import atexit
import os
import shutil
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
PACKAGE = "prometheus_client"


def share_files() -> None:
    """Make the directory for this process and its children, unless the variable names one.

    It goes when this process ends. A directory of one's own has to be emptied between two runs.
    Where prometheus-client was imported before, its metrics stay in memory, each process for itself;
    where it is not installed, there are none.
    """
    if VARIABLE in os.environ or PACKAGE in sys.modules or find_spec(PACKAGE) is None:
        return
    directory = os.environ[VARIABLE] = tempfile.mkdtemp(prefix="metrics-")
    atexit.register(_remove, directory, os.getpid())


def forget_process(pid: int) -> None:
    """Forget the gauges of a process that has ended; its counts stay."""
    if VARIABLE not in os.environ or not any(Path(os.environ[VARIABLE]).glob("*.db")):
        return
    from prometheus_client.multiprocess import mark_process_dead

    mark_process_dead(pid)  # type: ignore[no-untyped-call]


def forget_ended_processes() -> None:
    """Forget the gauges of the processes that were killed, and could not do it themselves."""
    for path in Path(os.environ[VARIABLE]).glob("gauge_live*.db"):
        pid = int(path.stem.rpartition("_")[2])
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            forget_process(pid)
        except PermissionError:
            # Of another user.
            continue


def _remove(directory: str, owner: int) -> None:
    # A child that is forked has inherited the registration.
    if os.getpid() == owner:
        shutil.rmtree(directory, ignore_errors=True)
