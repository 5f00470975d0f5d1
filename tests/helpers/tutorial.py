"""The tutorial as its reader types it: commands, files and the output to expect."""

import ast
import re
import shlex
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import NamedTuple

from baking import TEMPLATE, succeed, tool
from serving import port_locked, running

TUTORIAL = TEMPLATE / "docs" / "tutorial"
FENCE = re.compile(
    r"^```(?:\{code-block\} )?(sh|python|text)\n(?::caption: (\S+)\n\n)?(.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
GENERATE = "uvx cookiecutter --no-input gh:org/qapla-db"
# Commands that run until they are stopped, with their output when they work.
LASTING = {
    "pserve": "Serving on",
    "worker worker": " ready.",
    "main.outbox": "the relay of 'main' runs",
}
# This command is repeated until a worker has done its work.
LOOK = "uv run qapla shell -c"


class Block(NamedTuple):
    """A block of a page.

    Args:
        language: `sh`, `python`, or `text` for an output.
        file: The file that it goes into, if any; `output` is none.
        text: The lines.
    """

    language: str
    file: str | None
    text: str


def pages() -> list[str]:
    """Return the names of the pages, in the order of the table of contents."""
    (listed,) = re.findall(r"^```\{toctree\}\n(.*?)^```$", index(), re.MULTILINE | re.DOTALL)
    return [line for line in listed.splitlines() if line and not line.startswith(":")]


def index() -> str:
    """Return the text of the first page."""
    return (TUTORIAL / "index.md").read_text(encoding="utf-8")


def blocks_of(page: str) -> list[Block]:
    """Return the blocks of a page that are typed or expected."""
    text = (TUTORIAL / f"{page}.md").read_text(encoding="utf-8")
    return [Block(*found.groups()) for found in FENCE.finditer(text)]


class Reader:
    """A reader, who types the blocks of a page one after the other.

    Args:
        template: The template, in place of its address.
        directory: The directory to begin in.
    """

    def __init__(self, template: Path, directory: Path) -> None:
        self._template = template
        self.directory = directory
        self.outputs = 0

    def work_through(self, page: str) -> None:
        """Type a page; the programs that last are stopped at its end."""
        typed, output = "", ""
        with ExitStack() as programs:
            for block in blocks_of(page):
                if block.language == "text":
                    self._expect(block.text, typed, output)
                elif block.file is not None:
                    self._write(block.file, block.text, merge=block.language == "python")
                else:
                    typed, output = block.text, self._type(block.text, programs)

    def _type(self, block: str, programs: ExitStack) -> str:
        """Run the lines of a block; return their output."""
        lasting = [ready for part, ready in LASTING.items() if part in block]
        if not lasting:
            return self._run(block)
        *before, command = block.splitlines()
        output = self._run("\n".join(before))
        if "pserve" in command:
            programs.enter_context(port_locked())
        log = self.directory / "var" / f"tutorial-{len(block)}.log"
        programs.enter_context(running(self.directory, command.split(), lasting[0], log, {}))
        return output

    def _run(self, block: str) -> str:
        generate = [tool("cookiecutter"), "--no-input", str(self._template)]
        typed = block.replace(GENERATE, shlex.join(generate))
        output = succeed(["bash", "-ec", f"exec 2>&1\n{typed}"], self.directory)
        for line in block.splitlines():
            if line.startswith("cd "):
                self.directory /= line.removeprefix("cd ")
        return output

    def _expect(self, expected: str, typed: str, output: str) -> None:
        """Compare the output of a block with the text below it."""
        deadline = time.monotonic() + 60
        while not _fits(expected, output):
            assert typed.startswith(LOOK), output
            assert time.monotonic() < deadline, output
            output = self._run(typed)
        self.outputs += 1

    def _write(self, name: str, text: str, *, merge: bool) -> None:
        path = self.directory / name
        if merge and path.exists():
            text = merged(path.read_text(encoding="utf-8"), text)
        path.write_text(text, encoding="utf-8")


def merged(old: str, new: str) -> str:
    """Return a module with the definitions of a block, in place of those of the same names."""
    for node in ast.parse(new).body:
        text = ast.get_source_segment(new, node)
        assert text is not None
        lines = old.splitlines()
        if isinstance(node, ast.Import | ast.ImportFrom):
            first = next(iter(_imports(old)))
            lines.insert(first.lineno - 1, text)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            found = [it for it in ast.parse(old).body if getattr(it, "name", None) == node.name]
            begin, end = (found[0].lineno - 1, found[0].end_lineno) if found else (len(lines),) * 2
            lines[begin:end] = text.splitlines()
        old = "\n".join(lines) + "\n"
    return old


def _imports(source: str) -> Iterator[ast.stmt]:
    return (it for it in ast.parse(source).body if isinstance(it, ast.Import | ast.ImportFrom))


def _fits(expected: str, output: str) -> bool:
    """Whether the lines that are expected are in an output, in their order."""
    patterns = (
        ".*?".join(map(re.escape, line.split("…"))) for line in expected.splitlines() if line
    )
    return re.search("[^\n]*\n(?:.*\n)*?[^\n]*?".join(patterns), output) is not None
