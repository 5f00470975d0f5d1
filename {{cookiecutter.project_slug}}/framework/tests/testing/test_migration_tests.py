"""The ready-made tests of migrations: each finds its fault, and has the command to type."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import URL

from qapla.database.database import Database
from qapla.database.places.target import Target

from qapla_sample.paths import MIGRATIONS

pytest_plugins = ["pytester"]

Run = Callable[..., pytest.RunResult]
BODY = "    pass\n\nclass TestMigrations(BaseMigrationTests):\n    APP_CLASS = Application\n"
SECOND = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{revision}", "0001"


def upgrade():
    {upgrade}


def downgrade():
    {downgrade}
"""


@pytest.fixture
def versions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the directory of the revisions of `main`, a copy that a test may change."""
    source = MIGRATIONS
    migrations = Path(shutil.copytree(source, tmp_path / "migrations"))
    monkeypatch.setenv("QAPLA_SAMPLE_PATHS__MIGRATIONS", str(migrations))
    return migrations / "versions"


def second(versions: Path, upgrade: str = "pass", downgrade: str = "pass") -> Path:
    """Write one more revision, and return its file."""
    path = versions / "0002.py"
    path.write_text(SECOND.format(revision="0002", upgrade=upgrade, downgrade=downgrade))
    return path


def failures(result: pytest.RunResult) -> list[str]:
    """Return the lines of a run about a database, once each."""
    lines = [line for line in result.outlines if line.startswith("database 'main':")]
    return list(dict.fromkeys(lines))


def test_every_database_is_tested(run: Run) -> None:
    """Without a key the tests are there for each database of the application."""
    result = run(BODY, "-v")
    result.assert_outcomes(passed=10)
    for name in ("main", "analytics"):
        result.stdout.fnmatch_lines(f"*::test_there_is_one_head?{name}? PASSED*")


def test_a_key_names_one_database(run: Run) -> None:
    """With a key they are for that one."""
    run(BODY + "    DATABASE_KEY = 'analytics'\n").assert_outcomes(passed=5)


def test_settings_that_are_wrong_fail_each_test(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run goes on: other tests need no settings."""
    monkeypatch.setenv("QAPLA_SAMPLE_ENVIRONMENT", "staging")
    run(BODY + "\ndef test_unit():\n    pass\n").assert_outcomes(errors=5, passed=1)


def test_two_heads(run: Run, versions: Path) -> None:
    """The failure says how to merge them."""
    second(versions)
    (versions / "0003.py").write_text(
        SECOND.format(revision="0003", upgrade="pass", downgrade="pass")
    )
    result = run(BODY, "-k", "one_head")
    result.assert_outcomes(passed=1, failed=1)
    assert failures(result) == [
        "database 'main': the migrations have the heads 0002, 0003: "
        "type `uv run alembic -n main merge heads`"
    ]


def test_two_heads_that_were_merged(run: Run, versions: Path) -> None:
    """A merge, as the failure says to make one, passes; so do the branches under it."""
    second(versions)
    for name, below in (("0003", '"0001"'), ("0004", '("0002", "0003")')):
        text = SECOND.format(revision=name, upgrade="pass", downgrade="pass")
        (versions / f"{name}.py").write_text(text.replace('"0001"', below))
    run(BODY, "-k", "one_head or down_and_up").assert_outcomes(passed=4)


def test_a_downgrade_that_fails(run: Run, versions: Path) -> None:
    """The failure names the revision, the function and the file."""
    path = second(versions, downgrade="op.drop_table('none')")
    result = run(BODY, "-k", "down_and_up")
    result.assert_outcomes(passed=1, failed=1)
    assert failures(result) == [
        "database 'main': the downgrade of the revision 0002 fails (no such table: none): "
        f"mend `downgrade()` in {path}"
    ]


def test_a_downgrade_that_forgets_something(run: Run, versions: Path) -> None:
    """The upgrade after it finds the rest."""
    path = second(versions, upgrade="op.create_table('crew', sa.Column('id', sa.Integer()))")
    result = run(BODY, "-k", "down_and_up")
    result.assert_outcomes(passed=1, failed=1)
    assert failures(result) == [
        "database 'main': the upgrade of the revision 0002 fails (table crew already exists): "
        f"mend `upgrade()` in {path}"
    ]


def test_models_that_differ(run: Run, versions: Path) -> None:
    """The failure names the difference, and the way to make the migration."""
    revision = versions / "0001_ships.py"
    revision.write_text(revision.read_text().replace("sa.String(200)", "sa.String(20)"))
    result = run(BODY, "-k", "models_match")
    result.assert_outcomes(passed=1, failed=1)
    (told,) = failures(result)
    assert told.startswith("database 'main': New upgrade operations detected: ")
    assert told.endswith("type `uv run qapla db revision --database main -m 'Change'`")


def test_a_migration_that_needs_a_connection(run: Run, versions: Path) -> None:
    """The failure names the operation that does not render, and the way to write it."""
    second(versions, upgrade="op.get_bind().execute(sa.text('SELECT 1')).scalar()")
    result = run(BODY, "-k", "render_as_sql")
    result.assert_outcomes(passed=1, failed=1)
    (told,) = failures(result)
    assert told == (
        "database 'main': a migration needs a connection (AttributeError: 'NoneType' object has "
        "no attribute 'scalar'): write it with `op.execute(...)`, or ask "
        "`context.is_offline_mode()` first; to see where, type "
        "`uv run qapla db upgrade --database main --sql`"
    )


def test_two_databases_on_one_schema(
    run: Run, sample_var: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two URLs that only look different reach the same schema."""
    target = Target(URL.create("postgresql+psycopg"), Path(), embedded=sample_var / "postgres")
    host = Database("main").at(target).url.query["host"]
    # Not in pytest's directory: the path of a socket has at most 107 bytes.
    other = sample_var / "same"
    other.symlink_to(str(host), target_is_directory=True)
    for name, directory in (("MAIN", host), ("ANALYTICS", other)):
        url = f"postgresql://postgres@/qapla_shared?host={directory}"
        monkeypatch.setenv(f"QAPLA_SAMPLE_DATABASES__{name}__URL", url)
    result = run(BODY, "-k", "on_the_schema and main")
    other.unlink()
    result.assert_outcomes(failed=1)
    assert failures(result) == [
        "database 'main': its test database 'qapla_shared_test' is that of 'analytics' too, by "
        "another address: set QAPLA_SAMPLE_DATABASES__MAIN__URL to another one"
    ]
