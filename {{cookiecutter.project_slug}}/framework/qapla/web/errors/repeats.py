"""Limit how often the same line is logged."""

import threading
import time

_KEPT = 100


class Repeats:
    """Count the repetitions of lines that are logged at most once in a period.

    Args:
        seconds: The period.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._lock = threading.Lock()
        # When each line was logged last, and how often it was left out since.
        self._logged: dict[str, tuple[float, int]] = {}

    def count(self, line: str) -> int | None:
        """Return how often the line was left out, if it is to be logged now, or None.

        Args:
            line: The line; of more than a hundred different ones all are forgotten.
        """
        now = time.monotonic()
        with self._lock:
            at, times = self._logged.get(line, (None, 0))
            if at is not None and now - at < self._seconds:
                self._logged[line] = at, times + 1
                return None
            if len(self._logged) >= _KEPT:
                self._logged.clear()
            self._logged[line] = now, 0
        return times
