"""Rules for the answers to the template's questions, each refused in one line."""

import keyword
import re
import sys
from collections.abc import Iterable
from typing import NoReturn

from qapla.exceptions import Refused
from qapla.scaffold.names import reserved
from qapla.scaffold.names.model import WORDS

# PostgreSQL cuts an identifier off after 63 bytes; the longest name made from a database's is
# `<package>_<database>_test_template_<hash>`, with a hash of 8 digits.
LONGEST_IDENTIFIER = 63
_LONGEST_SUFFIX = len("_test_template_") + 8
_LONGEST_DATABASE = 40
# As long as that of the longest name of a model.
_LONGEST_PLURAL = 48

SPELLING = "expected lower-case ASCII letters, digits and single underscores between them"
IDENTIFIER = re.compile(r"[a-z]([a-z0-9]|_(?=[a-z0-9]))*")


def check_package(name: str) -> str:
    """Return the name of a project's package if it may have it.

    Raises:
        Refused: It may not; the text names the value, the rule and an accepted answer.
    """
    subject = "the project slug"
    if not IDENTIFIER.fullmatch(name):
        refuse(subject, name, SPELLING, _proposal(name, "my_project"))
    if _is_keyword(name):
        refuse(subject, name, "it is a Python keyword", f"{name}_project")
    if name in ("qapla", "qapla_sample", "tests"):
        refuse(subject, name, "the generated project has a package of that name", f"my_{name}")
    if name in sys.stdlib_module_names | reserved.STANDARD_LIBRARY:
        refuse(subject, name, "it is a module of the standard library", f"my_{name}")
    if name in reserved.DEPENDENCIES:
        refuse(subject, name, "a dependency of the project has that import name", f"my_{name}")
    if name in reserved.PREFIXES:
        rule = f"environment variables {name.upper()}_… belong to another program"
        refuse(subject, name, rule, f"my_{name}")
    longest = LONGEST_IDENTIFIER - _LONGEST_SUFFIX - len("_x")
    if len(name) > longest:
        rule = f"expected at most {longest} characters, as database names begin with it"
        refuse(subject, name, rule, name[:16].strip("_"))
    return name


def check_database(name: str, package: str) -> str:
    """Return the name of a database if a project may have it; `Raises:` as `check_package`."""
    subject = "the database name"
    if not IDENTIFIER.fullmatch(name):
        refuse(subject, name, SPELLING, _proposal(name, first_database(package)))
    if _is_keyword(name):
        refuse(subject, name, "it is a Python keyword", f"{name}_db")
    if name in reserved.AMBIGUOUS:
        refuse(subject, name, "it looks like a digit", f"{name}_db")
    if name in reserved.REQUEST:
        refuse(subject, name, "it is an attribute of Pyramid's request", f"{name}_db")
    if name in reserved.INJECTED:
        refuse(subject, name, "it is reserved for tasks and applications", f"{name}_db")
    if name in reserved.MODULES:
        refuse(subject, name, "the generated project has a module of that name", f"{name}_db")
    if name in reserved.ALEMBIC:
        refuse(subject, name, "it is a section of alembic.ini", f"{name}_db")
    if name == package:
        refuse(subject, name, "it is the project's package", first_database(package))
    if len(name) > _LONGEST_DATABASE:
        rule = f"expected at most {_LONGEST_DATABASE} characters"
        refuse(subject, name, rule, name[:16].strip("_"))
    longest = LONGEST_IDENTIFIER - _LONGEST_SUFFIX - len(f"{package}_")
    if len(name) > longest:
        rule = (
            f"{package}_{name}_test_template_<hash> is longer than the {LONGEST_IDENTIFIER} bytes "
            "of a name in PostgreSQL"
        )
        refuse(subject, name, rule, name[: min(longest, 16)].strip("_"))
    return name


def check_plural(plural: str, default: str) -> str:
    """Return the plural of a model's name if its table may have it; `Raises:` as `check_package`.

    Args:
        plural: The plural in snake case.
        default: The one that the English rules make.
    """
    subject = "the plural"
    answer = f"my_{default}" if default in reserved.TABLES else default
    if not IDENTIFIER.fullmatch(plural):
        refuse(subject, plural, SPELLING, _proposal(plural, answer))
    if plural in reserved.TABLES:
        refuse(subject, plural, "the framework has a table or a page of that name", answer)
    if plural in reserved.SQL_TABLES:
        refuse(subject, plural, "it is a reserved word of SQL", f"{plural}_rows")
    if len(plural) > _LONGEST_PLURAL:
        refuse(subject, plural, f"expected at most {_LONGEST_PLURAL} characters", answer)
    return plural


def check_text(text: str, subject: str, answer: str) -> str:
    """Return a text if it is printable: it goes into files as it is.

    Raises:
        Refused: It is empty, or has a line break or another control character.
    """
    if not text.strip():
        refuse(subject, text, "it is empty", answer)
    if not text.isprintable():
        printable = "".join(c if c.isprintable() else " " for c in text).strip()
        refuse(subject, text, "it has an unprintable character", printable or answer)
    return text


def check_choice(value: str, subject: str, choices: Iterable[str]) -> str:
    """Return a value if it is one of the choices.

    Raises:
        Refused: It is none of them.
    """
    known = list(choices)
    if value not in known:
        refuse(subject, value, f"expected one of {', '.join(known)}", known[0])
    return value


def first_database(package: str) -> str:
    """Return a name that the first database of any project may have."""
    return "main" if package != "main" else "primary"


def refuse(subject: str, value: str, rule: str, answer: str) -> NoReturn:
    """Raise `Refused` for a value, with the rule and an answer that is accepted."""
    raise Refused(subject, value, rule, answer)


def _is_keyword(name: str) -> bool:
    """Whether a name is a keyword, a soft one too, on any Python that a project runs on."""
    return keyword.iskeyword(name) or keyword.issoftkeyword(name) or name in reserved.KEYWORDS


def _proposal(name: str, default: str) -> str:
    """Return an identifier that is near to a name which is none."""
    spaced = re.sub(r"[^a-z0-9]+", "_", WORDS.sub("_", name).lower() if name.isascii() else "")
    proposal = spaced.strip("_").lstrip("0123456789_")
    names = reserved.REQUEST | reserved.INJECTED | reserved.MODULES
    taken = keyword.iskeyword(proposal) or proposal in names
    return default if not proposal or taken else proposal[:16].strip("_")
