"""A copy of the template, and projects that are baked from it once for all tests."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest
from answers import GOOD_ANSWERS
from baking import Bake, Install, copy_template, generate, succeed

# They take longest, and start first, so that no process waits for one at the end.
LONGEST = (
    "test_generated",
    "test_answers",
    "test_scaffold_properties",
    "test_engines",
    "test_journey",
    "test_tutorial",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order the modules, each of which stays in one process: its tests share fixtures."""
    items.sort(key=lambda item: item.path.stem not in LONGEST)


@pytest.fixture(scope="session")
def workplace() -> Iterator[Path]:
    """Return a directory for projects that are used.

    It is not one of pytest's: these are closed to other users, and under root the embedded server
    is one.
    """
    directory = Path(tempfile.mkdtemp(prefix="qapla-"))
    directory.chmod(0o755)
    yield directory
    shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the template without the files that tools leave in a checkout."""
    return copy_template(tmp_path_factory.mktemp("clone") / "qapla-db")


@pytest.fixture(scope="session")
def bake(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Bake:
    """Return a function that bakes a set of good answers once; its projects are only read."""
    baked: dict[str, tuple[Path, str]] = {}

    def once(name: str) -> tuple[Path, str]:
        if name not in baked:
            output = tmp_path_factory.mktemp("baked")
            baked[name] = generate(template, output, GOOD_ANSWERS[name])
        return baked[name]

    return once


@pytest.fixture(scope="module")
def install(template: Path, workplace: Path) -> Install:
    """Return a function that bakes and installs a set of good answers, once for each way to install."""
    installed: dict[tuple[str, ...], tuple[Path, str]] = {}

    def once(name: str, *options: str) -> tuple[Path, str]:
        if (name, *options) not in installed:
            output = Path(tempfile.mkdtemp(dir=workplace))
            output.chmod(0o755)
            project, printed = generate(template, output, GOOD_ANSWERS[name])
            succeed(["uv", "sync", "--quiet", *options], project)
            installed[name, *options] = project, printed
        return installed[name, *options]

    return once


@pytest.fixture
def mariadb() -> Iterator[str]:
    """Return the beginning of URLs on MariaDB whose databases are dropped when the test ends.

    Skip when there is none; fail where `QAPLA_REQUIRE_SERVICES` promises it.
    """
    try:
        connection = pymysql.connect(host="127.0.0.1", user="root")
    except pymysql.err.OperationalError:
        reason = "no MariaDB answers on 127.0.0.1:3306 for root: type `.ci/services`"
        if os.environ.get("QAPLA_REQUIRE_SERVICES") == "1":
            pytest.fail(reason, pytrace=False)
        pytest.skip(reason)
    # Another run of the tests on this machine has databases of its own.
    prefix = f"qapla{os.getpid()}x"
    with connection, connection.cursor() as cursor:
        yield f"mysql+pymysql://root@127.0.0.1:3306/{prefix}"
        cursor.execute("SHOW DATABASES LIKE %s", [f"{prefix}%"])
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP DATABASE `{name}`")
