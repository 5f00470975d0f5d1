"""`pshell` has the names of `qapla shell`, and the sessions of its request."""

from pathlib import Path
from typing import Any

import pytest
from pyramid.scripts.pshell import PShellCommand
from sqlalchemy import text

from qapla.exceptions import DatabaseNotFound

INI = """
[app:main]
paste.app_factory = qapla_sample.served:factory

[pshell]
setup = qapla.web.pshell:setup
select = sqlalchemy.select
"""


def test_names_of_pshell(
    sqlite: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The request ends with the shell, and reports a write that nobody committed."""
    monkeypatch.delenv("PYTHONSTARTUP", raising=False)
    ini = sqlite / "pshell.ini"
    ini.write_text(INI)
    seen: dict[str, Any] = {}

    def work(env: dict[str, Any], help_text: str) -> None:
        seen.update(env, help=help_text)
        env["main"].add(env["Ship"](name="Rotarran"))
        assert env["main"] is env["request"].main
        assert env["analytics"] is env["request"].analytics

    PShellCommand(["pshell", str(ini)], quiet=True).run(work)
    assert seen["application"].dbs["main"].sessions().get_bind().dialect.name == "sqlite"
    assert seen["ShipReadDriver"].model is seen["Ship"]
    assert "select       sqlalchemy.select" in seen["help"]
    lost = "database 'main': the request GET / ended with writes that nobody committed"
    assert [record.getMessage()[: len(lost)] for record in caplog.records] == [lost]
    for database in seen["application"].dbs.values():
        database.dispose()


def test_a_database_without_a_url(project: Any, tmp_path: Path) -> None:
    """An unmanaged one does not keep the shell from opening; its first use names the variable."""
    from pyramid import scripting

    from qapla.web.pshell import setup

    url = f"sqlite:///{tmp_path}/main.db"
    settings = f"SETTINGS = {{'databases': {{'main': {{'url': {url!r}}}}}}}"
    application = project(settings, databases=("main",), unmanaged=("legacy",))
    with scripting.prepare(registry=application.run_wsgi().registry) as env:
        setup(env)
        assert "main" in env
        with pytest.raises(DatabaseNotFound, match="set the variable PROBE_DATABASES__LEGACY__URL"):
            env["legacy"].execute(text("SELECT 1"))
    application.dbs["main"].dispose()
