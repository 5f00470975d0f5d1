"""Outboxes that are added to a database."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.exceptions import ScaffoldError
from qapla.scaffold.additions.outbox import add_outbox
from qapla.scaffold.project import Project

from support.stamping import add_databases, add_models, write

SOURCE = "src/rotarran"
Written = Callable[[], dict[str, str]]


def test_an_outbox_follows_the_head_of_its_database(project: Project, written: Written) -> None:
    """It has tables, a relay and a test, and is added once."""
    add_databases(project, "main")
    (below,) = (path for path in add_models(project, "main.Ship") if "versions" in path)
    added = write(project, add_outbox, "main")
    (revision,) = (path for path in added if "versions" in path)
    assert added == [
        revision,
        f"{SOURCE}/application/settings/default.py",
        f"{SOURCE}/databases/main/outbox.py",
        f"{SOURCE}/tasks/main/outbox.py",
        "tests/integration/main/test_outbox.py",
    ]
    below_id = Path(below).name.split("_")[0]
    assert f'down_revision: str | None = "{below_id}"' in written()[revision]
    assert '"task": "rotarran.tasks.main.outbox.send_outbox"' in written()[added[1]]
    with pytest.raises(ScaffoldError) as caught:
        write(project, add_outbox, "main")
    assert str(caught.value) == f"{added[2]} exists already: move it away first"


def test_a_relay_is_a_service(project: Project, written: Written) -> None:
    """Where the project has a compose.yaml with our services; its text is extended."""
    add_databases(project, "main")
    compose = "x-project: &project\n  image: rotarran\n\nservices:\n  web:\n    <<: *project\n"
    (project.root / "compose.yaml").write_text(compose)
    assert "compose.yaml" in write(project, add_outbox, "main")
    assert written()["compose.yaml"] == (
        f"{compose}\n  relay-main:\n    <<: *project\n"
        '    command: ["python", "-m", "rotarran.tasks.main.outbox"]\n'
        '    healthcheck:\n      test: ["CMD", "qapla", "health", "relay"]\n'
        "      start_period: 30s\n"
    )


def test_an_outbox_needs_no_model(project: Project) -> None:
    """A database without tasks gets the package for the relay."""
    add_databases(project, "main")
    assert f"{SOURCE}/tasks/main/__init__.py" in write(project, add_outbox, "main")
