"""Add bearer tokens to a database: their table, Pyramid's security policy, and the tests of both."""

from qapla.scaffold.project import Project
from qapla.scaffold.revisions import head, revision_id
from qapla.scaffold.source.rendering import render

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
    project.refuse_unknown(database)
    project.refuse_unmanaged(database)
    revision = revision_id(project, f"{database}.tokens")
    files = render(
        "tokens",
        _FILES,
        {
            "package": project.package,
            "database": database,
            "revision": f"{revision}_create_api_tokens",
        },
        {
            "package": project.package,
            "application": project.application,
            "database": database,
            "revision": revision,
            "down_revision": head(project, database),
        },
    )
    project.create(files)
