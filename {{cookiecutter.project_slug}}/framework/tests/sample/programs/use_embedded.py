"""Use the embedded server of a data directory until the standard input ends. Argument: the directory."""

import sys
from pathlib import Path

from qapla.embedded import connection_query
from qapla.exceptions import QaplaError

if __name__ == "__main__":
    try:
        print(connection_query(Path(sys.argv[1]), "the variable ROTARRAN_PATHS__VAR"), flush=True)
    except QaplaError as error:
        sys.exit(str(error))
    sys.stdin.read()
