"""Use the embedded server of a data directory until the standard input ends. Argument: the directory."""

import signal
import sys
from pathlib import Path

from qapla.embedded import connection_query
from qapla.exceptions import QaplaError

if __name__ == "__main__":
    # A run in the background, or under `nohup`, would hand on that they are ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGHUP, signal.SIG_DFL)
    try:
        print(connection_query(Path(sys.argv[1]), "the variable ROTARRAN_PATHS__VAR"), flush=True)
    except QaplaError as error:
        sys.exit(str(error))
    sys.stdin.read()
