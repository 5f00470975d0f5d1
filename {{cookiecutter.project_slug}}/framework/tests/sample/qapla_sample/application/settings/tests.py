"""The highest layer of the sample's settings in tests."""

from typing import Any

SETTINGS: dict[str, Any] = {}
