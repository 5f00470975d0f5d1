"""A new project on each engine, and its tests in parallel."""

from pathlib import Path

import pytest
from answers import GOOD_ANSWERS
from baking import Install, check_types, generate, succeed
from documents import blocks

ENGINES = {
    "sqlite": ("sqlite:///{directory}/main.db", "sqlite:///{directory}/analytics.db"),
    "mariadb": ("{mariadb}_main", "{mariadb}_analytics"),
    "embedded and mariadb": ("", "{mariadb}_analytics"),
    "embedded and sqlite": ("", "sqlite:///{directory}/analytics.db"),
}


@pytest.mark.parametrize("workers", [[], ["-n", "2"]], ids=["alone", "parallel"])
@pytest.mark.parametrize("engines", ENGINES)
def test_a_project_runs_on_any_engine_by_its_urls_alone(
    request: pytest.FixtureRequest,
    install: Install,
    tmp_path: Path,
    engines: str,
    workers: list[str],
) -> None:
    """The URLs decide the engines, for each database: the same tests pass."""
    mariadb = request.getfixturevalue("mariadb") if "mariadb" in engines else ""
    project, _ = install("two databases")
    urls = {
        f"ROTARRAN_DATABASES__{name}__URL": url.format(directory=tmp_path, mariadb=mariadb)
        for name, url in zip(("MAIN", "ANALYTICS"), ENGINES[engines], strict=True)
        if url
    }
    command = ["uv", "run", "--extra", "mariadb", "pytest", "-q", *workers]
    assert " passed" in succeed(command, project, **urls)


def test_autogenerate_finds_nothing_to_do(install: Install) -> None:
    """The stamped migrations make the stamped models; an empty revision is not written."""
    project, _ = install("two databases")
    succeed(["uv", "run", "alembic", "-n", "analytics", "upgrade", "head"], project)
    succeed(["uv", "run", "alembic", "-n", "analytics", "check"], project)
    versions = project / "migrations/analytics/versions"
    before = sorted(versions.glob("*.py"))
    revision = ["revision", "--autogenerate", "-m", "nothing"]
    succeed(["uv", "run", "alembic", "-n", "analytics", *revision], project)
    assert sorted(versions.glob("*.py")) == before
    assert "CREATE TABLE events" in succeed(
        ["uv", "run", "alembic", "-n", "analytics", "upgrade", "head", "--sql"], project
    )


def test_tokens_on_any_engine_are_on_by_one_line(
    mariadb: str, template: Path, workplace: Path, tmp_path: Path
) -> None:
    """Their migration makes their model; with the fixture of the docs every test passes then."""
    project, _ = generate(template, workplace / "tokens", GOOD_ANSWERS["two databases"])
    as_project = ["uv", "run", "--extra", "mariadb"]
    succeed([*as_project, "qapla", "add", "tokens", "main"], project)
    check_types(project)
    tests = ["tests/integration/test_migrations.py", "tests/integration/main/test_tokens.py"]
    for url in (f"sqlite:///{tmp_path}/main.db", f"{mariadb}_main"):
        command = [*as_project, "pytest", "-q", *tests]
        assert " passed" in succeed(command, project, ROTARRAN_DATABASES__MAIN__URL=url)
    (fixture,) = (b for b in blocks(project / "docs/web.md", "python") if "def webapp" in b)
    (project / "tests/integration/conftest.py").write_text(fixture, encoding="utf-8")
    web = project / "src/rotarran/web/__init__.py"
    first, rest = web.read_text(encoding="utf-8").split('    config.include(".routes")\n')
    lines = '    config.include(".security")\n    config.include(".routes")\n'
    web.write_text(f"{first}{lines}{rest}", encoding="utf-8")
    assert " passed" in succeed([*as_project, "pytest", "-q"], project)


def test_workers_share_a_template_and_keep_their_databases(install: Install) -> None:
    """In parallel, again, with kept databases and from scratch: the tests pass each time."""
    project, _ = install("two databases")
    for options in (["-n", "4"], ["-n", "4", "--reuse-db"], ["-n", "4", "--recreate"], []):
        assert " passed" in succeed(["uv", "run", "pytest", "-q", *options], project)


def test_unit_tests_start_no_server(template: Path, workplace: Path) -> None:
    """Without the other tests there is no embedded server, and no directory for one."""
    project, _ = generate(template, workplace / "unit", GOOD_ANSWERS["one database"])
    assert " passed" in succeed(["uv", "run", "pytest", "-q", "tests/unit"], project)
    assert not (project / "var" / "postgres").exists()
