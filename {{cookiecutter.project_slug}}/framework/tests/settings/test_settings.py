"""The layers of the settings, in their order."""

from collections.abc import Callable
from pathlib import Path

import pytest

from qapla.database.application import DatabaseApplication

Project = Callable[..., DatabaseApplication]


def test_an_option_of_one_database_leaves_all_others_alone(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The layers are merged deeply: one variable for `main` keeps the rest of the settings."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__OPTIONS__POOL_SIZE", "7")
    databases = {
        "main": {"options": {"pool_size": 1, "echo": True}},
        "analytics": {"options": {"pool_size": 2}},
    }
    settings = project(f"SETTINGS = {{'databases': {databases}}}").run_command().settings
    assert settings.databases["main"].options == {"pool_size": 7, "echo": True}
    assert settings.databases["analytics"].options == {"pool_size": 2}


def test_a_higher_layer_wins(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each layer covers the one below: default, `.env`, environment, `tests`."""
    layer = "SETTINGS = {{'databases': {{'main': {{'options': {}}}}}}}"
    key = "PROBE_DATABASES__MAIN__OPTIONS__"
    layers = ("pool_size", "max_overflow", "pool_timeout", "query_cache_size")
    monkeypatch.setenv(f"{key}POOL_TIMEOUT", "3")
    monkeypatch.setenv(f"{key}QUERY_CACHE_SIZE", "3")
    application = project(
        layer.format(dict.fromkeys(layers, 1)),
        layer.format({"query_cache_size": 4}),
        f"{key}MAX_OVERFLOW=2\n{key}POOL_TIMEOUT=2\n{key}QUERY_CACHE_SIZE=2\n",
    )
    options = application.run_tests().settings.databases["main"].options
    assert options == dict(zip(layers, (1, 2, 3, 4), strict=True))


def test_the_module_tests_is_for_run_tests_only(project: Project) -> None:
    """Another purpose neither reads nor needs the module."""
    assert project(tests=None).run_command().purpose == "command"


def test_the_module_tests_wins_over_the_environment(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A URL in the environment is not where the tests go when `tests` names another."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", "sqlite:////env/main.db")
    tests = "SETTINGS = {'databases': {'main': {'url': 'sqlite:////tests/main.db'}}}"
    application = project(tests=tests).run_tests()
    assert application.dbs["main"].target.url.database == "/tests/main_test.db"


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        ("pool_size", "5", 5),
        ("echo", "true", True),
        ("label_length", "null", None),
        ("connect_args", '{"sslmode": "require"}', {"sslmode": "require"}),
        ("isolation_level", "READ COMMITTED", "READ COMMITTED"),
    ],
)
def test_options_are_json(
    project: Project, monkeypatch: pytest.MonkeyPatch, option: str, text: str, value: object
) -> None:
    """A variable for an engine option is JSON, or else plain text."""
    monkeypatch.setenv(f"PROBE_DATABASES__MAIN__OPTIONS__{option.upper()}", text)
    assert project().run_command().settings.databases["main"].options == {option: value}


def test_options_are_json_as_a_whole_and_in_depth(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One variable may hold every option, and one may reach into an option."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__OPTIONS", '{"pool_size": 3}')
    monkeypatch.setenv("PROBE_DATABASES__ANALYTICS__OPTIONS__CONNECT_ARGS__CONNECT_TIMEOUT", "5")
    databases = project().run_command().settings.databases
    assert databases["main"].options == {"pool_size": 3}
    assert databases["analytics"].options == {"connect_args": {"connect_timeout": 5}}


def test_a_project_adds_settings_of_its_own(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A subclass of `Settings` in the module `default` declares them."""
    monkeypatch.setenv("PROBE_CREW", "12")
    source = (
        "from qapla.settings import Settings as Base\n"
        "class Settings(Base):\n    crew: int = 1\n"
        "SETTINGS = {}\n"
    )
    assert getattr(project(source).run_command().settings, "crew") == 12  # noqa: B009


def test_paths_are_absolute_and_below_the_project(project: Project, tmp_path: Path) -> None:
    """Each database has a directory of migrations in `paths`, unless it is set."""
    application = project("SETTINGS = {'paths': {'migrations_main': 'sql/main'}}").run_command()
    assert application.paths["root"] == tmp_path
    assert application.dbs["main"].target.migrations == tmp_path / "sql" / "main"
    assert application.dbs["analytics"].target.migrations == tmp_path / "migrations" / "analytics"


def test_other_variables_in_dotenv_are_left_alone(project: Project) -> None:
    """A variable without the project's prefix belongs to another program."""
    assert project(dotenv="COMPOSE_PROJECT_NAME=x\n").run_command().purpose == "command"
