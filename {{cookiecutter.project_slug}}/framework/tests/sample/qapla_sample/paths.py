"""The directories of the sample and of the framework, for tests in any room."""

from pathlib import Path

SAMPLE = Path(__file__).parents[1]
MIGRATIONS = SAMPLE / "migrations" / "main"
# The directory that has the package `qapla`.
SOURCE = SAMPLE.parents[1]
