"""A copy of the template, and projects that are baked from it once for all tests."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pymysql
import pytest
from answers import GOOD_ANSWERS
from baking import Bake, copy_template, generate


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
