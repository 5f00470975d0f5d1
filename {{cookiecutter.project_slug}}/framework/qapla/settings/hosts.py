"""Hosts in settings, in the form in which requests are compared with them."""

import re
from contextlib import suppress
from ipaddress import IPv6Address
from typing import Annotated

from pydantic import AfterValidator
from pydantic_core import PydanticCustomError

_NAME = re.compile(r"[a-z0-9_-]+(?:\.[a-z0-9_-]+)*")


def normalized_host(text: str) -> str | None:
    """Return a name in lower case, or an IPv6 address in brackets and its shortest form, or None."""
    host = text.lower().removesuffix(".")
    if _NAME.fullmatch(host):
        return host
    if host.startswith("[") and host.endswith("]"):
        with suppress(ValueError):
            return f"[{IPv6Address(host[1:-1])}]"
    return None


def _checked_host(text: str) -> str:
    """Return an entry of the setting `hosts`; a dot before a name stands for its subdomains too."""
    host = normalized_host(text.removeprefix("."))
    if host is None:
        raise PydanticCustomError(
            "host",
            "{text} is not a host: expected a name or an address without scheme, port and path, "
            "such as 'example.com', or '.example.com' with its subdomains",
            {"text": repr(text[:50])},
        )
    return f".{host}" if text.startswith(".") else host


Host = Annotated[str, AfterValidator(_checked_host)]
