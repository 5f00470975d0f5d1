"""Show that a served project is reliable; `python -m reliability` prints the tables."""

import sys
from pathlib import Path

TEMPLATE = Path(__file__).parent.parent
# The framework as it stands in the template, and the servers and clients of the tests.
for _part in ("{{cookiecutter.project_slug}}/framework", "tests/helpers"):
    sys.path.insert(0, str(TEMPLATE / _part))
