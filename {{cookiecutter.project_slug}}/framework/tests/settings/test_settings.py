"""The layers of the settings, and the one line that says what is wrong with them."""

import traceback
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import pytest

from qapla.database.application import DatabaseApplication
from qapla.exceptions import SettingsError

Project = Callable[..., DatabaseApplication]
PG = "postgresql://worf:{}@localhost/probe"


def error_of(application: DatabaseApplication, *, tests: bool = False) -> str:
    """Return the message of the error that a preparation ends with."""
    with pytest.raises(SettingsError) as caught:
        application.run_tests() if tests else application.run_command()
    return str(caught.value)


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
    """What does not begin with the project's prefix belongs to another program."""
    assert project(dotenv="COMPOSE_PROJECT_NAME=x\n").run_command().purpose == "command"


def test_a_missing_default_module(project: Project) -> None:
    """The error names the module and what to write."""
    assert error_of(project(default=None)) == (
        "the settings module probe.application.settings.default is missing: "
        "write it, with a dict named SETTINGS"
    )


def test_a_missing_tests_module(project: Project) -> None:
    """Tests never run on the settings of something else."""
    assert error_of(project(tests=None), tests=True) == (
        "the settings module probe.application.settings.tests is missing: "
        "write it, with a dict named SETTINGS"
    )


def test_a_module_that_imports_what_is_not_there(project: Project) -> None:
    """A module that cannot be imported is no missing module."""
    assert error_of(project("import no_such_module")) == (
        "the settings module probe.application.settings.default cannot be imported: "
        "ModuleNotFoundError: No module named 'no_such_module'"
    )


def test_a_module_that_is_broken_is_told_in_one_line(project: Project) -> None:
    """Whatever the import raises, the message has one line."""
    assert error_of(project("raise ValueError('one\\n  two')")) == (
        "the settings module probe.application.settings.default cannot be imported: "
        "ValueError: one two"
    )


def test_a_broken_package_of_settings(project: Project, tmp_path: Path) -> None:
    """An error of the package around the modules is told in the same way."""
    application = project()
    (tmp_path / "probe" / "application" / "settings" / "__init__.py").write_text("1 / 0")
    assert error_of(application) == (
        "the settings module probe.application.settings.default cannot be imported: "
        "ZeroDivisionError: division by zero"
    )


def test_a_module_without_settings(project: Project) -> None:
    """A module must hold a dict named SETTINGS."""
    assert error_of(project("SETTING = {}")) == (
        "the settings module probe.application.settings.default has no dict named SETTINGS: "
        "write SETTINGS = {}"
    )


def test_an_unknown_variable(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt variable with the project's prefix is refused, and the known ones listed."""
    monkeypatch.setenv("PROBE_DATABASE__MAIN__URL", PG.format("gowron"))
    assert error_of(project()) == (
        "the variable PROBE_DATABASE__MAIN__URL is unknown; known: "
        "PROBE_ENVIRONMENT, PROBE_DATABASES, PROBE_PATHS, PROBE_LOGGING, PROBE_CELERY"
    )


def test_an_unknown_variable_in_dotenv(project: Project) -> None:
    """The file `.env` is held to the same rule."""
    assert error_of(project(dotenv="PROBE_DEBUG=1\n")).startswith(
        "the variable PROBE_DEBUG is unknown; known: "
    )


def test_an_unknown_key_of_a_database(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database has a URL, a maintenance URL and options, and nothing else."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__PASSWORD", "gowron")
    assert error_of(project()) == (
        "the variable PROBE_DATABASES__MAIN__PASSWORD is unknown; "
        "known: url, default_url, options, reader, pooler"
    )


def test_an_unknown_database_in_a_variable(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A misspelt database is not added silently."""
    monkeypatch.setenv("PROBE_DATABASES__MIAN__URL", PG.format("gowron"))
    assert error_of(project()) == (
        "the variable PROBE_DATABASES__MIAN__URL: there is no database 'mian'; "
        "known: main, analytics"
    )


def test_an_unknown_database_in_a_module(project: Project) -> None:
    """The same for a database in the module `default`."""
    assert error_of(project("SETTINGS = {'databases': {'mian': {}}}")) == (
        "the setting databases.mian: there is no database 'mian'; known: main, analytics"
    )


def test_a_wrong_type(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """A value of the wrong type is named by its variable."""
    monkeypatch.setenv("PROBE_ENVIRONMENT", "staging")
    assert error_of(project()) == (
        "the variable PROBE_ENVIRONMENT is wrong: Input should be 'development' or 'production'"
    )


def test_a_wrong_type_in_a_module(project: Project) -> None:
    """A value of a module is named by its key, for there is no variable."""
    assert error_of(project("SETTINGS = {'databases': {'main': {'options': 5}}}")) == (
        "the setting databases.main.options is wrong: Input should be a valid dictionary"
    )


@pytest.mark.parametrize(
    ("variable", "message"),
    [
        ("PROBE_DATABASES", "it is not valid JSON"),
        (
            "PROBE_DATABASES__MAIN",
            "Input should be a valid dictionary or instance of DatabaseSettings",
        ),
        ("PROBE_DATABASES__MAIN__OPTIONS", "it is not valid JSON"),
    ],
)
def test_bad_json_is_told_without_the_value(
    project: Project, monkeypatch: pytest.MonkeyPatch, variable: str, message: str
) -> None:
    """A value that is no JSON object is named, and not shown."""
    monkeypatch.setenv(variable, '{"gowron')
    assert error_of(project()) == f"the variable {variable} is wrong: {message}"


EXAMPLE = "write postgresql+psycopg://user:password@host:5432/name, or sqlite:///path/to/file.db"


@pytest.mark.parametrize(
    ("url", "message"),
    [
        ("gowron", f"is not a database URL: {EXAMPLE}"),
        ("", f"is not a database URL: {EXAMPLE}"),
        ("postgresql://worf:gowron@host:port/x", f"is not a database URL: {EXAMPLE}"),
        ("klingon://worf:gowron@host/x", f"names an unknown dialect or driver: {EXAMPLE}"),
        (
            "postgresql+pg8000://worf:gowron@host/x",
            "needs the package pg8000, which is not installed: add it to the dependencies of the project",
        ),
    ],
)
def test_a_bad_url(
    project: Project, monkeypatch: pytest.MonkeyPatch, url: str, message: str
) -> None:
    """A text that is no URL of an installed kind of database is named, and not shown."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", url)
    assert error_of(project()) == f"the variable PROBE_DATABASES__MAIN__URL {message}"


def test_a_bad_maintenance_url(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """The maintenance URL is checked when the application is prepared, too."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__DEFAULT_URL", "gowron")
    assert error_of(project()) == (
        f"the variable PROBE_DATABASES__MAIN__DEFAULT_URL is not a database URL: {EXAMPLE}"
    )


def test_a_wrong_logging_dict(project: Project) -> None:
    """What `logging` cannot be configured by is a wrong setting like another."""
    assert error_of(project("SETTINGS = {'logging': {'version': 2}}")) == (
        "the setting logging is wrong: Unsupported version: 2"
    )


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("PROBE_DATABASES", '{"gowron'),
        ("PROBE_DATABASES__MAIN", '{"gowron'),
        ("PROBE_DATABASES__MAIN__URL", "gowron"),
        ("PROBE_DATABASES__MAIN__URL", "klingon://worf:gowron@host/x"),
        ("PROBE_DATABASES__MAIN__URL", "postgresql://worf:gowron@host:port/x"),
        ("PROBE_DATABASES__MAIN__PASSWORD", "gowron"),
        ("PROBE_DATABASES__MIAN__URL", PG.format("gowron")),
        ("PROBE_PATHS", '["gowron"]'),
        ("PROBE_UNKNOWN", "gowron"),
    ],
)
def test_a_secret_is_in_no_traceback(
    project: Project, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """Neither the message nor what a traceback prints has a value of the environment."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError) as caught:
        project().run_command()
    assert "\n" not in str(caught.value)
    assert "gowron" not in "".join(traceback.format_exception(caught.value))


def test_production_has_no_embedded_server(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In production a database without a URL is an error that names the variable to set."""
    monkeypatch.setenv("PROBE_ENVIRONMENT", "production")
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", PG.format("gowron"))
    assert error_of(project()) == (
        "database 'analytics' has no URL, and production has no embedded server: "
        "set the variable PROBE_DATABASES__ANALYTICS__URL"
    )


@pytest.mark.parametrize(
    "url",
    [
        PG.format("gowron"),
        PG.format("x").replace("worf:x@", "") + "?user=worf&password=gowron",
        pytest.param(
            "mysql+pymysql://127.0.0.1/probe?user=worf&passwd=gowron",
            marks=pytest.mark.skipif(find_spec("pymysql") is None, reason="needs pymysql"),
        ),
    ],
)
def test_a_password_is_in_no_repr(
    project: Project, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    """No representation shows the password of a URL, wherever in it the password stands."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", url)
    monkeypatch.setenv("PROBE_DATABASES__MAIN__DEFAULT_URL", url)
    application = project(databases=("main",)).run_command()
    database = application.dbs["main"]
    assert database.url.password == "gowron"
    shown = [repr(database), repr(database.target), repr(database.engine), str(database.url)]
    shown += [repr(application.settings), str(application.settings.model_dump())]
    assert "gowron" not in "".join(shown)


def test_what_goes_to_other_libraries_is_in_no_repr(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Engine options and Celery's settings may hold passwords of their own."""
    monkeypatch.setenv("PROBE_DATABASES__MAIN__OPTIONS__CONNECT_ARGS__PASSWORD", "gowron")
    monkeypatch.setenv("PROBE_CELERY__BROKER_URL", "redis://:gowron@host/0")
    application = project().run_command()
    assert application.settings.celery == {"broker_url": "redis://:gowron@host/0"}
    assert "gowron" not in repr(application.settings) + repr(application.dbs["main"].target)


def test_a_password_is_in_no_error_of_a_server_and_in_no_log(
    project: Project, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A connection that fails tells nothing of the password, even when the engine logs all."""
    caplog.set_level("DEBUG")
    url = "postgresql://worf:gowron@127.0.0.1:1/probe?connect_timeout=1"
    monkeypatch.setenv("PROBE_DATABASES__MAIN__URL", url)
    monkeypatch.setenv("PROBE_DATABASES__MAIN__OPTIONS__ECHO", "true")
    database = project().run_command().dbs["main"]
    with pytest.raises(Exception, match="Connection refused") as caught:
        database.engine.connect()
    assert "gowron" not in "".join(traceback.format_exception(caught.value)) + caplog.text
