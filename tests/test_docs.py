"""The documentation of a project: each command works, each example is typed, each link leads on."""

import re
from pathlib import Path

import pytest
from answers import GOOD_ANSWERS
from baking import Bake, generate
from documents import blocks, commands, shell
from serving import served

# The pages that use other commands than the README, in the order in which a project needs them.
PAGES = ["README", "docs/web", "docs/databases", "docs/models", "docs/testing", "docs/tasks"]
# An update is of a committed project, and production has servers: these commands are run by
# `tests/updates` and `tests/test_production.py`.
ELSEWHERE = ["docs/updating", "docs/production"]
PYTHON = ("databases", "drivers", "logging", "settings", "tasks")
EXAMPLES = ["README", *(f"docs/{page}" for page in PYTHON)]
# The database of the commands in a page: the examples of tokens and the outbox are about the first.
DATABASES = {"docs/web": "main", "docs/tasks": "main"}
# Commands that run until they are stopped, by a part of them, with their output when they work. A
# dollar stands for the end.
LASTING = {
    "pserve": "Serving on",
    "worker worker": " ready.",
    "worker beat": "beat: Starting",
    "worker flower": "Visit me at",
    "tasks.main.outbox$": "the relay of 'main' runs",
}
LINK = re.compile(r"\]\(([^)#:]+)\)")


@pytest.fixture(scope="module")
def project(template: Path, workplace: Path) -> Path:
    """Return a project in which every command of the documentation was run once."""
    project, _ = generate(template, workplace / "docs", GOOD_ANSWERS["two databases"])
    done: set[str] = set()
    for page in PAGES:
        for command in commands(project / f"{page}.md"):
            typed = command.replace("<database>", DATABASES.get(page, "analytics"))
            # Each addition has an upgrade of its own.
            if typed not in done or "qapla db upgrade" in typed:
                run(typed, project)
            done.add(typed)
    return project


def run(command: str, project: Path) -> None:
    """Run a command to its end, or until it is ready where it has none."""
    ready = next((text for part, text in LASTING.items() if part in f"{command}$"), None)
    if ready is None:
        shell(command, project)
        return
    with served(project, command.split(), ready=ready):
        pass


def test_every_page_with_commands_is_run(bake: Bake) -> None:
    """No page is left out."""
    project, _ = bake("two databases")
    pages = [project / "README.md", *(project / "docs").glob("*.md")]
    with_commands = {page for page in pages if commands(page)}
    assert with_commands == {project / f"{page}.md" for page in [*PAGES, *ELSEWHERE]}
    assert sum(len(commands(page)) for page in with_commands) > 20


def test_the_examples_are_typed(project: Path) -> None:
    """The examples of a page are one module, as later ones use the names of earlier ones."""
    package = project / "src" / "rotarran"
    modules = {page: package / f"page_{page.rpartition('/')[2].lower()}.py" for page in EXAMPLES}
    modules["docs/web"] = package / "web" / "page_web.py"
    modules["docs/testing"] = project / "tests" / "integration" / "test_page.py"
    for page, module in modules.items():
        examples = blocks(project / f"{page}.md", "python")
        assert examples, page
        module.write_text("\n\n".join(examples), encoding="utf-8")
    shell("uv run mypy", project)
    shell("uv run pytest tests/integration/test_page.py", project)


def test_every_example_is_checked(bake: Bake) -> None:
    """Blocks are shell or Python, or a tree of files."""
    project, _ = bake("two databases")
    for page in [project / "README.md", *(project / "docs").glob("*.md")]:
        fences = re.findall(r"^```(\w*)$", page.read_text(encoding="utf-8"), re.MULTILINE)
        assert set(fences[::2]) <= {"sh", "python"} or page.name == "README.md"
        checked = f"docs/{page.stem}" in (*EXAMPLES, "docs/web", "docs/testing")
        assert checked or page.name == "README.md" or not blocks(page, "python"), page


def test_links_lead_to_files(bake: Bake) -> None:
    """A link to a page of the project, or to one of the framework."""
    project, _ = bake("two databases")
    pages = [project / "README.md", *(project / "docs").glob("*.md")]
    links = [(page, link) for page in pages for link in LINK.findall(page.read_text())]
    assert len(links) > 8
    for page, link in links:
        assert (page.parent / link).is_file(), (page.name, link)


def test_the_readme_is_short(bake: Bake) -> None:
    """A page of at most 120 lines, whatever the answers."""
    for answers in ("two databases", "the longest names"):
        project, _ = bake(answers)
        assert len((project / "README.md").read_text(encoding="utf-8").splitlines()) <= 120
