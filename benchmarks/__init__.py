"""Measure speed as ratios against named references; `python -m benchmarks` prints the table."""
