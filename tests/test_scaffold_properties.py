"""Any sequence of additions and removals makes a project that works."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from examination import Examiner
from histories import History
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from skeleton import Skeleton

STEPS = st.integers(0, 6)
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
    with tempfile.TemporaryDirectory(dir=MEMORY) as directory:
        history = History(skeleton.project(Path(directory), "rotarran"), data)
        history.play(steps)
        examiner.ask("examine", history.project, f"sqlite:///{directory}/{{name}}.db")
