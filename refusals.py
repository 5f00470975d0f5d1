"""The template's part of cookiecutter's process: it refuses bad answers, and stamps the new project.

A bad answer is refused while the answers render: one line, exit code 2, nothing written. A failing hook
would print a traceback of its own first. The filter `refuse(value, kind)` and the class `Refusals` keep
their names for ever: cruft renders a new version of the template with the extension of the old one.
"""

import gc
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NoReturn

import click
from cookiecutter.config import USER_CONFIG_PATH, get_user_config
from jinja2 import Environment
from jinja2.ext import Extension

ROOT = Path(__file__).resolve().parent
SOURCE = ROOT / "{{cookiecutter.project_slug}}" / "framework"
# Bytecode beside the modules of the framework would be copied into the project.
BYTECODE = ROOT / "__pycache__"

# The modules of cookiecutter and Jinja stay, so that no collection of garbage need look at them.
gc.freeze()


@contextmanager
def framework() -> Iterator[None]:
    """Import modules of the template's framework, with their bytecode in a directory of the template."""
    prefix, sys.pycache_prefix = sys.pycache_prefix, sys.pycache_prefix or str(BYTECODE)
    sys.path.insert(0, str(SOURCE))
    try:
        yield
    finally:
        sys.path.remove(str(SOURCE))
        sys.pycache_prefix = prefix


def refuse(value: Any, kind: str) -> Any:
    """Return an answer if the scaffold takes it, and end the process if not.

    Args:
        value: The answer, or a list of the answer and those that it depends on.
        kind: The question; an unknown one is of another version, and returns the value.
    """
    with framework():
        from qapla.exceptions import Refused
        from qapla.scaffold.answers import CHECKS
    given = value if isinstance(value, list) else [value]
    try:
        if kind in CHECKS:
            CHECKS[kind](*given)
    except Refused as refused:
        _end(f"{refused}{_origin(given[0], kind)}")
    if kind == "project_slug":
        _refuse_existing(value)
    return value


def stamp(answers: Mapping[str, str]) -> str:
    """Stamp the databases and models into the new project, and return the next commands.

    Here Jinja is imported already, and half of the scaffold. Nothing is returned where that is the scaffold
    of another template, which this process has used before, or where it fails: the hook stamps in a process
    of its own then, and cookiecutter shows its error, and removes the project.

    Args:
        answers: The answers, with the directories of the output and of the template.
    """
    if Path(answers.get("_repo_dir", "")).resolve() != ROOT:
        return ""
    package = answers["project_slug"]
    with framework():
        from qapla.scaffold import answers as scaffold
        from qapla.scaffold.source.rendering import keep_compiled

        if not Path(scaffold.__file__).is_relative_to(SOURCE):
            return ""
        if not sys.dont_write_bytecode and os.access(BYTECODE, os.W_OK):
            keep_compiled(BYTECODE)
        try:
            return scaffold.stamp(
                Path(answers["_output_dir"]) / package,
                package=package,
                databases=answers["databases"],
                models=answers["models"],
            )
        except Exception:
            return ""


def _origin(answer: Any, question: str) -> str:
    """Return where a refused answer comes from, if it is one of the user's own defaults."""
    options = _options()
    path = options.get("config_file") or os.environ.get("COOKIECUTTER_CONFIG") or USER_CONFIG_PATH
    if options.get("default_config") or not Path(path).is_file():
        return ""
    defaults = get_user_config(str(path))["default_context"]
    return f" (from default_context in {path})" if defaults.get(question) == answer else ""


def _refuse_existing(package: str) -> None:
    """Refuse to overwrite a project: its own files would be lost, and its databases stamped twice."""
    options = _options()
    project = Path(options.get("output_dir") or ".") / package
    overwrites = options.get("overwrite_if_exists") or options.get("skip_if_file_exists")
    if overwrites and (project / "src" / package / "databases" / "__init__.py").exists():
        _end(f"{project} holds a project already: move it away, or generate elsewhere with -o")


def _options() -> dict[str, Any]:
    """Return the options of the command that generates, or none when it is no command."""
    context = click.get_current_context(silent=True)
    return context.params if context is not None else {}


def _end(line: str) -> NoReturn:
    print(line, file=sys.stderr)
    raise SystemExit(2) from None


class Refusals(Extension):
    """A Jinja extension with the filters `refuse` and `stamp`, which renders answers literally."""

    def __init__(self, environment: Environment) -> None:
        super().__init__(environment)
        environment.filters["refuse"] = refuse
        environment.filters["stamp"] = stamp

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return an answer with its braces made literal.

        Without prompts cookiecutter renders answers too: a brace in one would be a traceback.
        Texts of the template have a file name, or speak of `cookiecutter`.
        """
        if name is None and "cookiecutter" not in source:
            return source.replace("{", "{{ '{' }}")
        return source
