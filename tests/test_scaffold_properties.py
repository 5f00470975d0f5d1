"""Any sequence of additions and removals makes a project that works."""

import tempfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from baking import run, tool
from examination import FRAMEWORK, Examiner
from histories import History
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from servers import PostgreSQL
from skeleton import Skeleton

from qapla.exceptions import Refused
from qapla.scaffold.fields.parse import parse_models

STEPS = st.integers(0, 6)
LEGAL = (
    "main.Ship(name:str(80), crew:int=0, captain:Officer?, state:enum(a, b)=a), crew.Duty, Officer"
)
PLACES = st.tuples(st.integers(0, len(LEGAL)), st.integers(0, 4))
CHARACTERS = "ShipOfcer(name:str)?!=,./\"' 0123_é\n{}"
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


def refusal(text: str) -> str | None:
    """Return the line that refuses a list of models, if it is refused."""
    try:
        parse_models(text, ["main", "crew"], "rotarran")
    except Refused as refused:
        return str(refused)
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


@settings(quickly, max_examples=100)
@given(data=st.data())
def test_histories_are_linted(skeleton: Skeleton, data: st.DataObject) -> None:
    """Ruff has nothing to say about the code, and nothing to lay out otherwise."""
    with tempfile.TemporaryDirectory(dir=MEMORY) as root:
        History(skeleton.project(Path(root), "rotarran"), data).play(6)
        refuse_faults(["ruff", "check", "--no-cache"], Path(root))
        refuse_faults(["ruff", "format", "--no-cache", "--check", "--diff"], Path(root))


@settings(quickly, max_examples=500)
@given(
    text=st.text(CHARACTERS, max_size=60)
    | st.builds(mutated, PLACES, st.text(CHARACTERS, max_size=3))
)
def test_any_text_is_a_model_or_refused_in_one_line(text: str) -> None:
    """The line proposes an answer."""
    line = refusal(text)
    if line is not None:
        assert len(line.splitlines()) == 1, line
        assert "; try " in line


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
