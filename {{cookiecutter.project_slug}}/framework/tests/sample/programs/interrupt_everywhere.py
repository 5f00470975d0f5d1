"""Interrupt a command at each change of the file system: `interrupt_everywhere.py ROOT HOW COMMAND`.

HOW is the number of a signal, or `full` for a disk without room from that change on. After each time the
next command starts, is interrupted in the same way, and starts again: the tree has to be as it was, or
as it is after the whole command, which comes last. The number of interruptions is printed.
"""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from qapla.cli import main
from qapla.cli.project import find_project

root, how, command = Path(sys.argv[1]), sys.argv[2], sys.argv[3].split(" ")
MOVES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.chmod")


def tree(directory: Path) -> dict[str, bytes]:
    """Return the contents of the files in a directory."""
    files = (path for path in directory.rglob("*") if path.is_file())
    return {str(path.relative_to(directory)): path.read_bytes() for path in files}


def changes(event: str, arguments: tuple[Any, ...]) -> bool:
    """Whether an event changes the file system of the project."""
    if event == "open":
        flags = arguments[2] if isinstance(arguments[2], int) else 0
        return str(arguments[0]).startswith(str(root)) and bool(flags & (os.O_WRONLY | os.O_CREAT))
    return event in MOVES


def interrupt(last: int) -> None:
    """Interrupt this process at a change of the file system."""
    left = iter(range(last))

    def watch(event: str, arguments: tuple[Any, ...]) -> None:
        if not changes(event, arguments) or next(left, None) is not None:
            return
        if how != "full":
            os.kill(os.getpid(), int(how))
        elif event in ("open", "os.mkdir") and not os.path.exists(arguments[0]):
            raise OSError(28, "No space left on device")

    write_bytes = Path.write_bytes

    def write(path: Path, content: bytes) -> int:
        # A process may end within a write, too.
        write_bytes(path, content[: len(content) // 2])
        return write_bytes(path, content)

    Path.write_bytes = write  # type: ignore[method-assign,assignment]
    sys.addaudithook(watch)


def interrupted(run: Callable[[], object], last: int) -> bool:
    """Run a function in a process of its own that is interrupted, and return whether it was."""
    child = os.fork()
    if child == 0:
        code = 1
        try:
            interrupt(last)
            run()
            code = 0
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] != 0


def run_command(directory: Path) -> None:
    """Run the command in a project."""
    os.chdir(directory)
    main(command, standalone_mode=False)


before = tree(root)
with tempfile.TemporaryDirectory() as copy:
    shutil.copytree(root, copy, dirs_exist_ok=True)
    run_command(Path(copy))
    after = tree(Path(copy))
for number in count():
    is_last = not interrupted(lambda: run_command(root), number)
    interrupted(lambda: find_project(root), number % 9)
    find_project(root)
    if is_last or tree(root) != before:
        break
if tree(root) != after:
    sys.exit(f"after {number} changes the tree is neither as before nor complete")
print(number)
