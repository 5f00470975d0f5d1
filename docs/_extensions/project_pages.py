"""Pages of a generated project, in place of the pages here that name them.

A page here is one line, `<!-- project: docs/tasks.md -->`. A sample project is generated for each build, and
its page is read in place of that line, so that nothing is written twice.
"""

import re
from functools import cache
from pathlib import Path
from posixpath import dirname, join, normpath, relpath
from tempfile import TemporaryDirectory
from typing import Any

from cookiecutter.main import cookiecutter
from sphinx.application import Sphinx

TEMPLATE = Path(__file__).parents[2]
PAGE = re.compile(r"\A<!-- project: (\S+) -->\s*\Z")
LINK = re.compile(r"\]\(([^)#:]+\.md)(#[^)]*)?\)")


def setup(app: Sphinx) -> dict[str, Any]:
    """Add the extension, whose setting has the answers for the sample."""
    app.add_config_value("project_pages_answers", {}, "env", dict)
    app.connect("source-read", read_page)
    return {"parallel_read_safe": True}


def read_page(app: Sphinx, name: str, source: list[str]) -> None:
    """Put the page of the project in place of the line that names it."""
    named = PAGE.match(source[0])
    if named is None:
        return
    path = named[1]
    text = pages_of(tuple(app.config.project_pages_answers.items()))[path]
    shown = pages_shown(app)

    def lead(link: re.Match[str]) -> str:
        """Return a link to the page here, if its page is shown."""
        target = shown.get(normpath(join(dirname(path), link[1])))
        return (
            link[0] if target is None else f"]({relpath(target, dirname(name))}.md{link[2] or ''})"
        )

    source[0] = LINK.sub(lead, text)


def pages_shown(app: Sphinx) -> dict[str, str]:
    """Return the pages of the project that the site shows, with the name of the page here."""
    found = {}
    for name in app.env.found_docs:
        text = app.env.doc2path(name).read_text("utf-8")
        if named := PAGE.match(text):
            found[named[1]] = name
    return found


@cache
def pages_of(answers: tuple[tuple[str, str], ...]) -> dict[str, str]:
    """Return the pages of a project that is generated with answers, by their paths."""
    with TemporaryDirectory() as directory:
        project = Path(
            cookiecutter(
                str(TEMPLATE),
                no_input=True,
                output_dir=directory,
                default_config=True,
                extra_context=dict(answers),
            )
        )
        paths = [project / "README.md", *project.glob("docs/*.md"), project / "framework/README.md"]
        return {path.relative_to(project).as_posix(): path.read_text("utf-8") for path in paths}
