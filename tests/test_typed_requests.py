"""The sessions of a project's requests have types."""

from pathlib import Path

from answers import GOOD_ANSWERS
from baking import generate, run, tool

PROBE = '''"""Use a request."""

from rotarran.web.request import Request


def use(request: Request) -> None:
    """Use its sessions."""
    reveal_type(request.main)
    reveal_type(request.analytics)
    reveal_type(request.database)
    request.main.commmit()
'''


def test_sessions_of_a_request_are_typed(template: Path, tmp_path: Path) -> None:
    """Each database is an attribute of the request; a slip of the keyboard is an error."""
    project, _ = generate(template, tmp_path, GOOD_ANSWERS["two databases"])
    (project / "src/rotarran/probe.py").write_text(PROBE)
    done = run([tool("mypy"), "--no-incremental", "src/rotarran/probe.py"], project)
    lines = [line.partition(": ")[2] for line in done.stdout.splitlines()]
    revealed = 'note: Revealed type is "sqlalchemy.orm.session.Session"'
    assert lines[:3] == [revealed] * 3, done.stdout
    assert lines[3].startswith('error: "Session" has no attribute "commmit"')
    assert "Found 1 error" in done.stdout
