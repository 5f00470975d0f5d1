"""The name of a model, and everything that is called after it."""

import re
from dataclasses import dataclass

# Where one word of a CamelCase name ends and the next one begins.
WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


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
