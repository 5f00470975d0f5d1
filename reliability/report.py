"""Figures with their goals, and the table of an experiment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """A measured value.

    Args:
        name: The words of the table's first column.
        value: The value as the table shows it.
        goal: The words of the goal; without one the figure claims nothing.
        holds: Whether the value reaches the goal.
    """

    name: str
    value: str
    goal: str = ""
    holds: bool = True


@dataclass(frozen=True)
class Report:
    """The figures of an experiment, in a column for each way it was run.

    Args:
        title: The heading of the section.
        columns: The figures by the heading of their column; each column has the same names.
        notes: Details of figures that miss their goals, for the reader of a failure.
    """

    title: str
    columns: Mapping[str, Sequence[Figure]]
    notes: list[str] = field(default_factory=list)

    def missed(self) -> list[str]:
        """Return a line for each figure that misses its goal."""
        return [
            f"{self.title}, {column}: {figure.name}: {figure.value}, expected {figure.goal}"
            for column, figures in self.columns.items()
            for figure in figures
            if not figure.holds
        ]

    def markdown(self) -> str:
        """Return the section: the heading and the table."""
        heads = ["figure", "goal", *self.columns]
        lines = [heads, ["---"] * len(heads)]
        for row in zip(*self.columns.values(), strict=True):
            lines.append([row[0].name, row[0].goal, *(figure.value for figure in row)])
        table = "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
        return f"## {self.title}\n\n{table}\n"


def none(name: str, found: int) -> Figure:
    """Return a figure whose goal is 0."""
    return Figure(name, str(found), "0", found == 0)


def at_most(name: str, found: float, limit: float, unit: str = "") -> Figure:
    """Return a figure that has an upper limit.

    Args:
        name: The name of the figure.
        found: The measured value.
        limit: The largest value that is allowed.
        unit: The unit of both, with a space before it.
    """
    shown = f"{found:,}" if isinstance(found, int) else f"{found:.2f}"
    return Figure(name, f"{shown}{unit}", f"at most {limit:g}{unit}", found <= limit)


def count(name: str, found: float, unit: str = "") -> Figure:
    """Return a figure without a goal."""
    return Figure(name, f"{found:,}{unit}" if isinstance(found, int) else f"{found:.2f}{unit}")
