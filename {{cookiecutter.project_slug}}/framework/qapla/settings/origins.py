"""Origins in settings, in the form in which a browser sends them.

Source: HTML Standard, "Origins".
"""

import re
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

from qapla.settings.hosts import normalized_host

ANY = "*"
_ORIGIN = re.compile(r"([a-z][a-z0-9+.-]*)://(.+?)(?::([1-9][0-9]{0,4}))?")
# A browser leaves them out.
_DEFAULT_PORTS = {"http": "80", "https": "443"}


def _checked_origin(text: str) -> str:
    origin = text.lower()
    if origin != ANY and not _is_origin(origin):
        raise PydanticCustomError(
            "origin",
            "{text} is not an origin: expected the scheme, the host and no default port, "
            "such as 'https://app.example.com', or '*' alone",
            {"text": repr(text[:50])},
        )
    return origin


def _is_origin(text: str) -> bool:
    parts = _ORIGIN.fullmatch(text)
    if parts is None:
        return False
    scheme, host, port = parts.groups()
    return normalized_host(host) == host and (not port or port != _DEFAULT_PORTS.get(scheme))


def _checked_origins(origins: list[str]) -> list[str]:
    if ANY in origins and len(origins) > 1:
        raise PydanticCustomError("origins", "'*' is every origin: remove the other entries")
    return origins


Origins = Annotated[
    list[Annotated[str, AfterValidator(_checked_origin)]], AfterValidator(_checked_origins)
]
