"""The file that cruft keeps in a project: the commit of the template, and the answers."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from qapla.cli.updating.template import Version
from qapla.exceptions import UpdateError

FILE = ".cruft.json"


class CruftFile:
    """The state of cruft in a project.

    Args:
        root: The directory of the project.

    Raises:
        UpdateError: The file is there, and is not cruft's.
    """

    def __init__(self, root: Path) -> None:
        self.exists = (root / FILE).is_file()
        self._state: dict[str, Any] = {}
        if self.exists:
            try:
                self._state = json.loads((root / FILE).read_text(encoding="utf-8"))
                self.commit: str = self._state["commit"]
            except (ValueError, KeyError, TypeError):
                raise UpdateError(f"{FILE} has no commit: mend it, or remove it") from None

    def write(self, root: Path, version: Version, context: Mapping[str, Any]) -> None:
        """Write the state after an update, as cruft does; without a file nothing is written.

        Args:
            root: The directory of the project.
            version: The version of the template.
            context: The answers, with those to new questions.
        """
        if not self.exists:
            return
        origin = {"_template": self._state.get("template"), "_commit": version.commit}
        state = {
            **self._state,
            "commit": version.commit,
            "checkout": version.ref,
            "context": {"cookiecutter": {**context, **origin}},
        }
        text = json.dumps(state, ensure_ascii=False, indent=2, separators=(",", ": "))
        (root / FILE).write_text(f"{text}\n", encoding="utf-8")
