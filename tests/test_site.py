"""The site of the documentation builds without a warning, and leaves nothing out."""

import re
import sys
from pathlib import Path

import pytest
from baking import TEMPLATE, Bake, run
from sphinx.util.inventory import InventoryFile

DOCS = TEMPLATE / "docs"
SLUG = "{{cookiecutter.project_slug}}"
# The names that a project is written with.
PUBLIC = [
    "qapla.app.Application.run_shell",
    "qapla.celery.CeleryApplication.add_celery",
    "qapla.celery.task.Task.delay_on_commit",
    "qapla.database.application.DatabaseApplication.add_database_app",
    "qapla.database.database.Database.get_session",
    "qapla.database.decorators.WithDatabase",
    "qapla.database.env.AlembicEnv",
    "qapla.database.types.UtcDateTime",
    "qapla.driver.ReadDriver.get_by_id",
    "qapla.driver.ReadDriver.scalars",
    "qapla.driver.WriteDriver.transaction",
    "qapla.exceptions.QaplaError",
    "qapla.settings.Settings",
    "qapla.testing.BaseMigrationTests",
    "qapla.testing.fixtures.dbsession",
    "qapla.web.resource.read_body",
]


@pytest.fixture(scope="module")
def site(template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the directory of the site, which is built without a warning."""
    output = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "sphinx", "-W", "--keep-going", "--quiet"]
    done = run(
        [*command, "-d", str(output / "trees"), str(template / "docs"), str(output / "html")],
        template,
    )
    assert done.returncode == 0, done.stderr
    return output / "html"


def test_the_pages_of_a_project_are_shown(site: Path, bake: Bake) -> None:
    """Each page is in the site, with the names of the sample, and with links within the site."""
    project, _ = bake("two databases")
    for path in (project / "docs").glob("*.md"):
        page = site / "howto" / f"{path.stem}.html"
        assert "rotarran" in page.read_text(encoding="utf-8").lower(), path.name
    tree = (site / "howto/project.html").read_text(encoding="utf-8")
    assert 'href="databases.html"' in tree
    assert 'href="framework.html"' in tree


def test_the_reference_has_the_public_names(site: Path) -> None:
    """Python names, by their docstrings, and every command."""
    inventory = InventoryFile.loads((site / "objects.inv").read_bytes(), uri="")
    documented = {name for names in inventory.data.values() for name in names}
    assert set(PUBLIC) - documented == set()
    commands = (site / "reference/commands.html").read_text(encoding="utf-8")
    for command in ("qapla-add-model", "qapla-db-upgrade", "qapla-doctor", "qapla-shell"):
        assert f'id="{command}"' in commands


def test_nothing_is_fetched(site: Path) -> None:
    """A page loads its styles and scripts from the site itself."""
    for page in site.rglob("*.html"):
        loaded = re.findall(r'<(?:script|img|link)[^>]*?(?:src|href)="([^"]+)"', page.read_text())
        assert [url for url in loaded if "://" in url or url.startswith("//")] == [], page


def test_a_build_leaves_no_bytecode_in_the_template(site: Path, template: Path) -> None:
    """Cookiecutter would copy it into every project."""
    assert site.is_dir()
    assert list((template / SLUG / "framework/qapla").rglob("__pycache__")) == []
