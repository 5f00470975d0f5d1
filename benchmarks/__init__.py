"""Measure speed as ratios against named references; `python -m benchmarks` prints the table."""

import sys
from pathlib import Path

# The framework as it stands in the template, which is no package that could be installed.
sys.path.insert(
    0, str(Path(__file__).parent.parent / "{{cookiecutter.project_slug}}" / "framework")
)
