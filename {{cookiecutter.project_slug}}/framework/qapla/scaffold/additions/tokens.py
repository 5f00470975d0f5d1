"""Add bearer tokens to a database: their table, Pyramid's security policy, and the tests of both."""

from qapla.scaffold.additions.extra import add_files
from qapla.scaffold.project import Project

_FILES = (
    "migrations/database/versions/revision.py",
    "src/package/databases/database/tokens.py",
    "src/package/web/security.py",
    "tests/integration/database/test_tokens.py",
)


def add_tokens(project: Project, database: str) -> None:
    """Add tokens to a database; the project's web asks for them once it includes their module.

    Args:
        project: The project.
        database: The name of the database.

    Raises:
        ScaffoldError: There is no such database, it is unmanaged, or one of the files exists already.
    """
    add_files(project, database, "tokens", _FILES, "create_api_tokens")
