"""The label of a test database: the record on its server of the state that it is in."""

import re
from dataclasses import dataclass

_DIRTY = "qapla: made by a run of tests, and not clean"
_CLEAN = re.compile(r"(?P<digest>[0-9a-f]{64}) (?P<run>\S+) (?P<kind>\w+) (?P<fingerprint>.*)")
_RESETTABLE, _SEEDED = "plain", "seeded"
_NO_RUN = "-"


@dataclass(frozen=True)
class Label:
    """The state of a database that a run of tests has made.

    Args:
        digest: The hash of the migrations or models that made it, empty while it is being made, or
            when a test may have left it dirty.
        resettable: Whether deleting all rows restores the freshly migrated state.
        fingerprint: The fingerprint of its schema, empty where the server has none.
        run: The identifier of the run that made it, of a template.
    """

    digest: str = ""
    resettable: bool = False
    fingerprint: str = ""
    run: str = ""

    @classmethod
    def parse(cls, text: str) -> "Label | None":
        """Return the label that a text stands for, or None when no run of tests has written it."""
        if text == _DIRTY:
            return DIRTY
        found = _CLEAN.fullmatch(text)
        if found is None:
            return None
        run = "" if found["run"] == _NO_RUN else found["run"]
        return cls(found["digest"], found["kind"] == _RESETTABLE, found["fingerprint"], run)

    def __str__(self) -> str:
        if not self.digest:
            return _DIRTY
        kind = _RESETTABLE if self.resettable else _SEEDED
        return f"{self.digest} {self.run or _NO_RUN} {kind} {self.fingerprint}"


DIRTY = Label()
