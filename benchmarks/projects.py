"""Write two projects of equal work: ours, and one of Django, to be tested by pytest."""

from pathlib import Path

REVISIONS = 20
TESTS = 300

# Each process tells how long its tests took, without the first, which pays for the start.
_CONFTEST = """
import os, time
import pytest

started = []

@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item, nextitem):
    try:
        return (yield)
    finally:
        started.append(time.perf_counter())

def pytest_unconfigure(config):
    if len(started) > 1:
        with open(os.environ["BENCH_TIMES"], "a") as times:
            print(started[-1] - started[0], file=times)
"""

_OURS_TEST = """
import pytest
from qapla.testing import BaseApplicationFixture
from fleet.application.app import FleetApplication
from fleet.databases.db{n} import Row0

class TestDb{n}(BaseApplicationFixture):
    APP_CLASS = FleetApplication
    DATABASE_KEY = "db{n}"

    @pytest.mark.parametrize("number", range({tests}))
    def test_it(self, dbsession, number):
        dbsession.add(Row0(name="x"))
        dbsession.commit()
        assert [row.name for row in dbsession.query(Row0)] == ["x"]
"""

# A transaction of ours is an atomic block there.
_DJANGO_TEST = """
import pytest
from django.db import transaction
from db{n}.models import Row0

@pytest.mark.parametrize("number", range({tests}))
@pytest.mark.django_db(databases=["{alias}"])
def test_it_{n}(number):
    with transaction.atomic(using="{alias}"):
        Row0.objects.create(name="x")
    assert [row.name for row in Row0.objects.all()] == ["x"]
"""

# The least that a session in a rolled back transaction costs, on tables that are there.
_HAND_CONFTEST = """
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

@pytest.fixture(scope="session")
def connection():
    engine = create_engine("postgresql+psycopg://postgres@/hand_db0?host={host}")
    with engine.connect() as connection:
        yield connection

@pytest.fixture
def dbsession(connection):
    transaction = connection.begin()
    with Session(connection, join_transaction_mode="create_savepoint") as session:
        yield session
    transaction.rollback()
"""

_HAND_TEST = """
import pytest
from models import Row0

@pytest.mark.parametrize("number", range({tests}))
def test_it(dbsession, number):
    dbsession.add(Row0(name="x"))
    dbsession.commit()
    assert [row.name for row in dbsession.query(Row0)] == ["x"]
"""

_OURS_REVISION = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = "{revision:04}", {below}

def upgrade():
    op.create_table(
        "rows{number}",
        sa.Column("id", sa.Integer(), primary_key=True),
        sa.Column("name", sa.String(200), nullable=False),
    )

def downgrade():
    op.drop_table("rows{number}")
"""

_DJANGO_MIGRATION = """
from django.db import migrations, models

class Migration(migrations.Migration):
    dependencies = {below}
    operations = [
        migrations.CreateModel(
            "Row{number}",
            [
                ("id", models.AutoField(primary_key=True)),
                ("name", models.CharField(max_length=200)),
            ],
        )
    ]
"""


def write_ours(root: Path, databases: int, tests: int, host: str) -> None:
    """Write a project of ours, with a test module for each database."""
    names = [f"db{n}" for n in range(databases)]
    listed = ", ".join(f'Database("{name}", "migrations_{name}")' for name in names)
    urls = {name: {"url": f"postgresql://postgres@/ours_{name}?host={host}"} for name in names}
    _write(root / "alembic.ini", "")
    _write(root / "conftest.py", _CONFTEST)
    _write(
        root / "fleet/__init__.py",
        "from fleet.application.app import FleetApplication\nmain = FleetApplication()\n",
    )
    _write(
        root / "fleet/application/app.py",
        "from qapla.database.application import DatabaseApplication\n"
        "from qapla.database.database import Database\n"
        "class FleetApplication(DatabaseApplication):\n"
        "    def append_app_plugins(self):\n"
        f"        self.add_database_app([{listed}])\n",
    )
    _write(root / "fleet/application/settings/default.py", f"SETTINGS = {{'databases': {urls}}}\n")
    _write(root / "fleet/application/settings/tests.py", "SETTINGS = {}\n")
    for n, name in enumerate(names):
        _write(root / f"fleet/databases/{name}/__init__.py", _models())
        _write(
            root / f"migrations/{name}/env.py",
            "from qapla.database.env import AlembicEnv\nfrom fleet import main\n"
            f"from fleet.databases.{name} import Model\nAlembicEnv(main, Model, '{name}').run()\n",
        )
        for number in range(REVISIONS):
            below = f'"{number:04}"' if number else None
            source = _OURS_REVISION.format(revision=number + 1, below=below, number=number)
            _write(root / f"migrations/{name}/versions/{number + 1:04}.py", source)
        _write(root / f"test_{name}.py", _OURS_TEST.format(n=n, tests=tests))


def write_by_hand(root: Path, databases: int, tests: int, host: str) -> None:
    """Write tests on SQLAlchemy alone, of one database that has its tables."""
    _write(root / "models.py", _models())
    _write(root / "conftest.py", _CONFTEST + _HAND_CONFTEST.format(host=host))
    _write(root / "test_db0.py", _HAND_TEST.format(tests=tests))


def _models() -> str:
    models = "".join(
        f"class Row{number}(Model):\n    __tablename__ = 'rows{number}'\n"
        "    id: Mapped[int] = mapped_column(primary_key=True)\n"
        "    name: Mapped[str] = mapped_column(String(200))\n"
        for number in range(REVISIONS)
    )
    return (
        "from sqlalchemy import String\n"
        "from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column\n"
        f"class Model(DeclarativeBase):\n    pass\n{models}"
    )


def write_django(root: Path, databases: int, tests: int, host: str) -> None:
    """Write the same project of Django: an application for each database, and a router."""
    aliases = ["default", *(f"db{n}" for n in range(1, databases))]
    settings = {
        alias: {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": f"django_db{n}",
            "USER": "postgres",
            "HOST": host,
        }
        for n, alias in enumerate(aliases)
    }
    _write(root / "conftest.py", _CONFTEST)
    _write(
        root / "settings.py",
        f"DATABASES = {settings}\nSECRET_KEY = 'x'\nUSE_TZ = True\n"
        f"INSTALLED_APPS = {[f'db{n}' for n in range(databases)]}\n"
        "DATABASE_ROUTERS = ['router.Router']\n",
    )
    _write(
        root / "router.py",
        "class Router:\n"
        f"    aliases = {dict(zip([f'db{n}' for n in range(databases)], aliases, strict=True))}\n"
        "    def db_for_read(self, model, **hints):\n"
        "        return self.aliases[model._meta.app_label]\n"
        "    db_for_write = db_for_read\n"
        "    def allow_migrate(self, db, app_label, **hints):\n"
        "        return self.aliases[app_label] == db\n",
    )
    for n, alias in enumerate(aliases):
        models = "".join(
            f"class Row{number}(models.Model):\n    id = models.AutoField(primary_key=True)\n"
            "    name = models.CharField(max_length=200)\n"
            for number in range(REVISIONS)
        )
        _write(root / f"db{n}/models.py", f"from django.db import models\n{models}")
        for number in range(REVISIONS):
            below = [(f"db{n}", f"{number:04}")] if number else []
            source = _DJANGO_MIGRATION.format(below=below, number=number)
            _write(root / f"db{n}/migrations/{number + 1:04}.py", source)
        _write(root / f"db{n}/migrations/__init__.py", "")
        _write(root / f"db{n}/__init__.py", "")
        _write(root / f"test_db{n}.py", _DJANGO_TEST.format(n=n, alias=alias, tests=tests))


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    for package in path.parents:
        if package.name == "fleet":
            for directory in [package, *(p for p in path.parents if package in p.parents)]:
                (directory / "__init__.py").touch()
