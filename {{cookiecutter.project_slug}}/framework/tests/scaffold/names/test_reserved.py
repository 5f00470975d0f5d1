"""The names that are taken."""

import pytest
from pyramid.config import Configurator
from pyramid.request import Request

from qapla.celery.outbox.inbox import InboxColumns
from qapla.celery.outbox.message import OutboxColumns
from qapla.exceptions import Refused
from qapla.scaffold.names import reserved
from qapla.scaffold.names.rules import check_database
from qapla.web.security.tokens import TokenColumns


def test_every_attribute_of_a_request_is_taken() -> None:
    """The list of names has all of the real class, so that a new Pyramid adds no clash unseen."""
    attributes = {name for name in dir(Request) if not name.startswith("_")}
    assert attributes - reserved.REQUEST == set()


def test_every_attribute_that_the_router_sets_is_taken() -> None:
    """A routed request has no public attribute that a database could have for a name."""
    seen: set[str] = set()

    def view(request: Request) -> str:
        seen.update(name for name in vars(request) if not name.startswith("_"))
        return ""

    config = Configurator()
    config.add_route("home", "/{name}")
    config.add_view(view, route_name="home", renderer="string")
    Request.blank("/x").get_response(config.make_wsgi_app())
    assert "matchdict" in seen
    assert seen - reserved.REQUEST == set()


def test_every_table_of_the_framework_is_taken() -> None:
    """A model has a table of its own, whatever is added to its database later."""
    tables = {columns.__tablename__ for columns in (InboxColumns, OutboxColumns, TokenColumns)}
    assert tables - reserved.TABLES == set()


@pytest.mark.parametrize(
    "name",
    sorted(reserved.REQUEST | reserved.INJECTED | reserved.ALEMBIC | reserved.MODULES),
)
def test_a_database_has_no_taken_name(name: str) -> None:
    """Each taken name is refused, whichever rule comes first."""
    with pytest.raises(Refused, match="is refused"):
        check_database(name, "rotarran")
