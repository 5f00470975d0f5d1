"""Git repositories: of the template, with two versions of it, and of projects."""

import json
import shutil
from pathlib import Path

from baking import copy_template, succeed

SLUG = "{{cookiecutter.project_slug}}"
MODEL = "framework/qapla/scaffold/blueprints/model"
CODEMODS = "framework/qapla/cli/updating/codemods/__init__.py"
# A code change of the new version: it exists in the new framework alone.
NEW_CODEMODS = '''"""Changes of code."""

from qapla.cli.updating.codemods.codemod import Codemod

CODEMODS = (Codemod("0.3.0", lambda source, path: source.replace("bird", "targ"), lambda *_: []),)
'''


def committed(directory: Path) -> None:
    """Commit everything in a directory, which becomes a repository if it is none."""
    if not (directory / ".git").exists():
        succeed(["git", "init", "--quiet", "--initial-branch=main"], directory)
    succeed(["git", "add", "--all"], directory)
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    succeed(["git", *identity, "commit", "--quiet", "--message=state"], directory)


def change(path: Path, old: str, new: str) -> None:
    """Replace a text in a file, which must have it once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, (path, old)
    path.write_text(text.replace(old, new), encoding="utf-8")


def release(template: Path, version: str) -> None:
    """Commit a template as a version, with its tag."""
    questions = template / "cookiecutter.json"
    text = questions.read_text(encoding="utf-8")
    change(
        questions, f'"__version": "{json.loads(text)["__version"]}"', f'"__version": "{version}"'
    )
    committed(template)
    succeed(["git", "tag", f"v{version}"], template)


def two_versions(directory: Path) -> Path:
    """Return a repository of the template with the tags v0.2.0 and v0.3.0, and a later commit."""
    template = copy_template(directory)
    # Without tests it is rendered and copied in less time.
    for tests in (template / "tests", template / SLUG / "framework" / "tests"):
        shutil.rmtree(tests)
    committed(template)
    succeed(["git", "tag", "v0.2.0"], template)
    project = template / SLUG
    # The framework, a blueprint of a module and one of a revision, a dependency, a new file, a file
    # that goes, and a new question.
    change(project / "framework/qapla/web/server.py", '"""waitress', '"""New: waitress')
    controller = project / f"{MODEL}/src/package/web/controllers/database/model.py.jinja"
    change(controller, "Views that list, create", "Views which list, create")
    revision = project / f"{MODEL}/migrations/database/versions/revision.py.jinja"
    change(revision, "Revises:", "Follows:")
    change(project / "pyproject.toml", '"waitress>=3.0"', '"waitress>=3.0.1"')
    kept = 'greeting = "{{ cookiecutter.greeting }}"\ndatabases = []'
    change(project / "pyproject.toml", "databases = []", kept)
    change(project / "docs" / "tasks.md", "# Tasks\n", "# Tasks, by Celery\n")
    (project / "docs" / "new.md").write_text("# {{ cookiecutter.__markdown_name }}\n")
    (project / "docs" / "drivers.md").unlink()
    (project / CODEMODS).write_text(NEW_CODEMODS)
    asked = '"greeting": "nuqneH",\n  "license": "MIT"'
    change(template / "cookiecutter.json", '"license": "MIT"', asked)
    release(template, "0.3.0")
    (project / "docs" / "unreleased.md").write_text("# Unreleased\n")
    committed(template)
    succeed(["git", "gc", "--quiet"], template)
    return template
