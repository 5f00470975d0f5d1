"""A program on a real terminal."""

import os
import pty
import select
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

SECONDS = 60


class Terminal:
    """The other end of a terminal: the keys and the screen of its user.

    Args:
        device: The file descriptor.
    """

    def __init__(self, device: int) -> None:
        self._device = device
        self.screen = ""

    def type(self, keys: str) -> None:
        """Press keys."""
        os.write(self._device, keys.encode())

    def expect(self, text: str) -> str:
        """Wait for a text, and return the screen up to its end; the rest is kept for the next one."""
        deadline = time.monotonic() + SECONDS
        while text not in self.screen:
            assert time.monotonic() < deadline, self.screen
            assert self._read(), self.screen
        before, _, self.screen = self.screen.partition(text)
        return before + text

    def rest(self) -> str:
        """Wait for the end of the program, and return the rest of the screen."""
        while self._read():
            pass
        return self.screen

    def _read(self) -> bool:
        """Read more of the screen; return whether the program is still there."""
        ready, _, _ = select.select([self._device], [], [], SECONDS)
        try:
            read = os.read(self._device, 4096) if ready else b""
        except OSError:
            # On Linux it is how a terminal ends.
            return False
        # The bell rings when a name can be completed in several ways.
        self.screen += read.decode(errors="replace").replace("\r\n", "\n").replace("\a", "")
        return read != b""


@contextmanager
def on_terminal(
    command: Sequence[str], directory: Path, variables: Mapping[str, str]
) -> Iterator[Terminal]:
    """Run a program on a terminal, and kill it where it has not ended with the block."""
    ours, theirs = pty.openpty()
    program = subprocess.Popen(
        command,
        cwd=directory,
        env={**variables, "TERM": "dumb"},
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    try:
        yield Terminal(ours)
    finally:
        program.kill()
        program.wait()
        os.close(ours)
