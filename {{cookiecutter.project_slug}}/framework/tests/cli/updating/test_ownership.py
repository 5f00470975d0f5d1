"""Whose the files of a project are."""

import pytest

from qapla.cli.updating.ownership import is_maintained, is_untouched


@pytest.mark.parametrize(
    "path",
    ["migrations/main/versions/bc0f1cf4a611_create_ships.py", ".env", "var/postgres/PG_VERSION"],
)
def test_an_update_leaves_these_alone(path: str) -> None:
    """Databases and secrets depend on them."""
    assert is_untouched(path)


@pytest.mark.parametrize(
    "path",
    [
        "migrations/main/env.py",
        "src/rotarran/web/routes.py",
        "framework/README.md",
        "compose.yaml",
        ".env.example",
    ],
)
def test_an_update_merges_into_the_rest(path: str) -> None:
    """The framework is a part of it."""
    assert not is_untouched(path)
    assert is_maintained(path) == path.startswith("framework/")
