"""Add bearer tokens to a database: their table, Pyramid's security policy, and the tests of both."""

from qapla.scaffold import revisions
from qapla.scaffold.project import Project
from qapla.scaffold.source.rendering import render

_FILES = (
    "migrations/database/versions/revision.py",
    "src/package/databases/database/tokens.py",
    "src/package/web/security.py",
    "tests/integration/database/test_tokens.py",
)


def add_tokens(project: Project, database: str) -> list[str]:
    """Add tokens to a database; the project's web asks for them once it includes their module.

    Args:
        project: The project.
        database: The name of the database.

    Returns:
        The paths of the files that are new, relative to the project.

    Raises:
        ScaffoldError: There is no such database, or one of the files exists already.
    """
    project.refuse_unknown(database)
    revision = revisions.revision_id(f"{database}.tokens")
    new = render(
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
            "down_revision": revisions.head(project.versions(database), database),
        },
    )
    return project.write(new, {})
