"""Names of classes, modules and attributes, made from those of tables and columns."""

import builtins
import keyword
import re
import unicodedata
from collections.abc import Callable, Container
from typing import Literal

import sqlalchemy

from qapla.scaffold.names import reserved
from qapla.scaffold.names.model import WORDS, ModelName

Singular = Callable[[str], str | Literal[False]]
# Endings of words that only look like plurals, and irregular plurals.
_NO_PLURAL = ("ss", "us", "is")
_IRREGULAR = frozenset(("children", "men", "people", "women"))
# Longer than "has" and "gas".
_SHORTEST_PLURAL = 4
# A class of one of these names would hide an import of its module.
_CLASSES = frozenset(
    (*dir(builtins), *dir(sqlalchemy), *reserved.MODEL, "Decimal", "Range", "UUID")
)
# An attribute of one of these names would hide a name that the body of its class uses, or an attribute
# of the declarative base.
_ATTRIBUTES = frozenset(
    (
        *keyword.kwlist,
        *("metadata", "registry"),
        *("bool", "bytes", "conv", "datetime", "dict", "float", "int", "list", "mapped_column"),
        *("mysql", "postgresql", "relationship", "self", "set", "str", "text"),
    )
)


def class_name(table: str, taken: Container[str], singular: Singular) -> str:
    """Return the name of the class of a table: the singular, in CamelCase.

    Args:
        table: The name of the table.
        taken: The names of other classes.
        singular: A function that returns the singular of a noun, or False.
    """
    *first, last = _words(table) or ["Table"]
    if _may_be_plural(last):
        last = str(singular(last) or last)
    name = "".join(word[:1].upper() + word[1:] for word in (*first, last))
    # pytest would collect a class that begins with Test, and no module is called after a keyword.
    is_keyword = keyword.iskeyword(module_name(name))
    if name[0].isdigit() or name.startswith("Test") or is_keyword or name in _CLASSES:
        name = f"Db{name}"
    return _free(name, taken, "")


def module_name(model: str) -> str:
    """Return the name of the module of a class, in snake case."""
    return ModelName("", model).snake


def attribute_name(column: str, taken: Container[str]) -> str:
    """Return the name of an attribute for a column or a relationship, or of a variable for a table.

    Args:
        column: The name in the database.
        taken: The names of other attributes.
    """
    name = "_".join(_words(column)).lower() or "column"
    if name[0].isdigit():
        name = f"column_{name}"
    if name in _ATTRIBUTES or name in taken:
        name = f"{name}_"
    return _free(name, taken, "_")


def _words(name: str) -> list[str]:
    """Return the words of a name in ASCII letters and digits."""
    plain = (
        unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode()
    )
    parts = re.findall(r"[A-Za-z0-9]+", plain)
    # A name in capitals has no words that capitals begin.
    spelled = [part.lower() for part in parts] if plain.isupper() else parts
    return [word for part in spelled for word in WORDS.split(part)]


def _may_be_plural(word: str) -> bool:
    lower = word.lower()
    is_regular = lower.endswith("s") and not lower.endswith(_NO_PLURAL)
    return lower in _IRREGULAR or (is_regular and len(word) >= _SHORTEST_PLURAL)


def _free(name: str, taken: Container[str], joint: str) -> str:
    """Return a name that is not taken, with a number where it needs one."""
    number, free = 2, name
    while free in taken:
        free = f"{name.removesuffix(joint)}{joint}{number}"
        number += 1
    return free
