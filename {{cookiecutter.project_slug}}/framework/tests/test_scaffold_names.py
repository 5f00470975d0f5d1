"""The rules of the names."""

import keyword
import re

import pytest
from pyramid.config import Configurator
from pyramid.request import Request

from qapla.exceptions import Refused
from qapla.scaffold import names, reserved
from qapla.scaffold.names import ModelName


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


@pytest.mark.parametrize("name", sorted(reserved.REQUEST | reserved.INJECTED | reserved.ALEMBIC))
def test_a_database_has_no_taken_name(name: str) -> None:
    """Each taken name is refused, whichever rule comes first."""
    with pytest.raises(Refused, match="is refused"):
        names.check_database(name, "rotarran")


@pytest.mark.parametrize("name", [*keyword.kwlist, *keyword.softkwlist, "type"])
def test_a_keyword_is_no_name(name: str) -> None:
    """Keywords, the soft ones too, are refused for databases and packages, on every Python."""
    with pytest.raises(Refused):
        names.check_database(name, "rotarran")
    with pytest.raises(Refused):
        names.check_package(name)


@pytest.mark.parametrize("name", ["main", "a", "pg_1", "ship2", "database", "d" * 31])
def test_good_names_of_databases(name: str) -> None:
    """Letters, digits and single underscores make a name."""
    assert names.check_database(name, "rotarran") == name


def test_every_name_that_is_made_of_a_database_fits() -> None:
    """The longest name that PostgreSQL would cut is refused, and the one before it is not."""
    longest = "d" * (63 - len("rotarran__test_template_01234567"))
    assert names.check_database(longest, "rotarran") == longest
    with pytest.raises(Refused, match="63 bytes"):
        names.check_database(longest + "d", "rotarran")


BAD_DATABASES = ["Main", "my-db", "_a", "a_", "a__b", "1a", "größe", "a b", "", "x" * 50, "url"]
BAD_PACKAGES = ["My Project", "9", "-", "json", "pytest", "qapla", "class", "a" * 80, "Ünï"]
BAD_MODELS = ["item", "My_Item", "Gerät", "other.Item", "Class", "TestA", "Session", "M" * 60, "1A"]


@pytest.mark.parametrize("name", BAD_DATABASES)
def test_the_answer_that_a_refusal_proposes_would_do(name: str) -> None:
    """What the line says would do for a database does."""
    with pytest.raises(Refused) as caught:
        names.check_database(name, "rotarran")
    assert names.check_database(_proposed(caught.value), "rotarran")


@pytest.mark.parametrize("name", BAD_PACKAGES)
def test_the_package_that_a_refusal_proposes_would_do(name: str) -> None:
    """What the line says would do for a package does."""
    with pytest.raises(Refused) as caught:
        names.check_package(name)
    assert names.check_package(_proposed(caught.value))


@pytest.mark.parametrize("name", BAD_MODELS)
def test_the_model_that_a_refusal_proposes_would_do(name: str) -> None:
    """What the line says would do for a model does."""
    with pytest.raises(Refused) as caught:
        names.parse_model(name, ["main"], "rotarran")
    assert names.parse_model(_proposed(caught.value), ["main"], "rotarran")


def _proposed(refused: Refused) -> str:
    """Return the answer that a refusal says would do."""
    found = re.search(r"; '([^']*)' would do$", str(refused))
    assert found is not None, refused
    return found[1]


@pytest.mark.parametrize(
    ("name", "snake", "table"),
    [
        ("Ship", "ship", "ships"),
        ("HTTPServer", "http_server", "http_servers"),
        ("Class2Room", "class2_room", "class2_rooms"),
        ("Box", "box", "boxes"),
        ("Batch", "batch", "batches"),
        ("Address", "address", "addresses"),
        ("Entry", "entry", "entries"),
        ("Day", "day", "days"),
        ("Y", "y", "ys"),
    ],
)
def test_a_model_is_called_after(name: str, snake: str, table: str) -> None:
    """The module is the name in snake case, the table its plural."""
    model = ModelName("main", name)
    assert (model.snake, model.table) == (snake, table)


def test_a_model_without_a_database_is_of_the_first() -> None:
    """`Ship` is `main.Ship`."""
    assert names.parse_models("Ship, logs.Ship", ["main", "logs"], "rotarran") == [
        ModelName("main", "Ship"),
        ModelName("logs", "Ship"),
    ]


@pytest.mark.parametrize("pair", ["Ship, Ship", "HTTPItem, HttpItem", "Matche, Match"])
def test_two_models_of_a_database_share_no_table(pair: str) -> None:
    """The second is refused, with the first that has its table; in two databases they may."""
    with pytest.raises(Refused):
        names.parse_models(pair, ["main"], "rotarran")
    apart = pair.replace(", ", ", logs.")
    assert len(names.parse_models(apart, ["main", "logs"], "rotarran")) == 2


def test_the_application_class_is_called_after_the_package() -> None:
    """Each word of the package begins with a capital."""
    assert names.application_class("my_2nd_app") == "My2ndAppApplication"
