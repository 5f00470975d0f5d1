"""Run the code of a command or of standard input."""

import linecache
import traceback
from typing import Any


def run_script(code: str, name: str, namespace: dict[str, Any]) -> None:
    """Run code in a namespace; an exception is shown as Python shows it, and ends the process with 1.

    Args:
        code: The source text.
        name: The name of its file in tracebacks.
        namespace: The names that it has, to which it adds its own.
    """
    # By this a traceback shows the lines of the code.
    linecache.cache[name] = (len(code), None, code.splitlines(keepends=True), name)
    try:
        exec(compile(code, name, "exec"), {"__name__": "__main__", **namespace})  # noqa: S102
    except Exception as error:
        # Without the frames of the command.
        frames = error.__traceback__.tb_next if error.__traceback__ else None
        traceback.print_exception(error.with_traceback(frames))
        raise SystemExit(1) from error
