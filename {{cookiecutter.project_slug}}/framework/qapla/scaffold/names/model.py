"""The name of a model, and everything that is called after it."""

import keyword
import re
from dataclasses import dataclass, field

from qapla.scaffold.names.plurals import plural
from qapla.scaffold.names.reserved import AMBIGUOUS, VARIABLES

# Where one word of a CamelCase name ends and the next one begins.
WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
# Longer ones would make lines that cannot be broken.
_LONGEST_VARIABLE = 17

# Nouns that begin with the sound of a vowel: not those like "user", "one" and "euro".
_VOWEL = re.compile(r"a|e(?!u|w)|i|o(?!ne\b|nce\b)|u(?![a-z][aeiou])|hour|honou?r|heir")
# Acronyms of which the first letter is spoken with a vowel: "an HTTP server".
_SPOKEN_VOWEL = re.compile(r"[AEFHILMNORSX][A-Z0-9]")


@dataclass(frozen=True, order=True)
class ModelName:
    """A model's name, with its database.

    Args:
        database: The name of the database.
        name: The name of the class, in CamelCase.
        plural: The plural in snake case, where it is another than the English rules make.
    """

    database: str
    name: str
    plural: str = field(default="", compare=False)

    @property
    def snake(self) -> str:
        """Return the name of its module, in snake case."""
        return WORDS.sub("_", self.name).lower()

    @property
    def table(self) -> str:
        """Return the name of its table: the plural, so that `User` needs no quoting."""
        return self.plural or plural(self.snake)

    @property
    def variable(self) -> str:
        """Return the name of a variable for an object of it: `ship`, or a shorter name."""
        return self._variables[0]

    @property
    def variables(self) -> str:
        """Return the name of a variable for several objects of it: `ships`, `all_sheep`."""
        return self._variables[1]

    @property
    def _variables(self) -> tuple[str, str]:
        """Return the names of variables for one object and for several: their last words if long."""
        last = (self.snake.rpartition("_")[2], self.table.rpartition("_")[2])
        for one, several in ((self.snake, self.table), last):
            pair = (one, several if several != one else f"all_{one}")
            if all(_is_free(name) for name in pair):
                return pair
        return ("item", "items")

    @property
    def noun(self) -> str:
        """Return the name in the words of a sentence: "HTTP server"."""
        words = WORDS.split(self.name)
        return " ".join(word if word[1:].isupper() else word.lower() for word in words)

    @property
    def nouns(self) -> str:
        """Return the plural of the noun: "HTTP servers"."""
        if not self.plural:
            return plural(self.noun)
        acronyms = {word.lower(): word for word in self.noun.split()}
        return " ".join(acronyms.get(word, word) for word in self.plural.split("_"))

    @property
    def a_noun(self) -> str:
        """Return the noun with its article: "a ship", "an event"."""
        vowel = _SPOKEN_VOWEL if self.noun[:2].isupper() else _VOWEL
        return f"an {self.noun}" if vowel.match(self.noun) else f"a {self.noun}"

    @property
    def answer(self) -> str:
        """Return the name as a user types it, after a database: `Ship`, `Octopus/octopodes`."""
        return f"{self.name}/{self.plural}" if self.plural else self.name

    def __str__(self) -> str:
        return f"{self.database}.{self.name}"


def application_class(package: str) -> str:
    """Return the name of a project's application class."""
    return "".join(word.capitalize() for word in package.split("_")) + "Application"


def _is_free(variable: str) -> bool:
    taken = keyword.iskeyword(variable) or variable in AMBIGUOUS | VARIABLES
    return variable.isidentifier() and len(variable) <= _LONGEST_VARIABLE and not taken
