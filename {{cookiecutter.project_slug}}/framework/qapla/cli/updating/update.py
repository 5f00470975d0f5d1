"""The update of a project: both versions of its template, and the merge of their difference."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from qapla.cli.project import LOCKED
from qapla.cli.updating.answers import Answers
from qapla.cli.updating.cruft import FILE, CruftFile
from qapla.cli.updating.git import reason
from qapla.cli.updating.ownership import is_untouched
from qapla.cli.updating.rendering import Rendering, render
from qapla.cli.updating.repository import Repository
from qapla.cli.updating.template import Template, Version
from qapla.exceptions import UpdateError


@dataclass(frozen=True)
class Prepared:
    """An update that can be merged.

    Attributes:
        old: The version that the project is at.
        new: The version that it is updated to.
        commit: The commit of the new rendering, in the project's repository; its parent has the old one.
        rendering: The new rendering.
        gone: The files that the new version changes, and the project does not have.
    """

    old: Version
    new: Version
    commit: str
    rendering: Rendering
    gone: list[str]


def find_version(template: Template, answers: Answers, cruft: CruftFile) -> Version:
    """Return the version of the template that a project is at.

    Args:
        template: The template.
        answers: The answers that the project keeps, with the name of the version.
        cruft: Its state of cruft, which has the commit, if there is one.

    Raises:
        UpdateError: The template has no such version.
    """
    tags = [f"v{answers.version}", answers.version]
    refs = [cruft.commit] if cruft.exists else tags
    for ref in refs:
        if template.find(ref):
            return template.version(ref)
    origin = f"commit {refs[0][:12]}, which {FILE} names" if cruft.exists else f"tag {refs[0]}"
    raise UpdateError(
        f"{template.source} has no {origin}: type --from and the tag or commit of the template that "
        "the project is at"
    )


def prepare(
    repository: Repository, template: Template, old: Version, new: Version, answers: Answers
) -> Prepared:
    """Render two versions of a template, and commit them beside the project's history.

    Args:
        repository: The repository of the project.
        template: The template.
        old: The version that the project is at.
        new: The version that it is updated to.
        answers: The answers of the project.

    Raises:
        UpdateError: One cannot be rendered, or a file is in the way of a new one.
    """
    before, after = (
        render(template.checkout(version), version.name, answers.values) for version in (old, new)
    )
    tracked = repository.tracked()
    gone = [path for path in before.files() if path not in tracked and not is_untouched(path)]
    old_files, new_files = (
        [path for path in rendering.files() if path not in gone and not is_untouched(path)]
        for rendering in (before, after)
    )
    _refuse_obstacles(repository.root, new_files, tracked)
    base = repository.commit(before.root, old_files, f"The template {old.name}")
    commit = repository.commit(after.root, new_files, f"The template {new.name}", base)
    changed = [path for path in gone if after.read(path) not in (None, before.read(path))]
    return Prepared(old, new, commit, after, changed)


def apply(repository: Repository, prepared: Prepared, cruft: CruftFile) -> tuple[list[str], str]:
    """Merge an update into a working tree, and change the project's code for it.

    Args:
        repository: The repository, or a copy of it.
        prepared: The update.
        cruft: The state of cruft in the project.

    Returns:
        The files with conflicts, and the output of the changes of the code.

    Raises:
        UpdateError: It failed; the working tree is as it was.
    """
    # Rendering takes seconds, in which files may have been saved: a failure would take them back too.
    repository.refuse_changes()
    try:
        conflicts = repository.merge(prepared.commit)
        cruft.write(repository.root, prepared.new, prepared.rendering.context)
        output = _change_code(repository.root, prepared)
    except BaseException:
        repository.restore()
        raise
    return conflicts, output


def _refuse_obstacles(root: Path, files: list[str], tracked: set[str]) -> None:
    for path in files:
        if path not in tracked and (root / path).exists():
            raise UpdateError(
                f"{path} is in the way of a new file of the template, and git ignores it: move it away"
            )


def _change_code(root: Path, prepared: Prepared) -> str:
    """Run the code changes of the new framework, of which the project's own may have conflicts."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "qapla.cli", "codemod", "--from", prepared.old.name],
        cwd=root,
        env={
            **os.environ,
            "PYTHONPATH": str(prepared.rendering.root / "framework"),
            LOCKED: str(root),
        },
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise UpdateError(f"the project's code cannot be changed: {reason(done.stderr)}")
    return done.stdout
