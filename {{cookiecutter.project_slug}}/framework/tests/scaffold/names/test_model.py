"""The names that are made from a model's and a package's."""

import pytest

from qapla.scaffold.names.model import ModelName, application_class


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
        ("CrewMan", "crew_man", "crew_men"),
        ("Sheep", "sheep", "sheep"),
    ],
)
def test_a_model_is_called_after(name: str, snake: str, table: str) -> None:
    """The module is the name in snake case, the table its plural."""
    model = ModelName("main", name)
    assert (model.snake, model.table) == (snake, table)


@pytest.mark.parametrize(
    ("name", "plural", "variables", "nouns"),
    [
        ("Ship", "", ("ship", "ships"), "ships"),
        ("Sheep", "", ("sheep", "all_sheep"), "sheep"),
        ("Octopus", "octopodes", ("octopus", "octopodes"), "octopodes"),
        ("Crew", "crew", ("crew", "all_crew"), "crew"),
        ("HTTPServer", "http_servers", ("http_server", "http_servers"), "HTTP servers"),
        ("Rank", "class", ("item", "items"), "class"),
        ("InternationalOctopus", "international_octopodes", ("octopus", "octopodes"), ""),
        ("Aaaabbbbccccddd", "", ("aaaabbbbccccddd", "aaaabbbbccccddds"), ""),
        ("Hydrometeorology", "", ("item", "items"), "hydrometeorologies"),
    ],
)
def test_one_and_several_have_names_of_their_own(
    name: str, plural: str, variables: tuple[str, str], nouns: str
) -> None:
    """A plural that is named counts in code and in sentences."""
    model = ModelName("main", name, plural)
    assert (model.variable, model.variables) == variables
    assert model.nouns == (nouns or model.nouns)
    assert model.table == (plural or model.table)


def test_the_plural_does_not_identify_a_model() -> None:
    """Neither does it change the name that revisions are hashed from."""
    named = ModelName("main", "Octopus", "octopodes")
    assert named == ModelName("main", "Octopus")
    assert str(named) == "main.Octopus"


def test_the_application_class_is_called_after_the_package() -> None:
    """Each word of the package begins with a capital."""
    assert application_class("my_2nd_app") == "My2ndAppApplication"


@pytest.mark.parametrize(
    ("name", "variable"),
    [
        ("Ship", "ship"),
        ("HTTPServer", "http_server"),
        ("InternationalSpaceShip", "ship"),
        ("Body", "item"),
        ("A", "item"),
        ("FrontPage", "front_page"),
        ("VeryVeryVeryLongClass", "item"),
    ],
)
def test_a_variable_is_short_and_free(name: str, variable: str) -> None:
    """A name that is too long is cut to its last word; one that is taken is `item`."""
    assert ModelName("main", name).variable == variable


@pytest.mark.parametrize(
    ("name", "noun"),
    [
        ("Ship", "a ship"),
        ("Event", "an event"),
        ("User", "a user"),
        ("Update", "an update"),
        ("Euro", "a euro"),
        ("Hour", "an hour"),
        ("House", "a house"),
        ("HTTPServer", "an HTTP server"),
        ("URL", "a URL"),
        ("OneWay", "a one way"),
        ("A", "an a"),
    ],
)
def test_a_noun_has_its_article(name: str, noun: str) -> None:
    """The sound decides, as far as it can be told from the letters."""
    assert ModelName("main", name).a_noun == noun
