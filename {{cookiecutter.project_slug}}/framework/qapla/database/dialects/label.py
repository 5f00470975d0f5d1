"""The labels of test databases: the note on a server that a run of tests has made a database."""

import re

# Of a database that is being made, or that a test may have left dirty.
UNCLEAN = "qapla: made by a run of tests, and not clean"
_CLEAN = re.compile(r"[0-9a-f]{64} .+")


def made_by_tests(label: str) -> bool:
    """Return whether a label is one that a run of tests has written."""
    return label == UNCLEAN or _CLEAN.fullmatch(label) is not None
