"""The defaults of the sample."""

from typing import Any

SETTINGS: dict[str, Any] = {"databases": {"main": {"options": {"pool_size": 2}}}}
