"""Imports that are merged into those of a user's module."""

import pytest

from qapla.scaffold.layout.imports import Head, cut
from qapla.scaffold.merging.imports import merge_imports

OLD = "from sqlalchemy import String\n\nfrom rotarran.a import A\n"
NEW = "import datetime as dt\n\nfrom sqlalchemy import Double, String\n\nfrom rotarran.a import A\n"


def merged(theirs: str, old: str = OLD, new: str = NEW, after: str = "\nx = String, A\n") -> str:
    """Return the imports of a module after a change of its rendering."""
    head = cut(theirs + after)
    return merge_imports(Head("", head.imports, head.text, after), cut(old), cut(new), "rotarran")


@pytest.mark.parametrize(
    ("theirs", "expected"),
    [
        (OLD, NEW),
        ("import os\n\n" + OLD, "import datetime as dt\nimport os\n" + NEW.partition("dt\n")[2]),
        (NEW, NEW),
        (
            "from rotarran.a import A\nfrom sqlalchemy import String\n",
            "from rotarran.a import A\nfrom sqlalchemy import Double, String\nimport datetime as dt\n",
        ),
        (
            "import os; import sys\nfrom sqlalchemy import (\n    String,  # Mine.\n)\n",
            "import os; import sys\nimport datetime as dt\nfrom sqlalchemy import (\n"
            "    String,  # Mine.\n)\nfrom sqlalchemy import Double\n",
        ),
        (
            "from .b import (c as d)\nfrom sqlalchemy import String\n",
            "from .b import (c as d)\nfrom sqlalchemy import Double, String\nimport datetime as dt\n",
        ),
        ("", "import datetime as dt\n\nfrom sqlalchemy import Double\n"),
    ],
)
def test_new_imports_join_those_of_the_user(theirs: str, expected: str) -> None:
    """Sorted where these are sorted; otherwise each statement keeps its place."""
    assert merged(theirs) == expected


@pytest.mark.parametrize(
    ("theirs", "after", "expected"),
    [
        (NEW, "\nx = String, A\n", OLD),
        (NEW, "\nx = String, A, dt\n", "import datetime as dt\n\n" + OLD),
        (NEW, "\nx: 'String | Double' = A\n", NEW.partition("\n\n")[2]),
        ("import datetime as dt  # Mine.\n", "", "import datetime as dt  # Mine.\n"),
        ("import datetime as dt\nimport abc\n", "", "import abc\n"),
    ],
)
def test_an_import_goes_when_nothing_needs_it(theirs: str, after: str, expected: str) -> None:
    """The user may need it, or have written about it."""
    assert merged(theirs, NEW, OLD, after) == expected
