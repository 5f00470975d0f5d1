"""The site of the documentation: `uv run sphinx-build -W docs build/docs`."""

import logging
import sys
import tomllib
from pathlib import Path

# It tells of each plugin that it loads.
logging.getLogger("alembic").setLevel(logging.WARNING)
# Cookiecutter would copy bytecode into every project.
sys.dont_write_bytecode = True
HERE = Path(__file__).parent
TEMPLATE = HERE.parent
sys.path[:0] = [
    str(HERE / "_extensions"),
    str(TEMPLATE / "{{cookiecutter.project_slug}}" / "framework"),
]

project = "qapla-db"
author = "the authors of qapla-db"
version = release = tomllib.loads((TEMPLATE / "pyproject.toml").read_text("utf-8"))["project"][
    "version"
]

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_click",
    "project_pages",
    "docstrings",
]
exclude_patterns = ["_extensions"]
# The sample project whose pages are shown.
project_pages_answers = {
    "project_name": "Rotarran",
    "databases": "main, analytics",
    "models": "main.Ship, analytics.Event",
}

myst_enable_extensions = ["colon_fence"]
myst_heading_anchors = 3
# A block without a language is a tree of files.
highlight_language = "text"

# Settings of pydantic, and no part of the interface.
autodoc_default_options = {"exclude-members": "model_config"}
autodoc_member_order = "bysource"
autodoc_typehints_format = "short"
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 80
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = "qapla-db"
html_copy_source = False
html_show_copyright = False
