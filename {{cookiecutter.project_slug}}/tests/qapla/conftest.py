"""What the framework's own tests share: the sample project, and places for its databases."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

SAMPLE = Path(__file__).parent / "sample"
sys.path.insert(0, str(SAMPLE))


@pytest.fixture(scope="session", autouse=True)
def sample_var(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep the embedded server of the sample in a directory of this run."""
    var = tmp_path_factory.mktemp("var")
    os.environ["QAPLA_SAMPLE_PATHS__VAR"] = str(var)
    yield var
    del os.environ["QAPLA_SAMPLE_PATHS__VAR"]
