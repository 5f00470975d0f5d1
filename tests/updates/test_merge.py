"""The merge of a newer version of the template into a project, by a real git."""

import json
import shutil
from pathlib import Path

import pytest
from answers import QUOTES
from baking import contents, generate, succeed, tool
from repositories import change, committed
from updates import (
    ANSWERS,
    CHANGED,
    CONTROLLER,
    EVENT,
    FRAMEWORK,
    LISTS,
    SERVER,
    SHIP,
    changes,
    git,
    kept,
    qapla,
    update,
)


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
        "    uv sync --inexact\n"
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
    assert "    git add --all\n    uv run qapla codemod\n    uv sync --inexact\n" in done.stdout
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
