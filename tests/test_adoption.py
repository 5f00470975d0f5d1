"""A database that is there already becomes a part of a project, by the project's command."""

import sqlite3
from pathlib import Path

import pytest
from answers import GOOD_ANSWERS
from baking import check_types, generate, run, succeed

TABLES = """
CREATE TABLE officers (id INTEGER NOT NULL PRIMARY KEY, name VARCHAR(80) NOT NULL);
CREATE TABLE ships (
    id INTEGER NOT NULL PRIMARY KEY,
    name VARCHAR(80) NOT NULL UNIQUE,
    crew INTEGER DEFAULT 0 NOT NULL,
    captain_id INTEGER REFERENCES officers (id)
);
INSERT INTO officers VALUES (1, 'Martok');
INSERT INTO ships VALUES (1, 'Rotarran', 12, 1);
"""
LOOK = """
from rotarran import main
from rotarran.databases.legacy.ship import ShipReadDriver

with main.run_command().dbs["legacy"].get_session() as session:
    print([ship.captain.name for ship in ShipReadDriver(session).list_all()])
"""


@pytest.fixture(params=["managed", "unmanaged"])
def project(request: pytest.FixtureRequest, template: Path, workplace: Path) -> Path:
    """Return a project with a database that has tables and a row, and no models."""
    project, _ = generate(template, workplace / request.param, GOOD_ANSWERS["one database"])
    options = ["--unmanaged"] if request.param == "unmanaged" else []
    succeed(["uv", "run", "qapla", "add", "database", "legacy", *options], project)
    database = project / "legacy.db"
    with sqlite3.connect(database) as connection:
        connection.executescript(TABLES)
    connection.close()
    setting = f"ROTARRAN_DATABASES__LEGACY__URL=sqlite:///{database}\n"
    (project / ".env").write_text(setting, encoding="utf-8")
    return project


def test_tables_become_models(project: Path) -> None:
    """They match the database, whose rows stay; the project's tests and lint pass."""
    shown = succeed(["uv", "run", "qapla", "adopt", "legacy", "--dry-run"], project)
    assert "+class Ship(Model):" in shown
    assert not (project / "src/rotarran/databases/legacy/ship.py").exists()
    printed = succeed(["uv", "run", "qapla", "adopt", "legacy"], project)
    assert "src/rotarran/databases/legacy/officer.py" in printed
    assert succeed(["uv", "run", "python", "-c", LOOK], project) == "['Martok']\n"
    listed = succeed(["uv", "run", "qapla", "list"], project)
    if project.parent.name == "managed":
        succeed(["uv", "run", "alembic", "-n", "legacy", "check"], project)
    assert ("  not managed\n    Officer  " in listed) is (project.parent.name == "unmanaged")
    succeed(["uv", "run", "ruff", "check"], project)
    succeed(["uv", "run", "ruff", "format", "--check"], project)
    check_types(project)
    assert " passed" in succeed(["uv", "run", "pytest", "-q"], project)
    again = run(["uv", "run", "qapla", "adopt", "legacy"], project)
    assert again.stderr.splitlines()[-1] == (
        "Error: database 'legacy' has no table without a model: make one there first"
    )
