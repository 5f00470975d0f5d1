"""Whatever a user has written in a model's modules, a change of its fields keeps it."""

import ast
import re
from difflib import SequenceMatcher

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from qapla.scaffold.additions import parts
from qapla.scaffold.fields.spec import parse_spec
from qapla.scaffold.merging.conflict import Conflict
from qapla.scaffold.merging.names import defined_names
from qapla.scaffold.project import Project
from qapla.scaffold.source.merge import merge_module

FIELDS = [
    "name:str(200)",
    "crew:int=0",
    "mass:float?",
    "kind:enum(draft,sent)=draft",
    "captain:Officer?",
    "seen:datetime=now",
    "price:decimal(10,2)?",
    "papers:json?",
    "armed:bool=false",
    "parent:Ship?",
]
# A line of the user's: a statement, a comment, an empty one; a comment beside a line; a line that goes.
KINDS = st.sampled_from(["statement", "comment", "blank", "beside", "gone"])
thoroughly = settings(
    derandomize=True,
    database=None,
    deadline=None,
    max_examples=300,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Return a project that has nothing but its list of databases."""
    root = tmp_path_factory.mktemp("merged")
    (root / "src/rotarran/databases").mkdir(parents=True)
    (root / "src/rotarran/databases/__init__.py").write_text('DATABASES = [Database("main")]\n')
    return Project(root, "rotarran")


def changed_rows(old: str, new: str) -> list[int]:
    """Return the rows of a text at which another one differs, with those beside them."""
    opcodes = SequenceMatcher(None, old.split("\n"), new.split("\n"), autojunk=False).get_opcodes()
    ends = [(start, end) for tag, start, end, _, _ in opcodes if tag != "equal"]
    return [row for start, end in ends for row in range(max(start - 2, 0), end + 2)]


def edited(text: str, rows: list[int], data: st.DataObject) -> str:
    """Return a module as a user may have edited it; each edit has a mark of its own.

    Args:
        text: The module.
        rows: The rows that are edited as often as all the others.
        data: The source of the edits.
    """
    lines = text.split("\n")
    for number in range(data.draw(st.integers(1, 4))):
        kind = data.draw(KINDS)
        row = data.draw(st.sampled_from(rows) | st.integers(0, len(lines) - 1))
        row = min(row, len(lines) - 1)
        margin = lines[row][: len(lines[row]) - len(lines[row].lstrip())]
        if kind == "beside":
            lines[row] += f"  # own{number}"
        elif kind == "gone":
            del lines[row : row + data.draw(st.integers(1, 3))]
        else:
            new = {
                "statement": f"{margin}own{number}: int = 1",
                "comment": f"{margin}# own{number}",
            }
            lines.insert(row, new.get(kind, ""))
        lines = lines or [""]
    return "\n".join(lines)


@thoroughly
@given(
    fields=st.lists(st.sampled_from(FIELDS), min_size=2, max_size=6, unique=True),
    kept=st.integers(1, 5),
    grows=st.booleans(),
    module=st.integers(0, 3),
    data=st.data(),
)
def test_the_lines_of_the_user_stay(
    project: Project,
    fields: list[str],
    kept: int,
    grows: bool,
    module: int,
    data: st.DataObject,
) -> None:
    """The merged module defines what the user's does, less the fields that go, and those that come."""
    specs = [", ".join(fields[:kept]), ", ".join(fields)]
    old, new = (
        parts.modules(project, parse_spec(f"main.Ship({spec})", ["main"], "rotarran"))
        for spec in (specs if grows else specs[::-1])
    )
    path = list(old)[module]
    theirs = edited(old[path], changed_rows(old[path], new[path]) or [0], data)
    assume(_is_python(theirs))
    try:
        merged = merge_module(old[path], new[path], theirs, path, "rotarran")
    except Conflict:
        return
    user, before, after, found = (
        defined_names(ast.parse(text)) for text in (theirs, old[path], new[path], merged)
    )
    assert found == (user - (before - after)) | (after - before)
    assert set(re.findall(r"\bown\d\b", theirs)) == set(re.findall(r"\bown\d\b", merged))


def _is_python(text: str) -> bool:
    try:
        ast.parse(text)
    except SyntaxError:
        return False
    return True
