"""Compare two programs: each variant in a process of its own, in turn, the ratio of each pair."""

import statistics
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
TEMPLATE = HERE.parent
ROUNDS = 7


def ratio(ours: list[str], reference: list[str], environment: Mapping[str, str]) -> list[float]:
    """Return how often the reference's time holds ours, for each pair, after one warm-up.

    Args:
        ours: A command that prints the seconds that our variant took.
        reference: A command that prints the seconds that the reference took.
        environment: The environment of both.
    """
    pairs = []
    for number in range(ROUNDS + 1):
        # The order is reversed every other round, as the machine's speed drifts.
        commands = [ours, reference] if number % 2 else [reference, ours]
        seconds = [measured(command, environment) for command in commands]
        pairs.append(tuple(seconds if number % 2 else reversed(seconds)))
    return [theirs / own for own, theirs in pairs[1:]]


def row(work: str, against: str, goal: str, ratios: list[float]) -> str:
    """Return a row of the table."""
    low, high = min(ratios), max(ratios)
    median = statistics.median(ratios)
    return f"| {work} | {against} | {goal} | {median:.2f} ({low:.2f} to {high:.2f}) |"


def variant(name: str, *arguments: str) -> list[str]:
    """Return the command that runs a variant."""
    return [sys.executable, "-m", f"benchmarks.variants.{name}", *arguments]


def pair(name: str, reference: str) -> tuple[list[str], list[str]]:
    """Return the commands of our variant and of a reference of the same work."""
    return variant(name, "qapla"), variant(name, reference)


def measured(command: list[str], environment: Mapping[str, str]) -> float:
    """Return the figure that a command prints in its last line."""
    done = subprocess.run(
        command, cwd=TEMPLATE, env=dict(environment), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(command)}:\n{done.stderr}")
    return float(done.stdout.splitlines()[-1])
