"""The rules of the names: of projects, databases and models, each refused in one line."""

import keyword
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NoReturn

from qapla.exceptions import Refused
from qapla.scaffold import reserved

# PostgreSQL cuts an identifier off after 63 bytes; the longest name made from a database's is
# `<package>_<database>_test_template_<hash>`, with a hash of 8 digits.
LONGEST_IDENTIFIER = 63
_LONGEST_SUFFIX = len("_test_template_") + 8
_LONGEST_DATABASE = 40
_LONGEST_MODEL = 32

_IDENTIFIER = re.compile(r"[a-z]([a-z0-9]|_(?=[a-z0-9]))*")
_CAMEL_CASE = re.compile(r"[A-Z][A-Za-z0-9]*")
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


@dataclass(frozen=True, order=True)
class ModelName:
    """Name a model of a database, and everything that is called after it."""

    database: str
    name: str

    @property
    def snake(self) -> str:
        """Return the name of its module, in snake case."""
        return _WORDS.sub("_", self.name).lower()

    @property
    def table(self) -> str:
        """Return the name of its table: the plural, so that `User` needs no quoting."""
        if self.snake.endswith(("s", "x", "z", "ch", "sh")):
            return f"{self.snake}es"
        if self.snake.endswith("y") and self.snake[-2:-1] not in "aeiou":
            return f"{self.snake[:-1]}ies"
        return f"{self.snake}s"

    def __str__(self) -> str:
        return f"{self.database}.{self.name}"


def application_class(package: str) -> str:
    """Return the name of a project's application class."""
    return "".join(word.capitalize() for word in package.split("_")) + "Application"


def check_package(name: str) -> str:
    """Return the name of a project's package if it may have it.

    Raises:
        Refused: It may not; the text names the value, the rule and an answer that would do.
    """
    what = "the project slug"
    if not _IDENTIFIER.fullmatch(name):
        rule = "it is made of lower-case ASCII letters, digits and single underscores between them"
        _refuse(what, name, rule, _proposal(name, "my_project"))
    if _is_keyword(name):
        _refuse(what, name, "it is a keyword of Python", f"{name}_project")
    if name in ("qapla", "qapla_sample", "tests"):
        _refuse(what, name, "the generated project has a package of that name", f"my_{name}")
    if name in sys.stdlib_module_names | reserved.STANDARD_LIBRARY:
        _refuse(what, name, "it is a module of the standard library", f"my_{name}")
    if name in reserved.DEPENDENCIES:
        _refuse(what, name, "a dependency of the project is imported by that name", f"my_{name}")
    if name in reserved.PREFIXES:
        rule = f"the environment has variables {name.upper()}_… of another program"
        _refuse(what, name, rule, f"my_{name}")
    longest = LONGEST_IDENTIFIER - _LONGEST_SUFFIX - len("_x")
    if len(name) > longest:
        rule = f"it has at most {longest} characters, as names of databases are made from it"
        _refuse(what, name, rule, name[:16].strip("_"))
    return name


def check_database(name: str, package: str) -> str:
    """Return the name of a database if a project may have it; `Raises:` as `check_package`."""
    what = "the database name"
    if not _IDENTIFIER.fullmatch(name):
        rule = "it is made of lower-case ASCII letters, digits and single underscores between them"
        _refuse(what, name, rule, _proposal(name, _first_database(package)))
    if _is_keyword(name):
        _refuse(what, name, "it is a keyword of Python", f"{name}_db")
    if name in reserved.REQUEST:
        _refuse(what, name, "it is an attribute of Pyramid's request", f"{name}_db")
    if name in reserved.INJECTED:
        _refuse(what, name, "tasks and applications use it for themselves", f"{name}_db")
    if name in reserved.ALEMBIC:
        _refuse(what, name, "it is a section of alembic.ini", f"{name}_db")
    if name == package:
        _refuse(what, name, "it is the package of the project", _first_database(package))
    if len(name) > _LONGEST_DATABASE:
        rule = f"it has at most {_LONGEST_DATABASE} characters"
        _refuse(what, name, rule, name[:16].strip("_"))
    longest = LONGEST_IDENTIFIER - _LONGEST_SUFFIX - len(f"{package}_")
    if len(name) > longest:
        rule = (
            f"{package}_{name}_test_template_<hash> has more than the {LONGEST_IDENTIFIER} bytes "
            "that PostgreSQL keeps of a name"
        )
        _refuse(what, name, rule, name[: min(longest, 16)].strip("_"))
    return name


def parse_databases(text: str, package: str) -> list[str]:
    """Return the names of a comma-separated list of databases, checked; the first is the default.

    Raises:
        Refused: The list or an item is empty, or a name is refused or comes twice.
    """
    names = [
        check_database(name, package)
        for name in _items(text, "the list of databases", _first_database(package))
    ]
    _refuse_twice("the list of databases", text, names)
    for name in names:
        if f"{name}_test" in names:
            rule = f"the tests of {name!r} would drop it, as their database has its name"
            _refuse("the database name", f"{name}_test", rule, f"{name}_tests")
    return names


def parse_model(text: str, databases: list[str], package: str) -> ModelName:
    """Return the name of a model, `Model` or `database.Model`; without one it is of the first.

    Raises:
        Refused: The database is unknown, or a project may not have a model of that name.
    """
    what = "the model name"
    database, dot, name = text.rpartition(".")
    if not dot:
        database = databases[0]
    elif database not in databases:
        rule = f"there is no database {database!r}, only {', '.join(databases)}"
        answer = name if _CAMEL_CASE.fullmatch(name) else "Item"
        _refuse(what, text, rule, f"{databases[0]}.{answer}")
    model = ModelName(database, name)
    if not _CAMEL_CASE.fullmatch(name):
        rule = "it is an ASCII identifier in CamelCase, after a database and a dot or alone"
        _refuse(what, text, rule, f"{database}.{_camel_case(name) or 'Item'}")
    if keyword.iskeyword(model.snake) or keyword.iskeyword(name):
        _refuse(what, text, f"its module would be {model.snake}.py, a keyword", f"{text}Item")
    if name.startswith("Test"):
        _refuse(what, text, "pytest takes a class that begins with Test for a test", "Item")
    if name in reserved.MODEL or name == application_class(package):
        _refuse(what, text, "the generated modules use that name themselves", f"{text}Item")
    if len(name) > _LONGEST_MODEL:
        rule = f"it has at most {_LONGEST_MODEL} characters"
        _refuse(what, text, rule, f"{database}.{name[:16]}")
    return model


def parse_models(text: str, databases: list[str], package: str) -> list[ModelName]:
    """Return the names of a comma-separated list of models, checked.

    Raises:
        Refused: The list or an item is empty, a name is refused or comes twice, or two models of
            one database would share a table.
    """
    example = f"{databases[0]}.Item"
    models: list[ModelName] = []
    for item in _items(text, "the list of models", example):
        model = parse_model(item, databases, package)
        refuse_clash(model, models)
        models.append(model)
    return models


def refuse_clash(model: ModelName, others: Iterable[ModelName]) -> None:
    """Refuse a model that is there already, or whose table or module another one has.

    Raises:
        Refused: Another model is in its place.
    """
    for other in others:
        if model == other:
            _refuse("the model name", str(model), "it comes twice", f"{model}Item")
        same = model.table == other.table or model.snake == other.snake
        if model.database == other.database and same:
            rule = f"{other} has the table {other.table} already"
            _refuse("the model name", str(model), rule, f"{model}Item")


def check_text(text: str, what: str, answer: str) -> str:
    """Return a text if it is printable: it goes into files as it is.

    Raises:
        Refused: It is empty, or has a line break or another control character.
    """
    if not text.strip():
        _refuse(what, text, "it is empty", answer)
    if not text.isprintable():
        printable = "".join(c if c.isprintable() else " " for c in text).strip()
        _refuse(what, text, "it has a character that is not printable", printable or answer)
    return text


def check_choice(value: str, what: str, choices: Iterable[str]) -> str:
    """Return a value if it is one of the choices.

    Raises:
        Refused: It is none of them.
    """
    known = list(choices)
    if value not in known:
        _refuse(what, value, f"it is one of {', '.join(known)}", known[0])
    return value


def _is_keyword(name: str) -> bool:
    """Whether a name is a keyword, a soft one too, on any Python that a project runs on."""
    return keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in reserved.KEYWORDS


def _first_database(package: str) -> str:
    return "main" if package != "main" else "primary"


def _refuse(what: str, value: str, rule: str, answer: str) -> NoReturn:
    raise Refused(f"{what} {value!r} is refused: {rule}; {answer!r} would do")


def _items(text: str, what: str, answer: str) -> list[str]:
    items = [item.strip() for item in text.split(",")]
    if items == [""]:
        _refuse(what, text, "it is empty", answer)
    if "" in items:
        full = ", ".join(item for item in items if item)
        _refuse(what, text, "an item of it is empty", full or answer)
    return items


def _refuse_twice(what: str, text: str, names: list[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            _refuse(what, text, f"{name!r} comes twice", ", ".join(dict.fromkeys(names)))


def _proposal(name: str, default: str) -> str:
    """Return an identifier that is near to a name which is none."""
    spaced = re.sub(r"[^a-z0-9]+", "_", _WORDS.sub("_", name).lower() if name.isascii() else "")
    proposal = spaced.strip("_").lstrip("0123456789_")
    taken = keyword.iskeyword(proposal) or proposal in reserved.REQUEST | reserved.INJECTED
    return default if not proposal or taken else proposal[:16].strip("_")


def _camel_case(name: str) -> str:
    words = re.split(r"[^A-Za-z0-9]+", name) if name.isascii() else []
    proposal = "".join(word[:1].upper() + word[1:] for word in words).lstrip("0123456789")
    return proposal[:1].upper() + proposal[1:]
