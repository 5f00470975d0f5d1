"""The parts that the resources of all models share."""

from qapla.web.resource.filters import Filters
from qapla.web.resource.input import read_body, read_patch, read_query
from qapla.web.resource.numbers import Int32, Int64
from qapla.web.resource.rows import (
    Identified,
    Input,
    PageOf,
    PageQuery,
    locate,
    page_of,
    stream_lines,
)
from qapla.web.resource.versions import expected_version, tag

__all__ = [
    "Filters",
    "Identified",
    "Input",
    "Int32",
    "Int64",
    "PageOf",
    "PageQuery",
    "expected_version",
    "locate",
    "page_of",
    "read_body",
    "read_patch",
    "read_query",
    "stream_lines",
    "tag",
]
