"""Every command of the documentation works, in the order in which it stands there."""

import json
import re
import tomllib
from pathlib import Path

import pytest
from baking import TEMPLATE
from documents import commands, shell
from serving import served

SERVE = "uv run pserve development.ini"
QAPLA = tuple(
    f"uv run qapla {name}" for name in ("add", "db", "doctor", "list", "remove", "routes", "shell")
)
SLUG = "{{cookiecutter.project_slug}}"


def test_the_readme_of_the_template(template: Path, workplace: Path) -> None:
    """From an empty directory to a served project, by the commands of the README alone."""
    make, into, *steps, serve, post, get = commands(TEMPLATE / "README.md")[:7]
    assert make == "pip install uv && uvx cookiecutter gh:org/qapla-db"
    # The questions are answered by their defaults; the repository is the one at hand.
    generation = make.removeprefix("pip install uv && ").replace("gh:org/qapla-db", str(template))
    shell(f"yes '' | {generation}", workplace)
    project = workplace / into.removeprefix("cd ")
    for step in steps:
        shell(step, project)
    assert serve == SERVE
    with served(project, serve.split()):
        assert shell(post, project) == '{"id":1,"name":"first"}'
        assert json.loads(shell(get, project))["items"] == [{"id": 1, "name": "first"}]
    others = [line for line in commands(TEMPLATE / "README.md")[7:] if line.startswith(QAPLA)]
    assert len(others) == 9
    for other in others:
        shell(other, project)


def test_the_other_commands_of_the_readme_are_tested_elsewhere() -> None:
    """An update has tests of its own, and the last two run these tests."""
    others = [line for line in commands(TEMPLATE / "README.md")[7:] if not line.startswith(QAPLA)]
    update, *tests = others
    assert update == "uv run qapla update gh:org/qapla-db"
    ran = (TEMPLATE / ".ci" / "run").read_text().splitlines()
    assert tests == [line for line in ran if line.startswith("uv run pytest")]
    assert len(tests) == 2


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md"])
def test_files_that_the_documentation_names_are_there(document: str) -> None:
    """A link or a command names no file that is gone."""
    text = (TEMPLATE / document).read_text(encoding="utf-8")
    named = re.findall(r"\]\(([A-Z]+(?:\.md)?)\)|(tests/\w+\.py)|(\.ci/\w+)", text)
    for path in {part for parts in named for part in parts if part}:
        assert (TEMPLATE / path).exists(), path


def test_every_module_of_the_framework_has_its_floor() -> None:
    """The import contract lists each module, so that none escapes it."""
    settings = tomllib.loads((TEMPLATE / "pyproject.toml").read_text(encoding="utf-8"))
    layers = settings["tool"]["importlinter"]["contracts"][0]["layers"]
    listed = {module.strip() for layer in layers for module in layer.split("|")}
    source = TEMPLATE / SLUG / "framework"
    for path in (source / "qapla").rglob("*.py"):
        module = ".".join(path.relative_to(source).with_suffix("").parts)
        inside = module.startswith("qapla.scaffold") or module.endswith("__init__")
        covered = any(f"{module}.".startswith(f"{name}.") for name in listed)
        assert inside or covered, module
