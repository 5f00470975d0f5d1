"""Print the tables of RELIABILITY.md; the exit code is 1 where a figure misses its goal."""

import argparse
import sys
from collections.abc import Callable

from reliability import errors, memory, restarts, shutdown, workers
from reliability.report import Report
from reliability.stage import Stage, staged

EXPERIMENTS: dict[str, Callable[[Stage, float], Report]] = {
    "restarts": restarts.run,
    "errors": errors.run,
    "memory": memory.run,
    "shutdown": shutdown.run,
    "workers": workers.run,
}


def main() -> int:
    """Run the experiments, and print each table when it is there."""
    parser = argparse.ArgumentParser(prog="python -m reliability", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(EXPERIMENTS))
    parser.add_argument(
        "--seconds",
        type=float,
        default=60,
        help="the length of a load; the numbers of requests and tasks are in proportion",
    )
    given = parser.parse_args()
    unknown = [name for name in given.names if name not in EXPERIMENTS]
    if unknown:
        parser.error(f"there is no experiment {unknown[0]!r}; known: {', '.join(EXPERIMENTS)}")
    missed: list[str] = []
    with staged() as stage:
        for name in given.names or EXPERIMENTS:
            report = EXPERIMENTS[name](stage, given.seconds)
            print(report.markdown(), flush=True)
            lines = report.missed()
            missed += [*lines, *report.notes] if lines else []
    for line in missed:
        print(line, file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
