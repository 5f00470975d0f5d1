"""Any sequence of additions and removals makes a project that works."""

import os
import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from baking import run, tool
from examination import FRAMEWORK, Examiner
from histories import History, sources
from hypothesis import HealthCheck, Phase, example, given, reject, settings
from hypothesis import strategies as st
from notation import legal_fields
from servers import PostgreSQL
from skeleton import Skeleton

from qapla.exceptions import Refused
from qapla.scaffold.additions.database import add_database
from qapla.scaffold.additions.field import add_fields
from qapla.scaffold.additions.model import add_model
from qapla.scaffold.fields.grammar import parse_field
from qapla.scaffold.fields.parse import parse_models
from qapla.scaffold.fields.spec import parse_spec
from qapla.scaffold.project import Project

STEPS = st.integers(0, 6)
LEGAL = (
    "main.Ship(name:str(80), crew:int=0, captain:Officer?, state:enum(a, b)=a), crew.Duty, Officer"
)
PLACES = st.tuples(st.integers(0, len(LEGAL)), st.integers(0, 4))
CHARACTERS = "ShipOfcer(name:str)?!=,./\"' 0123_é\n{}"
FITTING = legal_fields(["Officer", "Ship"], fits_rows=True)
# In memory where there is such a directory, as most of the time goes into small files.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108
quickly = settings(
    derandomize=True,
    database=None,
    deadline=None,
    phases=[Phase.explicit, Phase.generate, Phase.shrink],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def skeleton(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Skeleton:
    """Return the files of a project without databases."""
    return Skeleton.bake(template, tmp_path_factory.mktemp("skeleton"))


def refuse_faults(command: list[str], root: Path, **environment: str) -> None:
    """Run a linter in a project, which must find nothing."""
    done = run([tool(command[0]), *command[1:]], root, environment=environment)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"


def mutated(place: tuple[int, int], text: str) -> str:
    """Return a legal answer with another text in the place of some characters."""
    start, length = place
    return f"{LEGAL[:start]}{text}{LEGAL[start + length :]}"


def stamp(project: Project, fields: list[str], more: list[str]) -> dict[str, bytes]:
    """Add a model, and more fields one by one, and return the files except the revisions."""
    add_database(project, "main")
    for model in ("Officer(name:str)", f"Ship({', '.join(fields)})"):
        add_model(project, parse_spec(model, ["main"], "rotarran"))
    for field in more:
        add_fields(project, project.model("Ship"), [parse_field(field)])
    project.changes.apply()
    return {path: text for path, text in sources(project).items() if "/versions/" not in path}


def refusal(text: str) -> Refused | None:
    """Return the refusal of a list of models, if it is refused."""
    try:
        parse_models(text, ["main", "crew"], "rotarran")
    except Refused as refused:
        return refused
    return None


@pytest.fixture
def postgresql(workplace: Path) -> Iterator[str]:
    """Return a URL on a PostgreSQL of the test, with `NAME` for the name of a database."""
    server = PostgreSQL(workplace / "properties")
    server.start()
    yield server.url("NAME")
    server.kill()


@pytest.fixture(scope="module")
def examiner() -> Iterator[Examiner]:
    """Return a process that examines projects."""
    process = Examiner()
    yield process
    process.close()


@settings(quickly, max_examples=200)
@given(data=st.data(), steps=STEPS)
def test_any_history_makes_a_project_that_works(
    skeleton: Skeleton, examiner: Examiner, data: st.DataObject, steps: int
) -> None:
    """Its modules can be imported, and its models match its migrations, up, down and up again."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as root:
        history = History(skeleton.project(Path(root), "rotarran"), data)
        history.play(steps)
        examiner.ask("examine", history.project, f"sqlite:///{root}/{{name}}.db")


def test_histories_are_typed(skeleton: Skeleton, tmp_path: Path) -> None:
    """mypy, as strict as the project has it, finds nothing in the code and the tests."""
    mypy = ["mypy", "--cache-dir", str(tmp_path / "cache")]

    @settings(quickly, max_examples=5)
    @given(data=st.data())
    def check(data: st.DataObject) -> None:
        with tempfile.TemporaryDirectory(dir=MEMORY) as root:
            History(skeleton.project(Path(root), "rotarran"), data).play(4)
            refuse_faults(mypy, Path(root), MYPYPATH=str(FRAMEWORK))

    check()


@settings(quickly, max_examples=20)
@given(data=st.data())
def test_histories_are_linted(skeleton: Skeleton, data: st.DataObject) -> None:
    """Ruff has nothing to say about the code, and nothing to lay out otherwise."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as root:
        History(skeleton.project(Path(root), "rotarran"), data).play(6)
        refuse_faults(["ruff", "check", "--no-cache"], Path(root))
        refuse_faults(["ruff", "format", "--no-cache", "--check", "--diff"], Path(root))


# Without an attempt to shrink a history that fails: each takes ten seconds.
@settings(quickly, max_examples=3, phases=[Phase.generate])
@given(data=st.data())
def test_histories_pass_their_own_tests(skeleton: Skeleton, data: st.DataObject) -> None:
    """The tests of the project, which the scaffold writes for each model, pass on SQLite."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as root:
        history = History(skeleton.project(Path(root), "rotarran"), data)
        history.play(8)
        urls = {
            f"ROTARRAN_DATABASES__{name.upper()}__URL": f"sqlite:///{root}/{name}.db"
            for name in history.project.databases()
        }
        path = os.pathsep.join([str(FRAMEWORK), "src"])
        refuse_faults(
            ["pytest", "-q", "-p", "no:cacheprovider"], Path(root), PYTHONPATH=path, **urls
        )


@settings(quickly, max_examples=40)
@given(
    texts=st.lists(FITTING, min_size=2, max_size=5, unique_by=lambda text: text.partition(":")[0])
)
@example(
    texts=["name:str?", "password:str?", "r_f:enum(draft)?", "ship:Ship?", "all:Officer(many)"]
)
def test_fields_one_by_one_make_the_same_code(skeleton: Skeleton, texts: list[str]) -> None:
    """The model, its resource and its tests are those of all fields at once, byte for byte."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as root:
        try:
            at_once = stamp(skeleton.project(Path(root, "once"), "rotarran"), texts, [])
            one_by_one = stamp(
                skeleton.project(Path(root, "one"), "rotarran"), texts[:1], texts[1:]
            )
        except Refused:
            reject()
    assert at_once == one_by_one


@settings(quickly, max_examples=500)
@given(
    text=st.text(CHARACTERS, max_size=60)
    | st.builds(mutated, PLACES, st.text(CHARACTERS, max_size=3))
)
def test_any_text_is_a_model_or_refused_in_one_line(text: str) -> None:
    """The line proposes an answer, which is accepted when it is typed."""
    refused = refusal(text)
    if refused is not None:
        line, subject = str(refused), refused.args[0]
        assert len(line.splitlines()) == 1, line
        assert line.endswith(f"; try {refused.answer!r}")
        if subject == "the field":
            assert parse_field(refused.answer)
        else:
            typed = f"Octopus/{refused.answer}" if subject == "the plural" else refused.answer
            assert refusal(typed) is None


@pytest.mark.parametrize("engine", ["postgresql", "mariadb"])
def test_histories_on_a_server(
    engine: str, request: pytest.FixtureRequest, skeleton: Skeleton, examiner: Examiner
) -> None:
    """Each example has databases of its own."""
    place = request.getfixturevalue(engine)
    url = place if "NAME" in place else f"{place}_NAME"
    numbers = count()

    @settings(quickly, max_examples=10)
    @given(data=st.data(), steps=STEPS)
    def examine(data: st.DataObject, steps: int) -> None:
        with tempfile.TemporaryDirectory(dir=MEMORY) as root:
            history = History(skeleton.project(Path(root), "rotarran"), data)
            history.play(steps)
            named = url.replace("NAME", f"example{next(numbers)}_{{name}}")
            examiner.ask("examine", history.project, named)

    examine()
