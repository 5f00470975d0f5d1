"""Parse lists of databases and models, as a user types them."""

import keyword
import re
from collections.abc import Iterable
from dataclasses import replace

from qapla.exceptions import Refused
from qapla.scaffold.names import reserved
from qapla.scaffold.names.model import ModelName, application_class
from qapla.scaffold.names.rules import check_database, check_plural, first_database, refuse

_LONGEST_MODEL = 32
# More faults than a name has at once.
_MANY = 10
_CAMEL_CASE = re.compile(r"[A-Z][A-Za-z0-9]*")
# The mark of a database whose schema others own.
UNMANAGED = "(unmanaged)"
_DATABASES = "the list of databases"
_MODEL = "the model name"


def parse_databases(text: str, package: str) -> dict[str, bool]:
    """Return the databases of a comma-separated list, checked; the first is the default.

    A database whose schema others own is marked: `main, legacy(unmanaged)`.

    Returns:
        Whether the project manages the schema of each, by their names.

    Raises:
        Refused: The list or an item is empty, a name is refused or listed twice, or the first database
            is unmanaged.
    """
    parts = [item.strip() for item in text.split(",")]
    items = check_items(parts, text, _DATABASES, first_database(package))
    if any(" " in item for item in items):
        _refuse_blanks(items, text, package)
    databases: dict[str, bool] = {}
    for item in items:
        name = check_database(item.removesuffix(UNMANAGED), package)
        if name in databases:
            once = ", ".join(dict.fromkeys(items))
            refuse(_DATABASES, text, f"{name!r} is listed twice", once)
        databases[name] = not item.endswith(UNMANAGED)
    for name in databases:
        if f"{name}_test" in databases:
            rule = f"the test database of {name!r} has that name"
            refuse("the database name", f"{name}_test", rule, f"{name}_tests")
    if not next(iter(databases.values())):
        first = first_database(package)
        answer = f"{first if first not in databases else 'own'}, {text}"
        refuse(_DATABASES, text, "the first database is the project's own", answer)
    return databases


def _refuse_blanks(items: list[str], text: str, package: str) -> None:
    """Refuse a list with blanks between its names, where it is accepted with commas."""
    answer = ", ".join(name for item in items for name in item.split())
    try:
        parse_databases(answer, package)
    except Refused:
        return
    refuse(_DATABASES, text, "expected commas between the names", answer)


def parse_model(text: str, databases: list[str], package: str) -> ModelName:
    """Return the name of a model, `Model` or `database.Model`; without one it is of the first.

    Another plural than that of the English rules may follow: `Octopus/octopodes`.

    Raises:
        Refused: The database is unknown, or a project may not have a model or a table of that name.
    """
    try:
        return _parsed(text, databases, package)
    except Refused as refused:
        subject, value, rule, answer = refused.args
        if subject == _MODEL:
            answer = _mended(answer, databases, package)
        raise Refused(subject, value, rule, answer) from None


def _parsed(text: str, databases: list[str], package: str) -> ModelName:
    text, slash, plural = text.partition("/")
    database, dot, name = text.rpartition(".")
    if not dot:
        database = databases[0]
    elif database not in databases:
        rule = f"there is no database {database!r}, only {', '.join(databases)}"
        answer = name if _CAMEL_CASE.fullmatch(name) else "Item"
        refuse(_MODEL, text, rule, f"{databases[0]}.{answer}")
    model = ModelName(database, name)
    if not _CAMEL_CASE.fullmatch(name):
        rule = "expected `Model` or `database.Model`, in CamelCase"
        refuse(_MODEL, text, rule, f"{database}.{_camel_case(name) or 'Item'}")
    if keyword.iskeyword(model.snake) or keyword.iskeyword(name):
        refuse(
            _MODEL,
            text,
            f"its module would be {model.snake}.py, and that is a Python keyword",
            f"{text}Item",
        )
    if name.startswith("Test"):
        refuse(_MODEL, text, "pytest collects classes whose name begins with Test", "Item")
    if name in reserved.AMBIGUOUS:
        refuse(_MODEL, text, "a class of that name looks like a digit", f"{text}Item")
    if name in reserved.MODEL or name == application_class(package):
        refuse(_MODEL, text, "the generated modules import or define that name", f"{text}Item")
    if len(name) > _LONGEST_MODEL:
        rule = f"expected at most {_LONGEST_MODEL} characters"
        refuse(_MODEL, text, rule, f"{database}.{name[:16]}")
    if slash:
        return replace(model, plural=check_plural(plural, model.table))
    if model.table in reserved.TABLES:
        refuse(_MODEL, text, f"the framework has the table {model.table}", f"{text}Item")
    return model


def _mended(answer: str, databases: list[str], package: str) -> str:
    """Return a name near to a proposal, without the other faults of the refused one."""
    for _ in range(_MANY):
        try:
            _parsed(answer, databases, package)
        except Refused as refused:
            answer = refused.answer
        else:
            return answer
    return f"{databases[0]}.Item"


def refuse_clash(
    model: ModelName, others: Iterable[ModelName], rule: str = "it exists already"
) -> None:
    """Refuse a model that exists already, or whose table or module another one has.

    Args:
        model: The name of the model.
        others: The names that there are.
        rule: The reason why none has the same name.

    Raises:
        Refused: Another model is in its place.
    """
    for other in others:
        if model == other:
            refuse(_MODEL, str(model), rule, f"{model}Item")
        if model.database != other.database:
            continue
        if model.table == other.table:
            taken = f"{other} already has the table {other.table}"
            refuse(_MODEL, str(model), taken, f"{model}Item")
        if model.snake == other.snake:
            taken = f"{other} already has the module {other.snake}.py"
            refuse(_MODEL, str(model), taken, f"{model}Item")


def check_items(items: list[str], text: str, subject: str, answer: str) -> list[str]:
    """Return the items of a list, none of which may be empty.

    Args:
        items: The items.
        text: The list as it was typed.
        subject: The list, for errors.
        answer: A list that is accepted.

    Raises:
        Refused: The list or an item is empty.
    """
    if items == [""]:
        refuse(subject, text, "it is empty", answer)
    if "" in items:
        full = ", ".join(item for item in items if item)
        refuse(subject, text, "it has an empty item", full or answer)
    return items


def _camel_case(name: str) -> str:
    words = re.split(r"[^A-Za-z0-9]+", name) if name.isascii() else []
    proposal = "".join(word[:1].upper() + word[1:] for word in words).lstrip("0123456789")
    return proposal[:1].upper() + proposal[1:]
