"""The version of a row in `ETag`, and the version that a client expects in `If-Match`.

Source: RFC 9110, "Conditional Requests".
"""

import re
from typing import Any

from pyramid.httpexceptions import HTTPPreconditionFailed

# A strong tag: a weak one never matches.
_TAG = re.compile(r'"(\d{1,19})"')


def tag(request: Any, version: int) -> None:
    """Set the `ETag` of a response.

    Args:
        request: The request.
        version: The value of the row's version column.
    """
    request.response.headers["ETag"] = f'"{version}"'


def expected_version(request: Any, column: str = "version") -> dict[str, int]:
    """Return the version that `If-Match` asks for, as an argument of `update` and `delete` of a driver.

    It is empty without the header, and for `*`. The driver then refuses a row of another version, and
    the response is 412.

    Args:
        request: The request.
        column: The name of the model's version column.

    Raises:
        HTTPPreconditionFailed: The header has no version that a row could have.
    """
    asked = request.headers.get("If-Match", "*").strip()
    if asked == "*":
        return {}
    found = _TAG.fullmatch(asked)
    if found is None:
        raise HTTPPreconditionFailed("If-Match has no version of this row: send its ETag")
    return {column: int(found[1])}
