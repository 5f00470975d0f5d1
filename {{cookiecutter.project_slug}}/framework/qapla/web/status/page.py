"""The view of the status page: it asks, and renders HTML without a script."""

import os
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pyramid.response import Response

from qapla.ops.overview.overview import Overview
from qapla.ops.report import versions
from qapla.web.rendering import NOSNIFF
from qapla.web.status import texts
from qapla.web.status.figures import figures_of, scale_of, verdict_of
from qapla.web.status.recorder import KEPT, Recorder
from qapla.web.status.resources import links_to_models, links_to_pages
from qapla.web.status.schema.diagram import Diagram, diagram_of

# Its files are served below this path.
ASSETS = "_status"
_HERE = Path(__file__).parent
_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = (
    NOSNIFF,
    ("Content-Security-Policy", _POLICY),
    ("Cache-Control", "no-store"),
    ("Referrer-Policy", "no-referrer"),
)


@dataclass(frozen=True)
class Place:
    """The names and paths that the page shows.

    Args:
        package: The package of the project.
        environment: `development` or `production`.
        root: The directory of the project.
        setting: The variable that turns the page on and off.
    """

    package: str
    environment: str
    root: Path
    setting: str

    @property
    def is_production(self) -> bool:
        """Whether strangers may reach the page."""
        return self.environment == "production"


class Page:
    """The view.

    Args:
        overview: The state of the application.
        recorder: The last requests.
        place: The names and paths.
    """

    def __init__(self, overview: Overview, recorder: Recorder, place: Place) -> None:
        self._overview = overview
        self._recorder = recorder
        self._place = place

    def __call__(self, request: Any) -> Response:
        """Ask, and return the page."""
        entries = self._recorder.entries
        state = self._overview.ask()
        is_production = self._place.is_production
        values = {
            "project": self._place.package,
            "environment": self._place.environment,
            "pid": os.getpid(),
            "now": datetime.now(UTC),
            "assets": f"{request.script_name}/{ASSETS}/",
            "digest": self._digest,
            "pages": links_to_pages(request),
            "links": links_to_models(request, state.databases),
            "state": state,
            "verdict": verdict_of(state),
            "figures": figures_of(state, entries),
            "outboxes": [
                (f"{database.name}.{name}", backlog)
                for database in state.databases
                for name, backlog in database.backlogs.items()
            ],
            "entries": entries,
            "scale": scale_of(entries),
            "kept": KEPT,
            "diagrams": self._diagrams,
            "versions": list(versions()),
            "setting": f"{self._place.setting}={'true' if is_production else 'false'}",
            "switch": "has turned this page on" if is_production else "turns this page off",
        }
        response = Response(self._template.render(values), content_type="text/html")
        response.headers.update(_HEADERS)
        return response

    @cached_property
    def _template(self) -> Any:
        loader = FileSystemLoader(_HERE / "templates")
        environment = Environment(
            loader=loader,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for name in ("rows", "milliseconds", "share", "age", "clock", "counted"):
            environment.filters[name] = getattr(texts, name)
        environment.filters["place"] = texts.below(self._place.root)
        return environment.get_template("page.html.jinja")

    @cached_property
    def _digest(self) -> str:
        """The version of the style sheet, as browsers keep it."""
        return sha256((_HERE / "static" / "status.css").read_bytes()).hexdigest()[:12]

    @cached_property
    def _diagrams(self) -> list[tuple[str, Diagram]]:
        """The diagrams of the databases with tables, which do not change while a process runs."""
        drawn = ((name, models.tables) for name, models in self._overview.models.items())
        return [(name, diagram_of(tables)) for name, tables in drawn if tables]
