"""A table that goes: its revision is deleted only where no database can have applied it."""

import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from baking import Bake, succeed
from repositories import change, committed

VERSIONS = "migrations/main/versions"
DELETED: list[str] = []
FOLLOWED = ["create_officers", "drop_officers"]


class Life:
    """The commands of a user in a project.

    Args:
        root: The directory of the project.
        url: The URL of the first database, or nothing for the embedded PostgreSQL.
    """

    def __init__(self, root: Path, url: str) -> None:
        self.root = root
        self.is_embedded = not url
        self.environment = {"PYTHONPATH": "framework:src"}
        self.place(url)

    def place(self, url: str) -> None:
        """Place the first database at a URL."""
        self.environment |= {"ROTARRAN_DATABASES__MAIN__URL": url} if url else {}

    def python(self, *arguments: str) -> str:
        """Run Python in the project."""
        return succeed([sys.executable, *arguments], self.root, **self.environment)

    def qapla(self, *arguments: str) -> str:
        """Run the command of the project."""
        return self.python("-m", "qapla.cli", *arguments)

    def upgrade(self) -> None:
        """Upgrade the first database to its head."""
        self.python("-m", "alembic", "-n", "main", "upgrade", "head")

    def remove(self) -> list[str]:
        """Remove the model, and return the names of the revisions that have stayed or come."""
        self.qapla("remove", "model", "Officer")
        found = {path.stem.partition("_")[2] for path in self.root.glob(f"{VERSIONS}/*.py")}
        return sorted(found - {"create_ships"})


@pytest.fixture(params=["postgresql", "sqlite"])
def life(bake: Bake, workplace: Path, request: pytest.FixtureRequest) -> Life:
    """Return a project with a model that is new, and with the table of its first model."""
    baked, _ = bake("two databases")
    root = Path(tempfile.mkdtemp(dir=workplace)) / "rotarran"
    shutil.copytree(baked, root)
    root.parent.chmod(0o755)
    committed(root)
    life = Life(root, "" if request.param == "postgresql" else "sqlite:///main.db")
    life.upgrade()
    life.qapla("add", "model", "Officer", "name:str", "ship:Ship?")
    return life


def test_a_revision_that_is_nowhere_is_deleted(life: Life) -> None:
    """The database has applied the one before it."""
    assert life.remove() == DELETED
    life.upgrade()


def test_an_applied_revision_is_followed_by_another_one(life: Life) -> None:
    """That drops the table, and the models match the database then."""
    life.upgrade()
    assert life.remove() == FOLLOWED
    life.upgrade()
    life.python("-m", "alembic", "-n", "main", "check")


def test_a_committed_revision_is_followed_by_another_one(life: Life) -> None:
    """On any branch: it may be applied anywhere."""
    succeed(["git", "checkout", "--quiet", "-b", "other"], life.root)
    committed(life.root)
    succeed(["git", "checkout", "--quiet", "main"], life.root)
    succeed(["git", "checkout", "other", "--", "."], life.root)
    assert life.remove() == FOLLOWED


def test_a_database_out_of_reach_may_have_applied_it(life: Life) -> None:
    """The table may be there."""
    if life.is_embedded:
        life.place("postgresql+psycopg://nobody@127.0.0.1:1/main")
    else:
        (life.root / "main.db").write_bytes(b"no database" * 99)
    assert life.remove() == FOLLOWED


def test_a_revision_that_another_one_follows_stays(life: Life) -> None:
    """The user's own may build on it."""
    own = ["-m", "alembic", "-n", "main", "revision", "-m", "own"]
    life.python(*own)
    assert life.remove() == ["create_officers", "drop_officers", "own"]


def test_the_table_of_versions_may_have_another_name(life: Life) -> None:
    """The environment of the migrations says where the revisions are listed."""
    env = life.root / "migrations/main/env.py"
    change(env, '"main")', '"main", version_table="main_version")')
    life.python("-m", "alembic", "-n", "main", "stamp", "head")
    assert life.remove() == FOLLOWED


def test_an_unknown_revision_may_follow_it(life: Life) -> None:
    """The database has been upgraded with files that are not here any more."""
    life.python("-m", "alembic", "-n", "main", "revision", "-m", "own")
    life.upgrade()
    (own,) = life.root.glob(f"{VERSIONS}/*_own.py")
    own.unlink()
    assert life.remove() == FOLLOWED
