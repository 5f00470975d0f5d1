"""Fixtures of the embedded server, and of the processes that use it."""

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from embedded_use import Use


@pytest.fixture(scope="session")
def cluster(sample_var: Path) -> Path:
    """Return the data of an embedded server that was started once, to be copied."""
    data = sample_var / "cluster" / "postgres"
    use = Use(data)
    assert use.query
    use.end()
    return data


@pytest.fixture
def use(sample_var: Path) -> Iterator[Callable[..., Use]]:
    """Return a maker of processes that use an embedded server; they end with the test."""
    made: list[Use] = []

    def make(data: Path, user: str | None = None, **environment: str) -> Use:
        made.append(Use(data, user, **environment))
        return made[-1]

    yield make
    for process in made:
        process.end()


@pytest.fixture
def data(cluster: Path) -> Iterator[Path]:
    """Return a data directory of this test, with data, in a directory that root's server enters."""
    directory = Path(tempfile.mkdtemp(prefix="qapla-"))
    subprocess.run(["cp", "-a", cluster, directory / "postgres"], check=True)
    yield directory / "postgres"
    shutil.rmtree(directory)
