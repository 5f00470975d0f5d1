"""Serve an application that answers after as many seconds as the path has, and prints when it begins.

Arguments: the settings of the server, each as `name=value`.
"""

import logging
import signal
import sys
import time
from collections.abc import Callable, Iterable
from typing import Any

from qapla.web.server import serve

PLAIN = ("Content-Type", "text/plain")


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer a request of WSGI."""
    path = environ["PATH_INFO"]
    print("began", path, flush=True)
    if path == "/large":
        start_response("200 OK", [PLAIN])
        return (b"x" * 100_000 for _ in range(100))
    time.sleep(float(path[1:]))
    start_response("200 OK", [PLAIN, ("Content-Length", "8")])
    return [b"answered"]


if __name__ == "__main__":
    # A run in the background would hand on that it is ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    logging.basicConfig(level="INFO")
    settings: dict[str, Any] = dict(pair.split("=") for pair in sys.argv[1:])
    sys.exit(serve(application, None, **settings))
