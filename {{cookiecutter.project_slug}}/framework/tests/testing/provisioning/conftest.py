"""The migrations that run while databases are provisioned."""

import pytest

from qapla.database.database import Database

Migrated = list[str]


@pytest.fixture
def migrated(monkeypatch: pytest.MonkeyPatch) -> Migrated:
    """Return a list of the databases that were migrated, by their URLs."""
    names: Migrated = []
    migrate = Database.migrate

    def counted(database: Database, *arguments: object) -> None:
        names.append(str(database.target.url.database))
        migrate(database, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Database, "migrate", counted)
    return names
