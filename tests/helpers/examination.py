"""A process that examines projects, one after the other."""

import json
import os
import subprocess
import sys

from baking import HELPERS, TEMPLATE

from qapla.scaffold.project import Project

FRAMEWORK = TEMPLATE / "{{cookiecutter.project_slug}}" / "framework"


class Examiner:
    """A process with every library imported, which forks itself for each project."""

    def __init__(self) -> None:
        path = os.pathsep.join(map(str, (FRAMEWORK, HELPERS)))
        self._process = subprocess.Popen(
            [sys.executable, "-m", "scripts.examine"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1"},
        )

    def close(self) -> None:
        """End the process."""
        self._process.communicate()

    def ask(self, step: str, project: Project, url: str) -> None:
        """Take a step with a project in the process, and fail with its traceback.

        Args:
            step: The name of a function in `scripts/examine.py`.
            project: The project.
            url: The URL of each database, with `{name}` in the place of its name.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        request = {
            "step": step,
            "project": str(project.root),
            "package": project.package,
            "urls": {name: url.format(name=name) for name in project.databases()},
        }
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        traceback = json.loads(self._process.stdout.readline())
        assert not traceback, traceback
