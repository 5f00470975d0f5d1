"""Change the arrays of a TOML file, one item to a line, and nothing else in it."""

import json
import re
import tomllib
from typing import Any

from qapla.exceptions import ScaffoldError


def read_toml(source: str, path: str) -> dict[str, Any]:
    """Return the values of a TOML file.

    Raises:
        ScaffoldError: It is not valid TOML.
    """
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise ScaffoldError(f"{path} is not valid TOML ({error}): mend it") from error


def table(values: dict[str, Any], name: str) -> dict[str, Any]:
    """Return a table of a TOML file by its dotted name; an empty one where it is missing."""
    found: Any = values
    for key in name.split("."):
        found = found.get(key, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}


def change_array(source: str, name: str, key: str, items: list[str], path: str) -> str:
    """Return a TOML file with other items in an array; the lines of those that stay are kept.

    Args:
        source: The text of the file.
        name: The dotted name of the table.
        key: The key of the array.
        items: The items that the array is to have.
        path: The path of the file, for errors.

    Raises:
        ScaffoldError: The array is not written with one item to a line.
    """
    values = read_toml(source, path)
    lines = source.splitlines(keepends=True)
    if table(values, name).get(key) in (None, items):
        return source
    start, end = _rows(lines, name, key) or (len(lines), len(lines))
    kept = {_item(line): line for line in lines[start + 1 : end] if _item(line) is not None}
    comments = [line for line in lines[start + 1 : end] if _item(line) is None]
    written = [kept.get(item, f"    {json.dumps(item, ensure_ascii=False)},\n") for item in items]
    body = [f"{key} = [\n", *comments, *written, "]\n"] if items or comments else [f"{key} = []\n"]
    changed = "".join([*lines[:start], *body, *lines[end + 1 :]])
    table(values, name)[key] = items
    if read_toml(changed, path) != values:
        written_out = json.dumps(items, ensure_ascii=False)
        raise ScaffoldError(
            f"{path}: the array {key} of [{name}] has not one item to a line: write {key} = "
            f"{written_out}"
        )
    return changed


def _rows(lines: list[str], name: str, key: str) -> tuple[int, int] | None:
    """Return the rows of the first and the last line of an array, or None where there is none."""
    inside = False
    start = None
    for row, line in enumerate(lines):
        if start is not None:
            if line.strip() == "]":
                return start, row
        elif line.startswith("["):
            inside = line.strip() == f"[{name}]"
        elif inside and re.match(rf"{re.escape(key)}\s*=\s*\[", line):
            if line.rstrip().endswith("]"):
                return row, row
            start = row
    return None


def _item(line: str) -> str | None:
    """Return the string that a line of an array is, or None."""
    match = re.match(r'\s*("(?:[^"\\]|\\.)*"),?\s*(#.*)?$', line)
    return json.loads(match[1]) if match else None
