"""Services that are added to compose.yaml."""

import pytest

from qapla.scaffold.source.compose import append_service

HEAD = "x-project: &project\n  image: probe\n\n"
SERVICES = "services:\n  web:\n    <<: *project\n"
RELAY = "\n  relay-main:\n    <<: *project\n    restart: always\n"
LINES = ["<<: *project", "restart: always"]


@pytest.mark.parametrize(
    "rest",
    ["", "\nvolumes:\n  data:\n", "# A comment.\nvolumes:\n", "\n# A comment.\n\nvolumes:\n"],
)
def test_a_service_is_the_last_one(rest: str) -> None:
    """It stands behind the other services, and before the next part of the file."""
    changed = append_service(f"{HEAD}{SERVICES}{rest}", "relay-main", LINES, "compose.yaml")
    assert changed == f"{HEAD}{SERVICES}{RELAY}{rest}"


def test_a_last_line_may_have_no_end() -> None:
    """The service begins on a line of its own."""
    source = (HEAD + SERVICES).removesuffix("\n")
    assert append_service(source, "relay-main", LINES, "") == f"{HEAD}{SERVICES}{RELAY}"


@pytest.mark.parametrize(
    "source",
    [
        "",
        SERVICES,
        f"{HEAD}include: [other.yaml]\n",
        f"{HEAD}{SERVICES}\n  relay-main:\n    image: own\n",
    ],
)
def test_a_file_of_the_users_own_stays(source: str) -> None:
    """It has no services, nothing that ours share, or this service already."""
    assert append_service(source, "relay-main", LINES, "compose.yaml") == source
