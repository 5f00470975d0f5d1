"""The highest layer of the sample's settings in tests on SQLite."""

from typing import Any

SETTINGS: dict[str, Any] = {}
