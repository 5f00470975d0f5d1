"""Settings for tests, which override all others."""

from typing import Any

SETTINGS: dict[str, Any] = {}
