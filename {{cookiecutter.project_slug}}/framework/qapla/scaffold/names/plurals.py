"""Plurals of English nouns: tables of the irregular ones, and rules for the others."""

from functools import cache


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("/") for pair in text.split())


# Endings hold for compounds too: `salesman`, `grandchild`, `bookshelf`, `metadata`.
_SAME = _words(
    """
    advice aircraft baggage barracks bison cash cattle chassis children clothes corps criteria
    crossroads data deer equipment evidence feedback fish furniture goods graffiti hardware
    headquarters homework hovercraft ics information ings knowledge luggage machinery media
    merchandise middleware money moose music news offspring people personnel police progress
    rendezvous research salmon scissors series sheep software spacecraft species staff tennis
    traffic trout watercraft weather wildlife
    """
)
_IRREGULAR = _pairs(
    """
    alumnus/alumni appendix/appendices axis/axes bacterium/bacteria child/children codex/codices
    corpus/corpora criterion/criteria datum/data erratum/errata foot/feet genus/genera
    larva/larvae man/men matrix/matrices medium/media mouse/mice nucleus/nuclei person/people
    phenomenon/phenomena quiz/quizzes sis/ses stimulus/stimuli stratum/strata tooth/teeth
    vertebra/vertebrae vertex/vertices
    calf/calves dwarf/dwarves elf/elves half/halves hoof/hooves knife/knives leaf/leaves life/lives
    loaf/loaves scarf/scarves sheaf/sheaves thief/thieves wharf/wharves wife/wives wolf/wolves
    buffalo/buffaloes cargo/cargoes domino/dominoes echo/echoes embargo/embargoes hero/heroes
    mosquito/mosquitoes potato/potatoes tomato/tomatoes tornado/tornadoes torpedo/torpedoes
    veto/vetoes volcano/volcanoes
    epoch/epochs monarch/monarchs stomach/stomachs tech/techs
    """
)
# Not for compounds: `box`, `mongoose` and `blouse` end so.
_WORDS = _pairs("die/dice fez/fezzes goose/geese louse/lice ox/oxen")
# They end as irregular ones do.
_REGULAR = _words(
    "behalf bluetooth caiman german human norman ottoman roman shaman superhuman talisman"
)


@cache
def plural(noun: str) -> str:
    """Return the plural of an English noun; in "step child" or `crew_man` the last word counts.

    Args:
        noun: Words in lower case, or acronyms, with spaces or underscores between them.
    """
    last = noun[max(noun.rfind("_"), noun.rfind(" ")) + 1 :]
    return noun.removesuffix(last) + _plural(last)


def _plural(word: str) -> str:
    if word in _WORDS:
        return _WORDS[word]
    if word.endswith(_SAME):
        return word
    for ending, replacement in _IRREGULAR.items():
        if word.endswith(ending) and word not in _REGULAR:
            return word.removesuffix(ending) + replacement
    if word.endswith("y") and len(word) > 1 and (word[-2] not in "aeiou" or word[-3:] == "quy"):
        return f"{word[:-1]}ies"
    return f"{word}es" if word.lower().endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"
