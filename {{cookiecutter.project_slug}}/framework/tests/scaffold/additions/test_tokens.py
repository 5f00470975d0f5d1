"""Tokens that are added to a database."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions.tokens import add_tokens
from qapla.scaffold.project import Project

from support.stamping import add_databases, add_models, write

SOURCE = "src/rotarran"
Written = Callable[[], dict[str, str]]


def test_tokens_follow_the_head_of_their_database(project: Project, written: Written) -> None:
    """They have a table, a policy and a test; no file of the project is changed."""
    add_databases(project, "main")
    (below,) = (path for path in add_models(project, "main.Ship") if "versions" in path)
    before = written()
    added = write(project, add_tokens, "main")
    (revision,) = (path for path in added if "versions" in path)
    assert added == [
        revision,
        f"{SOURCE}/databases/main/tokens.py",
        f"{SOURCE}/web/security.py",
        "tests/integration/main/test_tokens.py",
    ]
    after = written()
    assert {path: after[path] for path in before} == before
    below_id = Path(below).name.split("_")[0]
    assert f'down_revision: str | None = "{below_id}"' in after[revision]
    assert 'BearerPolicy(Tokens, "main")' in after[f"{SOURCE}/web/security.py"]
    with pytest.raises(ScaffoldError) as caught:
        write(project, add_tokens, "main")
    assert str(caught.value) == f"{added[1]} exists already: move it away first"
    assert written() == after


def test_a_web_has_the_tokens_of_one_database(project: Project, written: Written) -> None:
    """A second database is refused, and nothing is written."""
    for name in ("main", "logs"):
        add_databases(project, name)
    write(project, add_tokens, "logs")
    after = written()
    with pytest.raises(ScaffoldError) as caught:
        write(project, add_tokens, "main")
    assert str(caught.value) == f"{SOURCE}/web/security.py exists already: move it away first"
    assert written() == after
