"""Print the table of all comparisons; each figure is the median of seven, and the range."""

import os
import tempfile
from pathlib import Path

from tests.baking import copy_template

from benchmarks import measure
from benchmarks.measure import ratio, row, variant
from benchmarks.variants.generation import write_one_file_template


def main() -> None:
    """Measure every row."""
    environment = {
        **os.environ,
        "PYTHONPATH": f"{measure.SOURCE}{os.pathsep}{measure.TEMPLATE}",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    print("| work | reference | goal | measured |")
    print("|---|---|---|---|")
    with tempfile.TemporaryDirectory() as directory:
        templates = Path(directory) / "qapla-db", Path(directory) / "one-file"
        copy_template(templates[0])
        write_one_file_template(templates[1])
        ours, one_file = (variant("generation", str(template)) for template in templates)
        # Here more is slower: how many times the reference's time ours is.
        times = [1 / value for value in ratio(ours, one_file, environment)]
        print(row("generation, default answers", "a template of one file", "at most 1.8", times))
    idle = ratio(variant("idle", "qapla"), variant("idle", "pyramid"), environment)
    print(row("request without a database", "bare Pyramid", "at least 0.97", idle))


if __name__ == "__main__":
    main()
