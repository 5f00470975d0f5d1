"""Notations of fields with their parts in another order, or with the database of a model."""

import re
from collections.abc import Callable

from qapla.exceptions import Refused
from qapla.scaffold.fields.field import Field
from qapla.scaffold.fields.proposals import key_of
from qapla.scaffold.fields.types.base import SUBJECT

_MARKS = r"(?P<marks> (?: \s* (?: [?!] | : \s* (?: index | unique ) \b ) )+ )"
_BEHIND_DEFAULT = re.compile(rf"(?P<head>[^=]*) (?P<default>=.*?) {_MARKS}", re.VERBOSE)
_BEFORE_BRACKETS = re.compile(
    rf"(?P<head>[^:]*:\s*\w+) {_MARKS} \s* (?P<brackets>\([^()]*\)) (?P<rest>.*)", re.VERBOSE
)
_WITH_DATABASE = re.compile(
    r"(?P<name>[^:=()]*) : \s* (?P<database>\w+) \. (?P<model>[A-Z]\w*) (?P<rest>.*)", re.VERBOSE
)


def misplaced(text: str, parse: Callable[[str], Field]) -> Refused | None:
    """Return the refusal of a notation whose parts are all there, but not in their places.

    Args:
        text: The notation, which is refused.
        parse: A function that parses a notation, or raises `Refused`.
    """
    if not text.isprintable():
        return None
    if found := _BEHIND_DEFAULT.fullmatch(text.strip()):
        head, default, marks = found["head"], found["default"], found["marks"].strip()
        if _is_field(f"{head}{default}", parse):
            rule = f"{marks} is written before its default"
            return Refused(SUBJECT, text, rule, f"{head}{marks}{default}")
    if found := _BEFORE_BRACKETS.fullmatch(text.strip()):
        marks, brackets = found["marks"].strip(), found["brackets"]
        answer = f"{found['head']}{brackets}{marks}{found['rest']}"
        return Refused(SUBJECT, text, f"{marks} is written behind {brackets}", answer)
    if found := _WITH_DATABASE.fullmatch(text.strip()):
        name, model = found["name"].strip(), found["model"]
        rule = (
            f"expected the name of the model alone, or {key_of(Field(name, model))} for a model of "
            "another database"
        )
        return Refused(SUBJECT, text, rule, f"{name}:{model}{found['rest']}")
    return None


def _is_field(text: str, parse: Callable[[str], Field]) -> bool:
    try:
        parse(text)
    except Refused:
        return False
    return True
