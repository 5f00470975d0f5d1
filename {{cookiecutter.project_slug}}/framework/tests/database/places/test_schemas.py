"""Databases that are schemas of one database of PostgreSQL, by the `search_path` of their URLs."""

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import make_url, text

from qapla.database.database import Database
from qapla.database.lifecycle import create_schema
from qapla.database.places.placement import schema_of
from qapla.exceptions import DatabaseError, NotDroppable

from qapla_sample.application.app import SampleApplication

pytest_plugins = ["pytester"]

Place = Callable[..., Database]
Run = Callable[..., pytest.RunResult]
NAME = "qapla_schemas"
MIGRATIONS = "    pass\n\nclass TestMigrations(BaseMigrationTests):\n    APP_CLASS = Application\n"
BOTH = """
    @pytest.mark.parametrize("attempt", [1, 2])
    def test_it(self, application, dbsession, attempt):
        from qapla_sample.databases.analytics.event import Event
        dbsession.add(Ship(name="Rotarran"))
        dbsession.commit()
        with application.dbs["analytics"].get_session() as other:
            assert other.scalar(text("SELECT current_schema()")) == "two"
            assert other.query(Event).count() == 0
            assert other.scalar(text("SELECT to_regclass('one.ships')")) is None
        assert dbsession.scalar(text("SELECT current_schema()")) == "one"
        assert dbsession.query(Ship).count() == 1

    def test_committing(self, committing, application, dbsession):
        dbsession.add(Ship(name="Rotarran"))
        dbsession.commit()
"""


@pytest.fixture
def schemas(place: Place, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """Place the databases of the sample in two schemas of one database, which is returned."""
    database = place(NAME)
    for name, schema in (("MAIN", "one"), ("ANALYTICS", "two")):
        url = database.url.update_query_dict({"options": f"-c search_path={schema}"})
        monkeypatch.setenv(f"QAPLA_SAMPLE_DATABASES__{name}__URL", url.render_as_string())
    yield database
    for name in database.server.database_names():
        if name.startswith(NAME):
            database.server.for_database(name).drop()


def upgraded() -> SampleApplication:
    """Return an application whose databases are upgraded, as the command `alembic` does it."""
    application = SampleApplication().run_command()
    for database in application.dbs.values():
        if not database.exists():
            database.create()
        create_schema(database)
        database.migrate()
        database.dispose()
    return application


def test_the_schemas_are_created(schemas: Database) -> None:
    """The first upgrade needs nothing that was made by hand; the second one changes nothing."""
    for _ in range(2):
        upgraded()
    with schemas.engine.connect() as connection:
        query = "SELECT schemaname || '.' || tablename FROM pg_tables WHERE tablename = :name"
        found = {
            name: connection.scalars(text(query), {"name": name}).all()
            for name in ("ships", "events", "alembic_version")
        }
    schemas.dispose()
    assert found["ships"] == ["one.ships"]
    assert found["events"] == ["two.events"]
    assert sorted(found["alembic_version"]) == ["one.alembic_version", "two.alembic_version"]


def test_each_schema_has_a_test_database(schemas: Database, no_worker: None) -> None:
    """Tests drop and clone whole databases, so that two schemas cannot share one."""
    dbs = SampleApplication().run_tests().dbs
    assert [found.target.url.database for found in dbs.values()] == [
        f"{NAME}_test",
        f"{NAME}_analytics_test",
    ]


@pytest.mark.parametrize("options", [[], ["--recreate"], ["--reuse-db"]])
def test_the_tests_of_both_schemas(run: Run, schemas: Database, options: list[str]) -> None:
    """Isolated, committing, emptied, cloned: each in its schema."""
    for _ in range(2):
        run(BOTH, *options).assert_outcomes(passed=3)


def test_the_migrations_of_both_schemas(run: Run, schemas: Database) -> None:
    """The ready-made tests of migrations pass for both."""
    run(MIGRATIONS).assert_outcomes(passed=10)


def test_the_tests_leave_the_schemas_alone(run: Run, schemas: Database) -> None:
    """Rows that were committed for real are there afterwards."""
    main = upgraded().dbs["main"]
    with main.engine.begin() as connection:
        connection.execute(text("INSERT INTO ships (name) VALUES ('Bortas')"))
    run(BOTH).assert_outcomes(passed=3)
    with main.engine.connect() as connection:
        assert connection.scalars(text("SELECT name FROM ships")).all() == ["Bortas"]
    main.dispose()


def test_a_schema_is_not_dropped_with_that_of_another(schemas: Database) -> None:
    """To drop the database would drop both."""
    application = SampleApplication().run_command()
    with pytest.raises(NotDroppable) as caught:
        application.dbs["analytics"].drop()
    assert str(caught.value) == (
        f"database 'analytics': {NAME!r} is not dropped, as it has the schema of 'main' too: drop "
        "the schema of 'analytics' by hand"
    )


def test_a_third_database_with_the_name_of_a_schemas_test_database(
    schemas: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name that a schema's test database gets may be taken."""
    url = schemas.url.set(database=f"{NAME}_crew").render_as_string()

    class Application(SampleApplication):
        __module__ = SampleApplication.__module__

        def append_app_plugins(self) -> None:
            self.add_database_app([Database("main"), Database("crew"), Database("analytics")])

    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__ANALYTICS__URL", url)
    two = schemas.url.update_query_dict({"options": "-c search_path=two"})
    monkeypatch.setenv("QAPLA_SAMPLE_DATABASES__CREW__URL", two.render_as_string())
    with pytest.raises(DatabaseError) as caught:
        Application().run_tests()
    assert str(caught.value) == (
        f"the test databases of 'crew' and 'analytics' would be one, {NAME}_crew_test: give "
        "'analytics' another name"
    )


@pytest.mark.parametrize(
    ("options", "schema"),
    [
        ("-c search_path=one", "one"),
        ("-csearch_path=One,public", "one"),
        ('-c search_path="One",public', "One"),
        ("-c statement_timeout=5 -c search_path=one", "one"),
        ('-c search_path="$user",public', ""),
        ("-c search_path=public", "public"),
        ("-c statement_timeout=5", ""),
    ],
)
def test_the_schema_of_a_url(options: str, schema: str) -> None:
    """It is the first one of the path, as PostgreSQL reads its name."""
    url = make_url("postgresql://h/x").update_query_dict({"options": options})
    assert schema_of(url) == schema
