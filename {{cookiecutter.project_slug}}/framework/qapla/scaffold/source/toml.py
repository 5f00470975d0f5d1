"""Change the arrays of a TOML file, and nothing else in it."""

import json
import re
import tomllib
from difflib import SequenceMatcher
from typing import Any

from qapla.exceptions import ScaffoldError
from qapla.scaffold.lines import split_lines

_INDENT = "    "
# A string, the closing bracket, or a comment, which may hold any of these.
_PART = re.compile(r"""(?P<string>"(?:[^"\\\n]|\\.)*"|'[^'\n]*')|(?P<close>\])|\#[^\n]*""")


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


def strings(values: dict[str, Any], name: str, key: str, path: str) -> list[str] | None:
    """Return an array of strings in a table, or None where it is missing.

    Raises:
        ScaffoldError: It is something else.
    """
    found = table(values, name).get(key)
    if found is None or (isinstance(found, list) and all(isinstance(item, str) for item in found)):
        return found
    raise ScaffoldError(f"{path} has no array of strings as {key} below [{name}]: mend it")


def change_array(source: str, name: str, key: str, items: list[str], path: str) -> str:
    """Return a TOML file with other items in an array of strings; one without the array stays.

    Args:
        source: The text of the file.
        name: The dotted name of the table.
        key: The key of the array.
        items: The items that the array is to have; those that it has stay where they are.
        path: The path of the file, for errors.

    Raises:
        ScaffoldError: The array is written in a way that the scaffold cannot change.
    """
    values = read_toml(source, path)
    there = strings(values, name, key, path)
    if there in (None, items):
        return source
    changed = _changed(source, name, key, items)
    table(values, name)[key] = items
    if _parsed(changed) != values:
        raise ScaffoldError(
            f"{path} has {key} in a form that the scaffold cannot change: write "
            f"{key} = {json.dumps(there, ensure_ascii=False)} below [{name}]"
        )
    return changed


def _changed(source: str, name: str, key: str, items: list[str]) -> str:
    """Return the file with other items in an array, if it is found."""
    lines = split_lines(source)
    rows = _rows(lines, name, key)
    if rows is None:
        return source
    array = "".join(lines[slice(*rows)])
    there = [tomllib.loads(f"item = {match['string']}")["item"] for match in _strings(array)]
    changes = SequenceMatcher(None, there, items, autojunk=False).get_opcodes()
    for tag, start, end, new_start, new_end in reversed(changes):
        if tag == "equal":
            continue
        kept = min(end - start, new_end - new_start)
        for item in items[new_start + kept : new_end]:
            array = _with(array, item)
        for index in reversed(range(start + kept, end)):
            array = _without(array, index)
        for index in reversed(range(kept)):
            array = _replaced(array, start + index, items[new_start + index])
    return "".join([*lines[: rows[0]], array, *lines[rows[1] :]])


def _rows(lines: list[str], name: str, key: str) -> tuple[int, int] | None:
    """Return the rows of an array, from its first one to behind its last one."""
    inside = False
    for start, line in enumerate(lines):
        if line.startswith("["):
            inside = re.match(rf"\[\s*{re.escape(name)}\s*\]", line) is not None
        if inside and re.match(rf"{re.escape(key)}\s*=\s*\[", line):
            ends = range(start + 1, len(lines) + 1)
            return next(
                ((start, end) for end in ends if _parsed("".join(lines[start:end])) is not None),
                None,
            )
    return None


def _parsed(source: str) -> dict[str, Any] | None:
    try:
        return tomllib.loads(source)
    except tomllib.TOMLDecodeError:
        return None


def _strings(array: str) -> list[re.Match[str]]:
    return [match for match in _PART.finditer(array) if match["string"]]


def _text(item: str) -> str:
    return json.dumps(item, ensure_ascii=False)


def _replaced(array: str, index: int, item: str) -> str:
    """Return an array with another item in the place of one."""
    start, end = _strings(array)[index].span()
    return array[:start] + _text(item) + array[end:]


def _without(array: str, index: int) -> str:
    """Return an array without an item, and without its line if nothing else stands there."""
    found = _strings(array)
    start, end = found[index].span()
    behind = array[end:].lstrip(" \t").removeprefix(",").lstrip(" \t")
    above = found[index - 1].end() if index else start
    line, newline = array.rfind("\n", 0, start) + 1, array.find("\n", end) + 1
    if line and not array[line:start].strip() and behind.startswith("\n"):
        start, behind = line, array[newline:]
    elif index and "\n" not in array[above:start]:
        start, behind = above, array[end:]
    return re.sub(r"\A([^\n]*\[)\s*\](\s*)\Z", r"\1]\2", array[:start] + behind)


def _with(array: str, item: str) -> str:
    """Return an array with an item more, on a line of its own."""
    strings = _strings(array)
    close = next(match.start() for match in _PART.finditer(array) if match["close"])
    end = strings[-1].end() if strings else array.index("[") + 1
    between = array[end:close].lstrip(" \t")
    if "\n" not in array[:close]:
        before = array[: array.index("[") + 1]
        texts = [*(match["string"] for match in strings), _text(item)]
        return before + "\n" + "".join(f"{_INDENT}{text},\n" for text in texts) + array[close:]
    comma = "," if strings and not between.startswith(",") else ""
    line = array.rfind("\n", 0, close) + 1
    at, gap = (close, "\n") if array[line:close].strip() else (line, "")
    new = f"{gap}{_INDENT}{_text(item)},\n"
    return array[:end] + comma + array[end:at] + new + array[at:]
