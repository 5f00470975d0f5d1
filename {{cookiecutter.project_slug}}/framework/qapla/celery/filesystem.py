"""The development broker and its results, in files that are written atomically.

With kombu 5.7 and Celery 5.7 a reader may find a file that is still being written, and the two
writers of a result may mix: messages are lost, and results cannot be read. A file that gets its name
when it is complete is never seen half. Source: POSIX, "rename".
"""

import time
from pathlib import Path
from typing import Any

from celery import Celery
from celery.backends.filesystem import FilesystemBackend
from kombu.transport import TRANSPORT_ALIASES, filesystem
from kombu.utils.encoding import ensure_bytes
from kombu.utils.json import dumps
from kombu.utils.uuid import uuid

# A look at a file is cheap; Celery's half a second is long to wait for a result.
INTERVAL = 0.05


def use_atomic_writes(app: "Celery[Any]") -> None:
    """Use the classes of this module for `filesystem://` and `file://`.

    Args:
        app: The Celery application whose results are meant; the broker is that of every one.
    """
    TRANSPORT_ALIASES["filesystem"] = f"{__name__}:Transport"
    app.loader.override_backends = {"file": f"{__name__}:Backend"}


class Channel(filesystem.Channel):
    """Put each message as a whole file."""

    def _put(self, queue: str, payload: Any, **_: Any) -> None:  # type: ignore[override]
        # The time first: messages are taken in the order of their names, and found by the rest.
        name = f"{time.monotonic_ns() // 1_000_000}_{uuid()}.{queue}.msg"
        _write(Path(self.data_folder_out, name), dumps(payload))


class Transport(filesystem.Transport):
    """A broker in a directory, whose messages are whole files."""

    Channel = Channel


class Backend(FilesystemBackend):
    """Results in a directory, as whole files."""

    def set(self, key: Any, value: Any) -> None:
        """Keep a result, in place of the one before."""
        _write(Path(self._filename(key).decode()), value)  # type: ignore[attr-defined]

    def wait_for(self, *args: Any, interval: float = INTERVAL, **options: Any) -> Any:
        """Wait for the result of a task."""
        options["interval"] = min(interval, INTERVAL)
        return super().wait_for(*args, **options)

    def get_many(self, *args: Any, interval: float = INTERVAL, **options: Any) -> Any:
        """Wait for the results of several tasks."""
        options["interval"] = min(interval, INTERVAL)
        return super().get_many(*args, **options)


def _write(path: Path, content: Any) -> None:
    # Nobody looks for a name that ends so.
    unfinished = path.with_name(f"{uuid()}.tmp")
    unfinished.write_bytes(ensure_bytes(content))
    unfinished.replace(path)
