"""An interactive shell: IPython where it is installed, or else Python's own."""

import code
import os
import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any


def interact(banner: str, namespace: dict[str, Any]) -> None:
    """Open a shell, and return when its user leaves it.

    Args:
        banner: The lines to show first.
        namespace: The names that it has.
    """
    if find_spec("IPython") is None:
        _open_python(banner, namespace)
    else:
        _open_ipython(banner, namespace)


def _open_ipython(banner: str, namespace: dict[str, Any]) -> None:
    # By their names, as they are no dependencies of a project.
    ipython, traitlets = import_module("IPython"), import_module("traitlets.config")
    config = traitlets.Config()
    config.TerminalInteractiveShell.banner2 = f"{banner}\n"
    ipython.start_ipython(argv=[], user_ns=namespace, config=config)


def _open_python(banner: str, namespace: dict[str, Any]) -> None:
    """Open Python's shell, with completion and history, and the user's start-up file."""
    # `code.interact` does none of this. The hook has Python's own set-up of readline.
    if hook := getattr(sys, "__interactivehook__", None):
        hook()
    try:
        import readline
        import rlcompleter
    except ImportError:
        # Windows has none.
        pass
    else:
        readline.set_completer(rlcompleter.Completer(namespace).complete)
    startup = os.environ.get("PYTHONSTARTUP", "")
    if Path(startup).is_file():
        source = Path(startup).read_bytes()
        exec(compile(source, startup, "exec"), namespace)  # noqa: S102
    lines = f"Python {sys.version.split()[0]}\n{banner}"
    code.interact(lines, local=namespace, exitmsg="")
