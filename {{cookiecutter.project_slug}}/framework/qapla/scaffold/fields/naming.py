"""Names of fields, and proposals where one is refused."""

import keyword
import re
import unicodedata

from qapla.scaffold.fields.types.base import SUBJECT
from qapla.scaffold.names import reserved
from qapla.scaffold.names.model import WORDS
from qapla.scaffold.names.rules import IDENTIFIER, SPELLING, refuse

LONGEST_NAME = 32


def check_name(name: str, text: str, rest: str) -> None:
    """Refuse a name that a field may not have.

    Args:
        name: The name.
        text: The notation of the field, for errors.
        rest: The part of the notation after the name.

    Raises:
        Refused: It is misspelt, taken, or too long.
    """
    if not IDENTIFIER.fullmatch(name):
        refuse(SUBJECT, text, SPELLING, f"{identifier(name)}{rest}")
    if keyword.iskeyword(name):
        refuse(SUBJECT, text, f"{name} is a Python keyword", f"{name}_value{rest}")
    if name in reserved.AMBIGUOUS:
        refuse(SUBJECT, text, f"{name} looks like a digit", f"{name}_value{rest}")
    if name in reserved.SQL:
        refuse(SUBJECT, text, f"{name} is a reserved word of SQL", f"{name}_value{rest}")
    if name in reserved.FIELD or name.startswith("model_"):
        rule = f"models, schemas or drivers have a name {name} of their own"
        refuse(SUBJECT, text, rule, f"{name.removeprefix('model_')}_value{rest}")
    if len(name) > LONGEST_NAME:
        rule = f"expected a name of at most {LONGEST_NAME} characters"
        refuse(SUBJECT, text, rule, f"{name[:16].strip('_')}{rest}")


def identifier(text: str) -> str:
    """Return a name that is near to a text."""
    ascii_ = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "_", WORDS.sub("_", ascii_).lower()).lstrip("0123456789_")
    return found[:16].strip("_") or "name"
