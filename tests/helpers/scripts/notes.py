"""A task of no database that prints when it runs, and retries once.

As a program: send one (`one`), or late ones, one that retries, and five for now (`many`).
"""

import sys
from typing import Any

from qapla_sample.tasks.worker import app


@app.task(name="note", bind=True, max_retries=1)
def note(self: Any, name: str) -> None:
    """Print a name, and ask for a retry by that name."""
    print("RAN", name, self.request.retries, flush=True)
    if name == "retry" and not self.request.retries:
        raise self.retry(countdown=4)


def send_many() -> None:
    """Send three late tasks, one that retries, and five for now."""
    for number in range(3):
        note.apply_async((f"late-{number}",), countdown=6)
    note.delay("retry")
    for number in range(5):
        note.delay(f"now-{number}")


if __name__ == "__main__":
    if sys.argv[1] == "many":
        send_many()
    else:
        note.delay("x")
