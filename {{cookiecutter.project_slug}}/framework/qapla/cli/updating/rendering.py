"""Render a version of the template with the answers of a project."""

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qapla.exceptions import UpdateError

# Cookiecutter adds them to the answers: where the template and the project were.
_PLACES = ("_template", "_output_dir", "_repo_dir", "_checkout")


@dataclass(frozen=True)
class Rendering:
    """A project that was rendered anew.

    Attributes:
        root: Its directory.
        context: The answers and the private variables that it was rendered with.
    """

    root: Path
    context: dict[str, Any]

    def files(self) -> list[str]:
        """Return the paths of its files."""
        found = (path for path in self.root.rglob("*") if path.is_file())
        return sorted(path.relative_to(self.root).as_posix() for path in found)

    def read(self, path: str) -> bytes | None:
        """Return the content of a file, or None if there is none."""
        file = self.root / path
        return file.read_bytes() if file.is_file() else None


def render(template: Path, version: str, answers: Mapping[str, str]) -> Rendering:
    """Render a template without questions; those that have no answer get their defaults.

    Args:
        template: The directory of the template; the project and the files of cookiecutter go beside it.
        version: The version of the template, for errors.
        answers: The answers; those that the template does not ask for are ignored.

    Raises:
        UpdateError: There is no cookiecutter, or it fails, for example as it refuses an answer.
    """
    place = template.parent
    output, replay = place / "output", place / "replay"
    # The user's own configuration has defaults, which the project's answers do not know.
    config = place / "cookiecutter.yaml"
    # JSON is YAML.
    settings = {"cookiecutters_dir": str(place / "clones"), "replay_dir": str(replay)}
    config.write_text(json.dumps(settings), encoding="utf-8")
    given = [f"{question}={literal(answer)}" for question, answer in answers.items()]
    options = ["--no-input", "--config-file", str(config), "--output-dir", str(output)]
    done = subprocess.run(
        [*_cookiecutter(), *options, str(template), *given],
        cwd=place,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        lines = done.stderr.strip().splitlines() or ["cookiecutter gave no reason"]
        raise UpdateError(f"the template {version} cannot be rendered: {lines[-1]}")
    (root,) = output.iterdir()
    replayed = json.loads((replay / f"{template.name}.json").read_text(encoding="utf-8"))
    context = replayed["cookiecutter"]
    return Rendering(root, {key: value for key, value in context.items() if key not in _PLACES})


def literal(answer: str) -> str:
    """Return the source of a Jinja template that renders to an answer.

    Cookiecutter renders the answers that it is called with. The template's own extension makes
    their braces literal, but not in a text that names `cookiecutter`, as this comment does.
    """
    if "{" not in answer:
        return answer
    return "{# cookiecutter #}" + answer.replace("{", "{{ '{' }}")


def _cookiecutter() -> list[str]:
    """Return the command of cookiecutter."""
    if importlib.util.find_spec("cookiecutter"):
        return [sys.executable, "-m", "cookiecutter"]
    if program := shutil.which("cookiecutter"):
        return [program]
    # `uv run` names itself in a variable.
    if uv := os.environ.get("UV") or shutil.which("uv"):
        return [uv, "tool", "run", "cookiecutter"]
    raise UpdateError("cookiecutter is missing: install it with `uv tool install cookiecutter`")
