"""Updates that are refused in one line, or taken back."""

import json
import shutil
import sys
from pathlib import Path

from baking import succeed
from repositories import CODEMODS, change, committed, release
from updates import (
    SERVER,
    UNCOMMITTED,
    changes,
    git,
    qapla,
    refused,
    update,
)

from qapla.locks import try_lock


def test_changes_are_not_mixed_with_an_update(project: Path, template: Path) -> None:
    """They could not be told from it, nor taken back without it."""
    (project / "notes.txt").touch()
    assert refused(project, template) == UNCOMMITTED


def test_a_project_without_git(project: Path, template: Path) -> None:
    """Its update could be neither merged nor taken back."""
    shutil.rmtree(project / ".git")
    assert refused(project, template) == (
        f"{project} is in no git repository: type `git init`, `git add --all` and `git commit`, as "
        "an update merges with git"
    )


def test_a_project_that_is_not_committed(project: Path, template: Path) -> None:
    """Of a repository that ignores it."""
    shutil.rmtree(project / ".git")
    (project.parent / ".gitignore").write_text("rotarran\n")
    committed(project.parent)
    expected = f"git does not track {project}/pyproject.toml: commit the project first"
    assert refused(project, template) == expected


def test_a_project_without_answers(project: Path, template: Path) -> None:
    """It is older than the command, or was changed by hand."""
    change(project / "pyproject.toml", "[tool.qapla]", "[tool.other]")
    committed(project)
    assert refused(project, template) == (
        "pyproject.toml has no version and no project_slug in [tool.qapla]: generate a project with "
        "the same answers, and copy that table of its"
    )


def test_an_unknown_version(project: Path, template: Path) -> None:
    """Of the project, or of the options; `--from` names the project's."""
    change(project / "pyproject.toml", 'version = "0.2.0"', 'version = "0.1.7"')
    committed(project)
    assert refused(project, template) == (
        f"{template} has no tag v0.1.7: type --from and the tag or commit of the template that the "
        "project is at"
    )
    for option in ("--from", "--to"):
        assert refused(project, template, "--from", "v0.2.0", option, "v9") == (
            f"{template} has no v9: type a tag, branch or commit (v0.2.0, v0.3.0)"
        )
    change(project / "pyproject.toml", 'version = "0.1.7"', 'version = "0.2.0"')
    committed(project)
    assert update(project, template, "--from", "v0.2.0").startswith("Updated from 0.2.0 to 0.3.0")


def test_an_unknown_commit_of_cruft(project: Path, template: Path) -> None:
    """Of another repository."""
    (project / ".cruft.json").write_text(json.dumps({"commit": "0" * 40}))
    committed(project)
    assert refused(project, template) == (
        f"{template} has no commit 000000000000, which .cruft.json names: type --from and the tag or "
        "commit of the template that the project is at"
    )
    (project / ".cruft.json").write_text("[]")
    committed(project)
    assert refused(project, template) == ".cruft.json has no commit: mend it, or remove it"


def test_a_template_that_is_none(project: Path, tmp_path: Path) -> None:
    """A directory that is no repository, and a repository of something else."""
    place = tmp_path / "place"
    place.mkdir()
    assert refused(project, place) == (
        f"{place} cannot be cloned (repository '{place}' does not exist): type the URL or the path of "
        "the template's git repository"
    )
    (place / "README.md").touch()
    committed(place)
    commit = git(place, "rev-parse", "--short=12", "HEAD").strip()
    assert refused(project, place, "--from", "main") == (
        f"{place} has no cookiecutter.json with a __version at {commit}: type a commit of the "
        "template that has one"
    )


def test_an_answer_that_the_new_version_refuses(project: Path, template: Path) -> None:
    """The line of the template says which."""
    change(project / "pyproject.toml", 'license = "MIT"\ndatabases', 'license = "GPL"\ndatabases')
    committed(project)
    assert refused(project, template) == (
        "the template 0.2.0 cannot be rendered: the licence 'GPL' is refused: expected one of MIT, "
        "BSD-3-Clause, Apache-2.0, Proprietary; try 'MIT'"
    )


def test_an_ignored_file_in_the_way_of_a_new_one(project: Path, template: Path) -> None:
    """Git would overwrite it without a word."""
    (project / ".gitignore").write_text("docs/new.md\n")
    committed(project)
    (project / "docs" / "new.md").write_text("Secret\n")
    assert refused(project, template) == (
        "docs/new.md is in the way of a new file of the template, and git ignores it: move it away"
    )


def test_a_file_that_is_saved_meanwhile_is_kept(
    project: Path, template: Path, tmp_path: Path
) -> None:
    """An update that fails would take it back; here the rendering saves it."""
    busy, notes = tmp_path / "busy", project / "notes.txt"
    succeed(["git", "clone", "--quiet", str(template), str(busy)], tmp_path)
    with (busy / "hooks/post_gen_project.py").open("a") as hook:
        hook.write(f"\nPath({str(notes)!r}).touch()\n")
    release(busy, "0.4.0")
    done = qapla(project, "update", str(busy))
    assert (done.returncode, done.stderr) == (1, f"Error: {UNCOMMITTED}\n")
    assert changes(project) == {"notes.txt": "??"}


def test_a_failed_update_is_taken_back(project: Path, template: Path, tmp_path: Path) -> None:
    """Here the change of the code fails, after the merge."""
    broken = tmp_path / "broken"
    succeed(["git", "clone", "--quiet", str(template), str(broken)], tmp_path)
    codemods = broken / "{{cookiecutter.project_slug}}" / CODEMODS
    codemods.write_text('raise ValueError("a fault of the framework")\n')
    release(broken, "0.4.0")
    assert refused(project, broken) == (
        "the project's code cannot be changed: a fault of the framework"
    )
    assert changes(project) == {}


def test_another_command_meanwhile(project: Path, template: Path, tmp_path: Path) -> None:
    """A model that is added while git merges would be mixed with the update, or taken back with it."""
    output = tmp_path / "output"
    add = f"'{sys.executable}' -m qapla.cli add model Planet name:str"
    # Git asks for the text of a file that it writes.
    (project / ".git/info/attributes").write_text(f"/{SERVER} filter=meanwhile\n")
    git(project, "config", "filter.meanwhile.smudge", f"{add} > '{output}' 2>&1 || cat")
    update(project, template)
    assert output.read_text() == f"Error: {busy(project)}\n"
    assert "src/rotarran/databases/main/planet.py" not in changes(project)


def test_an_update_during_another_command(project: Path, template: Path) -> None:
    """It is refused, and writes nothing."""
    with (project / "src/rotarran/databases/__init__.py").open("rb+") as file:
        assert try_lock(file)
        assert refused(project, template) == busy(project)


def busy(project: Path) -> str:
    """Return the line that refuses a second command."""
    return f"another command is changing the project in {project}: wait until it has ended"
