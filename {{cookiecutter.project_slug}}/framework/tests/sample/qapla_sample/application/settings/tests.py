"""What the tests of the sample lay over all other settings."""

from typing import Any

SETTINGS: dict[str, Any] = {}
