"""Parse the notation of fields: `name:type(arguments)marks=default`.

It is near to those of Rails' generators and Loco's: `?` for a column that may be NULL, `!` for a
unique one, `:index` for an index.
"""

import json
import keyword
import re
from collections.abc import Iterator
from dataclasses import replace

from qapla.scaffold.fields.field import INDEX, Field
from qapla.scaffold.fields.types import REFERENCE, TYPES
from qapla.scaffold.fields.types.base import SUBJECT
from qapla.scaffold.names import reserved
from qapla.scaffold.names.rules import IDENTIFIER, SPELLING, refuse

_LONGEST_NAME = 32
_FIELD = re.compile(
    r"""
    (?P<name>[^:=()]*) : \s* (?P<type>[A-Za-z][A-Za-z0-9_]*)
    \s* (?: \( (?P<arguments>[^()]*) \) )?
    (?P<marks>[?!]*) (?P<words>(?::[a-z]+)*)
    \s* (?: = (?P<default>.*) )?
    """,
    re.VERBOSE | re.DOTALL,
)
# Words that other generators have for a type.
_SYNONYMS = {
    "string": "str",
    "varchar": "str",
    "char": "str",
    "integer": "int",
    "small_int": "int",
    "big_int": "bigint",
    "biginteger": "bigint",
    "long": "bigint",
    "double": "float",
    "real": "float",
    "numeric": "decimal",
    "money": "decimal(12, 2)",
    "boolean": "bool",
    "timestamp": "datetime",
    "timestamptz": "datetime",
    "tstz": "datetime",
    "time": "datetime",
    "guid": "uuid",
    "jsonb": "json",
    "dict": "json",
    "binary": "bytes",
    "blob": "bytes",
    "choice": "enum(draft, sent)",
    "references": "Officer",
}


def parse_field(text: str) -> Field:
    """Return the field that a notation describes, checked.

    Raises:
        Refused: It is no field; the text names the rule and a notation that is accepted.
    """
    match = _FIELD.fullmatch(text.strip()) if text.isprintable() else None
    if match is None:
        refuse(SUBJECT, text, "expected name:type", f"{_identifier(text)}:str")
    name, type_ = match["name"].strip(), match["type"]
    _check_name(name, text, match.string[match.end("name") :])
    if type_ not in TYPES and not type_[0].isupper():
        rule = f"expected the type {', '.join(TYPES)} or a model"
        refuse(SUBJECT, text, rule, f"{name}:{_SYNONYMS.get(type_.lower(), 'str')}")
    marks, words = match["marks"], match["words"].split(":")[1:]
    for word in words:
        if word not in (INDEX, "unique"):
            rule = f"expected :{INDEX} or :unique, and not :{word}"
            refuse(SUBJECT, text, rule, f"{name}:{type_}:{INDEX}")
    arguments = match["arguments"]
    field = Field(
        name,
        type_,
        tuple(part.strip() for part in arguments.split(",")) if arguments is not None else (),
        nullable="?" in marks,
        unique="!" in marks or "unique" in words,
        indexed=INDEX in words,
        default=_unquoted(match["default"], text),
    )
    return _checked(field, text)


def split(text: str, separator: str = ",") -> Iterator[str]:
    """Yield the parts of a list; a separator in brackets or in quotes separates nothing."""
    depth, quoted, start = 0, False, 0
    for i, character in enumerate(text):
        if character == '"' and text[i - 1 : i] != "\\":
            quoted = not quoted
        elif not quoted:
            depth += (character == "(") - (character == ")")
            if character == separator and depth <= 0:
                yield text[start:i].strip()
                start = i + 1
    yield text[start:].strip()


def _check_name(name: str, text: str, rest: str) -> None:
    proposal = f"{_identifier(name)}{rest}"
    if not IDENTIFIER.fullmatch(name):
        refuse(SUBJECT, text, SPELLING, proposal)
    if keyword.iskeyword(name):
        refuse(SUBJECT, text, f"{name} is a Python keyword", f"{name}_value{rest}")
    if name in reserved.FIELD or name.startswith("model_"):
        rule = f"models, schemas or drivers have a name {name} of their own"
        refuse(SUBJECT, text, rule, f"{name.removeprefix('model_')}_value{rest}")
    if len(name) > _LONGEST_NAME:
        rule = f"expected a name of at most {_LONGEST_NAME} characters"
        refuse(SUBJECT, text, rule, f"{name[:16].strip('_')}{rest}")


def _checked(field: Field, text: str) -> Field:
    """Return a field with its arguments completed, and its marks and default checked."""
    type_ = REFERENCE if field.is_reference else TYPES[field.type]
    field = replace(field, arguments=type_.check_arguments(field, text))
    bare = replace(field, unique=False, indexed=False, default=None)
    if (field.unique or field.indexed) and not type_.is_indexable(field):
        refuse(SUBJECT, text, "it cannot be unique or indexed", str(bare))
    if field.default is not None and type_.literal(field.default, field) is None:
        if not type_.example:
            refuse(SUBJECT, text, f"{field.type} has no default", str(bare))
        rule = f"its default is not one of its type, {field.type}"
        refuse(SUBJECT, text, rule, str(replace(field, default=type_.proposal(field))))
    return field


def _unquoted(default: str | None, text: str) -> str | None:
    if default is None or not default.startswith('"'):
        return default
    try:
        return str(json.loads(default))
    except ValueError:
        refuse(SUBJECT, text, "the quotes of its default do not match", text.replace('"', ""))


def _identifier(text: str) -> str:
    """Return a name that is near to a text."""
    found = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_").lstrip("0123456789_")
    return found[:16].strip("_") or "name"
