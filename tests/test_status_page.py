"""The status page of a served project in a browser, and the debug toolbar beside it."""

import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from answers import GOOD_ANSWERS
from axe_playwright_python.sync_playwright import Axe
from baking import generate, succeed
from playwright.sync_api import Browser, Page, expect, sync_playwright
from servers import require
from serving import ask, read, served

URL = "http://localhost:6543"
SERVE = ["uv", "run", "pserve", "development.ini"]
DEAD = "postgresql+psycopg://worf:gowron@127.0.0.1:1/x"
# A view with a query for each row.
ROSTER = """
    from typing import Any

    from pyramid.view import view_config

    from rotarran.databases.main.ship import ShipReadDriver
    from rotarran.web.request import Request


    @view_config(route_name="roster", renderer="json")
    def roster(request: Request) -> list[Any]:
        reads = ShipReadDriver(request.main)
        return [reads.get_row(ship.id, "name") for ship in reads.list_all()]
"""
ROUTE = '    config.add_route("roster", "/roster")\n'
# The button of the toolbar is none of ours.
OURS = {"exclude": [["#pDebug"]]}

Open = Callable[..., Page]


@pytest.fixture(scope="module")
def project(template: Path, workplace: Path) -> Path:
    """Return a project with a list of ships that asks for each."""
    project, _ = generate(template, workplace / "status", GOOD_ANSWERS["two databases"])
    succeed(["uv", "run", "qapla", "db", "upgrade"], project)
    web = project / "src" / "rotarran" / "web"
    (web / "controllers" / "main" / "roster.py").write_text(dedent(ROSTER))
    with (web / "routes.py").open("a") as routes:
        routes.write(ROUTE)
    return project


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return Chromium, without a window."""
    program = require("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Open]:
    """Return a function that opens the page; nothing may be asked elsewhere, or be complained about."""
    stack, asked, printed = ExitStack(), list[str](), list[tuple[str, str]]()

    def open_page(scheme: Any = "light", width: int = 1280) -> Page:
        context = browser.new_context(
            color_scheme=scheme, viewport={"width": width, "height": 900}, reduced_motion="reduce"
        )
        stack.callback(context.close)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: printed.append((page.url, message.text)))
        page.goto(URL)
        return page

    with stack:
        yield open_page
    assert [url for url in asked if not url.startswith(f"{URL}/")] == []
    assert [text for url, text in printed if url == f"{URL}/"] == []


@pytest.fixture(scope="class")
def filled(project: Path, browser: Browser) -> Iterator[None]:
    """Serve the project, with rows and after requests."""
    with served(project, SERVE):
        for name in ("Rotarran", "Pagh"):
            assert ask(f"{URL}/ships", {"name": name})[0] == 201
        assert ask(f"{URL}/roster") == (200, [{"name": "Rotarran"}, {"name": "Pagh"}])
        yield


@pytest.mark.usefixtures("filled")
class TestFilled:
    """A project in use."""

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [1280, 360])
    def test_it_is_accessible(self, open_page: Open, scheme: str, width: int) -> None:
        """In both palettes, in wide and narrow windows, with a request open; nothing is cut off."""
        page = open_page(scheme, width)
        page.locator("summary", has_text="/roster").click()
        results = Axe().run(page, context=OURS)
        assert results.violations_count == 0, results.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") == width
        expect(page.get_by_role("main")).to_be_visible()
        assert page.locator("table").count() == page.locator("table > caption").count() > 2

    def test_it_shows_the_project(self, open_page: Open) -> None:
        """Databases and models with their rows, the repeated statement with its line, and the schema."""
        page = open_page()
        expect(page).to_have_title("rotarran: Everything is ready")
        main = page.get_by_role("table", name="Models of main")
        expect(main.get_by_role("row", name="Ship ships 2 /ships")).to_be_visible()
        request = page.locator("details", has=page.get_by_text("/roster"))
        request.locator("summary").click()
        repeated = request.locator("tr.repeated")
        expect(repeated).to_contain_text("FROM ships WHERE ships.id = ")
        expect(repeated).to_contain_text(
            re.compile(r"src/rotarran/web/controllers/main/roster\.py:\d+")
        )
        diagram = page.get_by_role("img", name="The tables of main")
        expect(diagram).to_contain_text("VARCHAR(200)")

    def test_it_is_used_by_the_keyboard(self, open_page: Open) -> None:
        """The first key leads past the navigation, and a request opens by Enter."""
        page = open_page()
        page.keyboard.press("Tab")
        expect(page.get_by_text("Skip to the content")).to_be_focused()
        expect(page.get_by_text("Skip to the content")).to_be_in_viewport()
        request = page.locator("details").first
        request.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(request).to_have_attribute("open", "")

    def test_its_links_lead_on(self, open_page: Open) -> None:
        """To the resource, and to its part of the API's page."""
        page = open_page()
        page.get_by_role("link", name="/ships", exact=True).click()
        expect(page.locator("body")).to_contain_text("Rotarran")
        page.go_back()
        page.get_by_role("link", name="API of /ships").click()
        expect(page.get_by_role("link", name="main.ship", exact=True)).to_be_in_viewport()

    def test_the_toolbar_shows_statements(self, browser: Browser) -> None:
        """With their values; JSON is left as it is."""
        assert ask(f"{URL}/ships?name=Rotarran")[1]["items"][0]["id"] == 1
        page = read(f"{URL}/_debug_toolbar/")
        assert "FROM ships" in re.sub(r"<[^>]*>", "", page)
        assert "Rotarran" in page


def test_a_dead_database(project: Path, browser: Browser, open_page: Open) -> None:
    """It is named with its reason, and without its password; the others are shown."""
    with served(project, SERVE, ROTARRAN_DATABASES__ANALYTICS__URL=DEAD):
        page = open_page()
        expect(page).to_have_title("rotarran: Not ready")
        card = page.get_by_role("article", name="analytics")
        expect(card).to_contain_text("port 1 failed: Connection refused")
        expect(card).to_contain_text("postgresql+psycopg://worf:***@127.0.0.1:1/x")
        expect(page.get_by_role("article", name="main")).to_contain_text("ready")
        assert "gowron" not in page.content()
        results = Axe().run(page, context=OURS)
        assert results.violations_count == 0, results.generate_report()
