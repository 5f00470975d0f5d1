"""Parse the notation of fields: `name:type(arguments)marks=default`.

It is near to those of Rails' generators and Loco's: `?` for a column that may be NULL, `!` for a
unique one, `:index` for an index.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace

from qapla.exceptions import Refused
from qapla.scaffold.fields.field import INDEX, Field
from qapla.scaffold.fields.misplaced import misplaced
from qapla.scaffold.fields.naming import check_name, identifier
from qapla.scaffold.fields.types import REFERENCE, TYPES
from qapla.scaffold.fields.types.base import SUBJECT
from qapla.scaffold.fields.types.synonyms import type_of
from qapla.scaffold.names.rules import refuse

UNIQUE = "unique"
_FIELD = re.compile(
    r"""
    (?P<name>[^:=()]*) : \s* (?P<type>[A-Za-z][A-Za-z0-9_]*)
    \s* (?: \( (?P<arguments>[^()]*) \) )?
    (?P<marks>(?: \s* (?: [?!] | : \s* \w+ ) )*)
    \s* (?: = \s* (?P<default>.*) )?
    """,
    re.VERBOSE | re.DOTALL,
)
# A text in quotes, in which a backslash keeps the next character from ending it.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"?')
# In a list of fields these would end one, or not end it.
_SEPARATORS = re.compile(r'[",()]')
# More faults than a notation has at once.
_MANY = 10


def parse_field(text: str) -> Field:
    """Return the field that a notation describes, checked.

    Raises:
        Refused: It is no field; the text names the rule and a notation that is accepted.
    """
    try:
        return _ordered(text)
    except Refused as refused:
        subject, value, rule, answer = refused.args
        raise Refused(subject, value, rule, _mended(answer)) from None


def split(text: str, separator: str = ",") -> Iterator[str]:
    """Yield the parts of a list; a separator in brackets or in quotes separates nothing."""
    depth, at, start = 0, 0, 0
    while at < len(text):
        quoted = _QUOTED.match(text, at)
        character = text[at]
        depth += (character == "(") - (character == ")")
        if character == separator and depth <= 0:
            yield text[start:at].strip()
            start = at + 1
        at = quoted.end() if quoted else at + 1
    yield text[start:].strip()


def _ordered(text: str) -> Field:
    """Return the field of a notation; one with misplaced parts is refused for these."""
    try:
        return _parsed(text)
    except Refused as refused:
        raise misplaced(text, _parsed) or refused from None


def _parsed(text: str) -> Field:
    if not text.isprintable():
        printable = "".join(character for character in text if character.isprintable())
        refuse(SUBJECT, text, "it has an unprintable character", printable)
    match = _FIELD.fullmatch(text.strip())
    if match is None:
        refuse(SUBJECT, text, "expected name:type", f"{identifier(text)}:str")
    name, type_, arguments = match["name"].strip(), match["type"], match["arguments"]
    check_name(name, text, match.string[match.end("name") :])
    if type_ not in TYPES and not type_[0].isupper():
        _refuse_type(name, type_, text, match.string)
    marks = re.findall(r"[?!]|\w+", match["marks"])
    for mark in marks:
        if mark not in ("?", "!", INDEX, UNIQUE):
            rule = f"expected :{INDEX} or :{UNIQUE}, and not :{mark}"
            refuse(SUBJECT, text, rule, f"{name}:{type_}:{INDEX}")
    field = Field(
        name,
        type_,
        tuple(part.strip() for part in arguments.split(",")) if arguments is not None else (),
        nullable="?" in marks,
        unique="!" in marks or UNIQUE in marks,
        indexed=INDEX in marks,
        default=_unquoted(match["default"], text),
    )
    return _checked(field, text)


def _checked(field: Field, text: str) -> Field:
    """Return a field with its arguments completed, and its marks and default checked."""
    type_ = REFERENCE if field.is_reference else TYPES[field.type]
    field = replace(field, arguments=type_.check_arguments(field, text))
    plain = replace(field, unique=False, indexed=False)
    if (field.unique or field.indexed) and not type_.is_indexable(field):
        refuse(SUBJECT, text, "it cannot be unique or indexed", str(plain))
    if field.unique and not type_.may_be_unique:
        rule = "it has few values, so that it cannot be unique"
        refuse(SUBJECT, text, rule, str(replace(field, unique=False)))
    if field.default is None:
        return field
    if type_.literal(field.default, field) is None:
        if not type_.example:
            refuse(SUBJECT, text, f"{field.type} has no default", str(replace(field, default=None)))
        rule = f"its default is not one of its type, {field.type}"
        refuse(SUBJECT, text, rule, str(replace(field, default=type_.proposal(field))))
    if field.unique:
        rule = "two rows would have its default, so that it cannot be unique"
        refuse(SUBJECT, text, rule, str(replace(field, default=None)))
    return field


def _refuse_type(name: str, type_: str, text: str, notation: str) -> None:
    """Refuse a type that there is not, with the one that was meant, and the rest of the notation."""
    meant = type_of(type_) or "str"
    rest = notation[notation.index(":") :].partition(type_)[2]
    answer = f"{name}:{meant}" if "(" in meant or meant[0].isupper() else f"{name}:{meant}{rest}"
    refuse(SUBJECT, text, f"expected the type {', '.join(TYPES)} or a model", answer)


def _unquoted(default: str | None, text: str) -> str | None:
    """Return a default without its quotes."""
    if default is None:
        return None
    start = text.partition("=")[0]
    if not default.startswith('"'):
        if _SEPARATORS.search(default):
            rule = "a default with quotes, commas or brackets is written in quotes"
            quoted = json.dumps(default, ensure_ascii=False)
            refuse(SUBJECT, text, rule, f"{start}={quoted}")
        return default
    try:
        found = str(json.loads(default))
    except ValueError:
        inside = json.dumps(default.strip('"'), ensure_ascii=False)
        refuse(SUBJECT, text, "the quotes of its default do not match", f"{start}={inside}")
    if not found.isprintable():
        refuse(SUBJECT, text, "its default has an unprintable character", start)
    return found


def _mended(answer: str) -> str:
    """Return a notation near to a proposal, without the other faults of the refused one."""
    for _ in range(_MANY):
        try:
            _ordered(answer)
        except Refused as refused:
            answer = refused.answer
        else:
            return answer
    return "name:str"
