"""Add services to the project's compose.yaml, which stays as its user has laid it out."""

import re
from collections.abc import Sequence

from qapla.scaffold.lines import split_lines

# The part that our services share, as the template defines it.
_SHARED = re.compile(r"^x-project: &project\b", re.MULTILINE)
_SERVICES = re.compile(r"services:\s*(#.*)?")
# A line of the next part of the file: no comment, and not indented.
_PART = re.compile(r"[^\s#]")


def append_service(source: str, name: str, lines: Sequence[str], path: str) -> str:
    """Return the text of compose.yaml with a service more, behind the others.

    A file of the user's own, without the services or what ours share, is returned as it is.

    Args:
        source: The text of the file.
        name: The name of the service.
        lines: Its lines, indented by two spaces for each level below the service.
        path: The path of the file; it is not used, as nothing is refused.
    """
    rows = split_lines(source)
    starts = [row for row, line in enumerate(rows) if _SERVICES.fullmatch(line.strip("\n"))]
    if not starts or not _SHARED.search(source):
        return source
    start = starts[0] + 1
    end = next((row for row in range(start, len(rows)) if _PART.match(rows[row])), len(rows))
    body = rows[start:end]
    if any(re.fullmatch(rf"  {re.escape(name)}:\s*", line) for line in body):
        return source
    # Comments that are not indented, and empty lines, belong to the next part.
    while body and not body[-1].startswith(" "):
        body.pop()
    if body and not body[-1].endswith("\n"):
        body[-1] += "\n"
    new = ["\n", f"  {name}:\n", *(f"    {line}\n" for line in lines)]
    rest = rows[start + len(body) :]
    return "".join([*rows[:start], *body, *new, *rest])
