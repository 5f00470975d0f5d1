"""The plurals of English nouns."""

import pytest

from qapla.scaffold.names.plurals import plural

REGULAR = """
ship/ships box/boxes bus/buses status/statuses address/addresses batch/batches index/indexes
entry/entries day/days y/ys soliloquy/soliloquies roof/roofs chief/chiefs belief/beliefs
photo/photos piano/pianos logo/logos zero/zeros mongoose/mongooses human/humans german/germans
epoch/epochs price/prices craft/crafts schema/schemas
"""
IRREGULAR = """
child/children person/people man/men woman/women foot/feet tooth/teeth goose/geese mouse/mice
ox/oxen quiz/quizzes shelf/shelves knife/knives wife/wives leaf/leaves half/halves wolf/wolves
thief/thieves calf/calves life/lives hero/heroes potato/potatoes tomato/tomatoes echo/echoes
veto/vetoes analysis/analyses axis/axes basis/bases crisis/crises criterion/criteria
phenomenon/phenomena datum/data medium/media matrix/matrices vertex/vertices
"""
SAME = """
sheep fish deer series species aircraft equipment information metadata news settings statistics
people children data media
"""
COMPOUNDS = """
crew_man/crew_men salesman/salesmen grandchild/grandchildren bookshelf/bookshelves
http_server/http_servers user_data/user_data jellyfish/jellyfish superhero/superheroes
"""


@pytest.mark.parametrize("pair", f"{REGULAR}{IRREGULAR}{COMPOUNDS}".split())
def test_plurals(pair: str) -> None:
    """The last word counts, and in a compound without underscores its ending."""
    noun, several = pair.split("/")
    assert plural(noun) == several


@pytest.mark.parametrize("noun", SAME.split())
def test_uncountable_nouns_and_plurals_stay(noun: str) -> None:
    """Neither has a plural of its own."""
    assert plural(noun) == noun


@pytest.mark.parametrize(
    ("noun", "several"),
    [
        ("step child", "step children"),
        ("HTTP server", "HTTP servers"),
        ("ship URL", "ship URLs"),
        ("DNS", "DNSes"),
        ("API key", "API keys"),
        ("man man", "man men"),
    ],
)
def test_words_of_a_sentence(noun: str, several: str) -> None:
    """Acronyms keep their case."""
    assert plural(noun) == several
