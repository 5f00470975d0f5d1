"""Updates of a project to a newer version of the template, by a real git."""

import json
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from answers import QUOTES
from baking import contents, generate, run, succeed, tool
from documents import commands, shell
from repositories import CODEMODS, change, committed, release, two_versions

from qapla.cli.updating.ownership import MAINTAINED, UNTOUCHED

ANSWERS = {
    "project_name": "Rotarran",
    "databases": "main, analytics",
    "models": "main.Ship(name:str(200)), analytics.Event(name:str(200))",
}
CONTROLLER = "src/rotarran/web/controllers/{}.py"
SHIP, EVENT = CONTROLLER.format("main/ship"), CONTROLLER.format("analytics/event")
SERVER = "framework/qapla/web/server.py"
LISTS = "Views that list, create"
# The files of a project that the new version changes, and those that it adds and removes.
CHANGED = {SHIP, EVENT, SERVER, "docs/tasks.md", "pyproject.toml"}
UNCOMMITTED = (
    "the working tree has changes, which an update would mix with its own: commit or stash them first "
    "(`git status` lists them)"
)
BLUEPRINTS = "framework/qapla/scaffold/blueprints/model/"
FRAMEWORK = {
    CODEMODS,
    f"{BLUEPRINTS}src/package/web/controllers/database/model.py.jinja",
    f"{BLUEPRINTS}migrations/database/versions/revision.py.jinja",
}


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a repository of the template with two versions."""
    return two_versions(tmp_path_factory.mktemp("template") / "qapla-db")


@pytest.fixture(scope="module")
def old_template(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a clone at the old version."""
    clone = tmp_path_factory.mktemp("old") / "qapla-db"
    quiet = ["-c", "advice.detachedHead=false"]
    place = [str(template), str(clone)]
    succeed(["git", *quiet, "clone", "--quiet", "--branch=v0.2.0", *place], template)
    return clone


@pytest.fixture(scope="module")
def made(old_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a project of the old version that was committed."""
    project, _ = generate(old_template, tmp_path_factory.mktemp("made"), ANSWERS)
    committed(project)
    # A single file is copied faster.
    succeed(["git", "gc", "--quiet"], project)
    return project


@pytest.fixture
def project(made: Path, tmp_path: Path) -> Path:
    """Return a project of the old version for a single test."""
    return Path(shutil.copytree(made, tmp_path / "rotarran"))


def qapla(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the project's command."""
    command = [sys.executable, "-m", "qapla.cli", *arguments]
    # The files of a project are compared.
    environment = {"PYTHONPATH": str(project / "framework"), "PYTHONDONTWRITEBYTECODE": "1"}
    return run(command, project, environment=environment)


def update(project: Path, template: Path, *options: str) -> str:
    """Update a project without conflicts."""
    done = qapla(project, "update", str(template), *options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def git(project: Path, *arguments: str) -> str:
    """Return the output of git."""
    return succeed(["git", *arguments], project)


def changes(project: Path) -> dict[str, str]:
    """Return the states of the files that differ from those committed, by their paths."""
    lines = git(project, "status", "--porcelain", "--untracked-files=all", ".").splitlines()
    return {line[3:]: line[:2].strip() for line in lines}


def kept(project: Path) -> dict[str, object]:
    """Return the answers that a project keeps."""
    settings = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    answers: dict[str, object] = settings["tool"]["qapla"]
    return answers


@pytest.fixture(scope="module")
def updated(
    made: Path, template: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, str]:
    """Return a project that was updated, with edits of its user's, and the output of the update."""
    project = Path(shutil.copytree(made, tmp_path_factory.mktemp("updated") / "rotarran"))
    change(project / SHIP, "# Clients may filter", "# A bird.\n# Clients may filter")
    change(project / SERVER, '\n"""\n', '\nA line of the user\'s.\n"""\n')
    change(project / "pyproject.toml", '"alembic>=1.20",', '"alembic>=1.20",\n    "aioredis",')
    (project / "docs" / "tasks.md").unlink()
    (project / "docs" / "drivers.md").unlink()
    (project / "src/rotarran/mine.py").write_text('"""A module of the user\'s."""\n')
    committed(project)
    return project, update(project, template)


def test_an_update_changes_the_lines_of_the_template(updated: tuple[Path, str]) -> None:
    """In the framework, the blueprints and the dependencies; it commits nothing."""
    project, _ = updated
    # The code was changed after the merge.
    there = dict.fromkeys(CHANGED | FRAMEWORK, "M") | {SHIP: "MM", "docs/new.md": "A"}
    del there["docs/tasks.md"]
    assert changes(project) == there
    assert "Views which list" in (project / SHIP).read_text()
    assert (project / SERVER).read_text().startswith('"""New: waitress')
    assert '"waitress>=3.0.1"' in (project / "pyproject.toml").read_text()
    assert (project / "docs/new.md").read_text() == "# Rotarran\n"


def test_the_edits_of_the_user_stay(updated: tuple[Path, str]) -> None:
    """In the same files as the template's, and in others."""
    project, _ = updated
    assert "A line of the user's." in (project / SERVER).read_text()
    assert '"aioredis"' in (project / "pyproject.toml").read_text()
    assert (project / "src/rotarran/mine.py").exists()
    assert not (project / "docs/tasks.md").exists()


def test_revisions_are_never_touched(updated: tuple[Path, str]) -> None:
    """A database may have applied them, though their blueprint has changed."""
    project, _ = updated
    revisions = list(project.glob("migrations/*/versions/*.py"))
    assert len(revisions) == 2
    for revision in revisions:
        assert "Revises:" in revision.read_text()


def test_the_new_version_and_the_default_of_a_new_question_are_kept(
    updated: tuple[Path, str],
) -> None:
    """They come with the merge."""
    project, _ = updated
    answers = kept(project)
    assert (answers["version"], answers["greeting"]) == ("0.3.0", "nuqneH")
    assert answers["databases"] == ["main", "analytics"]


def test_code_is_changed_by_the_new_framework(updated: tuple[Path, str]) -> None:
    """The old one does not know the change."""
    project, output = updated
    assert "# A targ." in (project / SHIP).read_text()
    assert f"\nchange  {SHIP}\n" in output


def test_nothing_is_left_in_the_repository(updated: tuple[Path, str]) -> None:
    """The two commits of the template are on no branch."""
    project, _ = updated
    assert git(project, "for-each-ref", "--format=%(refname)") == "refs/heads/main\n"
    assert git(project, "log", "--oneline").count("\n") == 2
    assert git(project, "worktree", "list").count("\n") == 1


def test_the_output_names_the_next_commands(updated: tuple[Path, str]) -> None:
    """And the file that the user has removed, and the template has changed."""
    _, output = updated
    assert output == (
        "Updated from 0.2.0 to 0.3.0 of the template: 8 files.\n"
        f"change  {SHIP}\n"
        "\nThe template has changed these too, which the project does not have:\n\n"
        "    docs/tasks.md\n"
        "\nType next:\n\n"
        "    uv sync\n"
        "    uv run pytest\n"
        '    git commit --all --message "Update the template to 0.3.0"\n'
        "\nThis takes the update back:\n\n"
        "    git reset --hard\n"
    )


def test_the_same_lines_are_a_conflict(project: Path, template: Path) -> None:
    """There and nowhere else: git marks them, lists the files, and takes the rest."""
    for path, old in ((SHIP, LISTS), (SERVER, '"""waitress as')):
        change(project / path, old, f"{old}, by the user,")
    committed(project)
    done = qapla(project, "update", str(template))
    assert done.returncode == 1
    states = changes(project)
    assert {path for path, state in states.items() if state == "UU"} == {SHIP, SERVER}
    assert len(states) == len(CHANGED | FRAMEWORK) + 2
    assert f"{LISTS}, by the user," in (project / SHIP).read_text()
    assert ">>>>>>> " in (project / SHIP).read_text()
    side = f"{SERVER} (the template's: `git checkout --theirs {SERVER}` takes its side)"
    assert f"Resolve the conflicts in these:\n\n    {side}\n    {SHIP}\n" in done.stdout
    assert "    git add --all\n    uv run qapla codemod\n    uv sync\n" in done.stdout
    git(project, "reset", "--quiet", "--hard")
    assert changes(project) == {}


def test_additions_are_updated_too(project: Path, template: Path) -> None:
    """The databases, models and fields that `qapla add` has added are answers."""
    for addition in ("database audit", "model audit.Entry text:text", "field main.Ship crew:int?"):
        assert qapla(project, "add", *addition.split()).returncode == 0
    committed(project)
    update(project, template)
    entry = CONTROLLER.format("audit/entry")
    assert {SHIP, EVENT, entry} < changes(project).keys()
    assert "U" not in "".join(changes(project).values())
    assert "Views which list" in (project / entry).read_text()


def test_a_dry_run_shows_the_update(project: Path, template: Path) -> None:
    """The diff is that of the update which follows, and nothing is changed by it."""
    change(project / SHIP, "# Clients may filter", "# A bird.\n# Clients may filter")
    change(project / EVENT, LISTS, f"{LISTS}, by the user,")
    committed(project)
    shown = update(project, template, "--dry-run")
    assert changes(project) == {}
    assert git(project, "worktree", "list").count("\n") == 1
    assert qapla(project, "update", str(template)).returncode == 1
    git(project, "add", "--all")
    assert shown == git(project, "diff", "--cached")


def test_a_project_at_the_version_is_left_alone(project: Path, template: Path) -> None:
    """The newest tag is the version to update to; `--to` may name a later commit."""
    update(project, template)
    committed(project)
    nothing = "Nothing to update: the project is at 0.3.0 of the template.\n"
    assert update(project, template) == nothing
    assert update(project, template, "--to", "v0.2.0") == nothing
    assert changes(project) == {}
    update(project, template, "--to", "main")
    assert changes(project) == {"docs/unreleased.md": "A"}


def test_a_project_in_a_directory_of_a_repository(project: Path, template: Path) -> None:
    """The rest of the repository stays as it is, even another project that is alike."""
    shutil.rmtree(project / ".git")
    other = Path(shutil.copytree(project, project.parent / "other"))
    change(project / EVENT, LISTS, f"{LISTS}, by the user,")
    (project / "docs" / "tasks.md").unlink()
    committed(project.parent)
    assert LISTS in update(project, template, "--dry-run", "--to", "v0.3.0")
    assert qapla(project, "update", str(template)).returncode == 1
    assert changes(project)[f"rotarran/{EVENT}"] == "UU"
    assert changes(project).keys() >= {f"rotarran/{path}" for path in {SHIP, SERVER, *FRAMEWORK}}
    assert changes(other) == {}


def test_answers_come_through_exactly(old_template: Path, template: Path, tmp_path: Path) -> None:
    """Quotes, braces, Unicode, the commas of models, and a text that cookiecutter would render."""
    answers = {
        **ANSWERS,
        "models": "main.Ship(rank:enum(high, low)=low, price:decimal(10, 2)?), analytics.Event",
        "description": QUOTES,
    }
    project, _ = generate(old_template, tmp_path, answers)
    rendered = "{{ cookiecutter.project_slug }} {% {# '"
    settings = (project / "pyproject.toml").read_text(encoding="utf-8")
    name = 'author_name = "The authors"'
    settings = settings.replace(name, f'author_name = "{rendered}"')
    (project / "pyproject.toml").write_text(settings, encoding="utf-8")
    committed(project)
    before = kept(project)
    update(project, template)
    assert kept(project) == before | {"version": "0.3.0", "greeting": "nuqneH"}
    assert changes(project).keys() == CHANGED | FRAMEWORK | {"docs/drivers.md", "docs/new.md"}


def test_cruft_gives_the_same_result(template: Path, tmp_path: Path) -> None:
    """Of a project that cruft has made, with its own state, but for revisions.

    Users of cruft change the code themselves.
    """
    create = [
        "create",
        str(template),
        "--checkout=v0.2.0",
        "--no-input",
        f"--output-dir={tmp_path}",
    ]
    succeed([tool("cruft"), *create, "--extra-context", json.dumps(ANSWERS)], tmp_path)
    ours = tmp_path / "rotarran"
    change(ours / SHIP, "# Clients may filter", "# A bird.\n# Clients may filter")
    committed(ours)
    theirs = Path(shutil.copytree(ours, tmp_path / "theirs"))
    succeed([tool("cruft"), "update", "--skip-apply-ask", "--checkout=v0.3.0"], theirs)
    assert qapla(theirs, "codemod", "--from", "0.2.0").stdout == f"change  {SHIP}\n"
    update(ours, template)
    before, after = contents(theirs), contents(ours)
    assert before.keys() == after.keys()
    different = {path for path in before if before[path] != after[path]}
    assert different == {str(p.relative_to(ours)) for p in ours.glob("migrations/*/versions/*.py")}
    committed(ours)
    assert "up to date" in succeed([tool("cruft"), "check", "--checkout=v0.3.0"], ours)


def refused(project: Path, template: object, *options: str) -> str:
    """Return the line of an update that must be refused, and leave the project as it was."""
    before = contents(project)
    done = qapla(project, "update", str(template), *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert contents(project) == before
    return done.stderr.removeprefix("Error: ").removesuffix("\n")


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


def test_the_page_about_updates_lists_whose_the_files_are(made: Path) -> None:
    """Each pattern of the one list, which names files that there are."""
    page = (made / "docs" / "updating.md").read_text(encoding="utf-8")
    for pattern in (*UNTOUCHED, *MAINTAINED):
        assert f"`{pattern}`" in page
    for pattern in MAINTAINED:
        assert list(made.glob(pattern))


@pytest.fixture(scope="module")
def installed(made: Path, workplace: Path) -> Path:
    """Return a project with its own environment, which has no cookiecutter."""
    project = Path(shutil.copytree(made, workplace / "updated" / "rotarran"))
    git(project, "config", "user.name", "Test")
    git(project, "config", "user.email", "test@example.org")
    shell("uv sync", project)
    committed(project)
    return project


@pytest.mark.parametrize(
    ("programs", "printed"),
    [
        (
            ["git"],
            "Error: cookiecutter is missing: install it with `uv tool install cookiecutter`\n",
        ),
        (["git", "cookiecutter"], "diff --git"),
    ],
)
def test_cookiecutter_may_be_on_the_path(
    installed: Path, template: Path, tmp_path: Path, programs: list[str], printed: str
) -> None:
    """Without it, and without uv, the line says so."""
    for program in programs:
        found = tool(program) if program == "cookiecutter" else shutil.which(program)
        (tmp_path / program).symlink_to(str(found))
    command = [str(installed / ".venv/bin/qapla"), "update", str(template), "--dry-run"]
    done = run(command, installed, environment={"PATH": str(tmp_path), "UV": ""})
    assert (done.stdout + done.stderr).startswith(printed)


def test_the_commands_of_the_page(installed: Path, template: Path) -> None:
    """They work in their order; uv runs cookiecutter."""
    ours = Path(tool("cookiecutter")).parent
    path = [part for part in os.environ["PATH"].split(os.pathsep) if Path(part) != ours]
    for line in commands(installed / "docs" / "updating.md"):
        typed = line.replace("gh:org/qapla-db", str(template))
        succeed(["bash", "-c", typed], installed, PATH=os.pathsep.join(path))
    assert git(installed, "log", "-1", "--format=%s") == "Update the template\n"
    assert changes(installed) == {}
