"""The name of a model, and everything that is called after it."""

import keyword
import re
from dataclasses import dataclass

from qapla.scaffold.names.reserved import VARIABLES

# Where one word of a CamelCase name ends and the next one begins.
WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Longer ones would make lines that cannot be broken.
_LONGEST_VARIABLE = 16

# Nouns that begin with the sound of a vowel: not those like "user", "one" and "euro".
_VOWEL = re.compile(r"a|e(?!u|w)|i|o(?!ne\b|nce\b)|u(?![a-z][aeiou])|hour|honou?r|heir")
# Acronyms of which the first letter is spoken with a vowel: "an HTTP server".
_SPOKEN_VOWEL = re.compile(r"[AEFHILMNORSX][A-Z0-9]")


@dataclass(frozen=True, order=True)
class ModelName:
    """A model's name, with its database."""

    database: str
    name: str

    @property
    def snake(self) -> str:
        """Return the name of its module, in snake case."""
        return WORDS.sub("_", self.name).lower()

    @property
    def table(self) -> str:
        """Return the name of its table: the plural, so that `User` needs no quoting."""
        return plural(self.snake)

    @property
    def variable(self) -> str:
        """Return the name of a variable for an object of it: `ship`, or a shorter name."""
        for name in (self.snake, self.snake.rpartition("_")[2]):
            pair = (name, plural(name))
            taken = any(keyword.iskeyword(word) or word in VARIABLES for word in pair)
            if len(name) <= _LONGEST_VARIABLE and not taken:
                return name
        return "item"

    @property
    def variables(self) -> str:
        """Return the name of a variable for several objects of it."""
        return plural(self.variable)

    @property
    def noun(self) -> str:
        """Return the name in the words of a sentence: "HTTP server"."""
        words = WORDS.split(self.name)
        return " ".join(word if word[1:].isupper() else word.lower() for word in words)

    @property
    def nouns(self) -> str:
        """Return the plural of the noun."""
        return plural(self.noun)

    @property
    def a_noun(self) -> str:
        """Return the noun with its article: "a ship", "an event"."""
        vowel = _SPOKEN_VOWEL if self.noun[:2].isupper() else _VOWEL
        return f"an {self.noun}" if vowel.match(self.noun) else f"a {self.noun}"

    def __str__(self) -> str:
        return f"{self.database}.{self.name}"


def plural(noun: str) -> str:
    """Return the plural of an English noun, by the regular rules."""
    if noun.endswith(("s", "x", "z", "ch", "sh")):
        return f"{noun}es"
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}s"


def application_class(package: str) -> str:
    """Return the name of a project's application class."""
    return "".join(word.capitalize() for word in package.split("_")) + "Application"
