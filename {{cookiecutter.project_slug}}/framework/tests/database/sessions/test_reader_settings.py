"""The settings of a database with which reads need no transaction."""

from collections.abc import Callable

import pytest

from qapla.database.application import DatabaseApplication


def configured(project: Callable[..., DatabaseApplication], url: str, **settings: object) -> bool:
    """Return whether a database with settings has a reader."""
    given = {"url": url, **settings}
    application = project(
        default=f"SETTINGS = {{'databases': {{'main': {given!r}}}}}", databases=("main",)
    )
    application.run_command()
    return application.dbs["main"].target.reader


@pytest.mark.parametrize(
    ("url", "settings", "expected"),
    [
        ("postgresql+psycopg://h/d", {}, True),
        ("postgresql+psycopg://h/d", {"reader": False}, False),
        ("postgresql+psycopg://h/d", {"options": {"isolation_level": "SERIALIZABLE"}}, False),
        (
            "postgresql+psycopg://h/d",
            {"options": {"execution_options": {"isolation_level": "SERIALIZABLE"}}},
            False,
        ),
        (
            "postgresql+psycopg://h/d",
            {"reader": True, "options": {"isolation_level": "SERIALIZABLE"}},
            False,
        ),
        ("postgresql+psycopg://h/d", {"options": {"pool_size": 9}}, True),
        ("mysql+pymysql://h/d", {}, False),
        ("mysql+pymysql://h/d", {"reader": True}, True),
        ("sqlite:///d.db", {}, False),
        ("sqlite:///d.db", {"reader": True}, True),
    ],
)
def test_which_databases_have_a_reader(
    project: Callable[..., DatabaseApplication],
    url: str,
    settings: dict[str, object],
    expected: bool,
) -> None:
    """By default where it changes nothing but the speed; by a setting elsewhere too."""
    assert configured(project, url, **settings) is expected


def test_a_pool_of_the_users_own_has_no_reader(
    project: Callable[..., DatabaseApplication],
) -> None:
    """A pool class is chosen for all connections of a database."""
    options = "{'poolclass': StaticPool}"
    default = (
        "from sqlalchemy import StaticPool\n"
        "SETTINGS = {'databases': "
        f"{{'main': {{'url': 'postgresql+psycopg://h/d', 'options': {options}}}}}}}"
    )
    application = project(default=default, databases=("main",)).run_command()
    assert not application.dbs["main"].target.reader
