"""The command `qapla-db`, which starts a project from the template in this package."""

import json
import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import NoReturn

import click
from cookiecutter.exceptions import CookiecutterException, OutputDirExistsException
from cookiecutter.main import cookiecutter

TEMPLATE = Path(__file__).parent / "template"


@click.command(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="qapla-db")
@click.option("-o", "--output-dir", default=".", help="The directory that the project goes into.")
@click.option("--no-input", is_flag=True, help="Ask no questions: take the defaults.")
@click.argument("answers", nargs=-1, metavar="[QUESTION=ANSWER]...")
def main(output_dir: str, no_input: bool, answers: tuple[str, ...]) -> None:
    """Start a Pyramid + Celery + SQLAlchemy project for several databases.

    Answers may be given at once: qapla-db databases="main, analytics"
    """
    given = dict(_parse(answer) for answer in answers)
    _refuse_closed(Path(output_dir).absolute())
    with tempfile.TemporaryDirectory() as directory:
        # Cookiecutter keeps the answers for a replay under the name of this directory.
        template = Path(directory) / "qapla-db"
        _copy(TEMPLATE, template)
        try:
            cookiecutter(
                str(template), no_input=no_input, extra_context=given, output_dir=output_dir
            )
        except OutputDirExistsException as error:
            found = str(error).removeprefix("Error: ")
            _end(f"{found}: move it away, or generate elsewhere with -o")
        except (CookiecutterException, OSError) as error:
            _end(str(error))


def _parse(answer: str) -> tuple[str, str]:
    """Return the question and the answer of `question=answer`."""
    question, equals, text = answer.partition("=")
    if not equals:
        _end(f"expected question=answer instead of {answer!r}: try 'databases=main, analytics'")
    asked = json.loads((TEMPLATE / "cookiecutter.json").read_text(encoding="utf-8"))
    known = [key for key in asked if not key.startswith("_")]
    if question not in known:
        _end(f"there is no question {question!r}, only {', '.join(known)}")
    return question, text


def _refuse_closed(output: Path) -> None:
    """Refuse an output directory that cannot be made or written."""
    found = next(path for path in (output, *output.parents) if path.exists())
    if not (found.is_dir() and os.access(found, os.W_OK)):
        _end(f"{found} is no directory that can be written: generate elsewhere with -o")


def _copy(source: Path, target: Path) -> None:
    """Copy the files of a directory, without their modes and without bytecode.

    An installer may have made both: cookiecutter would carry them into the project.
    """
    for path in sorted(source.rglob("*")):
        if path.is_file() and path.parent.name != "__pycache__":
            copy = target / path.relative_to(source)
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, copy)


def _end(line: str) -> NoReturn:
    print(line, file=sys.stderr)
    raise SystemExit(2) from None
