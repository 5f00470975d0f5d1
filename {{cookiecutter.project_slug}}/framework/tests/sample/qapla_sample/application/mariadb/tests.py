"""What the tests of the sample on MariaDB lay over all other settings."""

from typing import Any

SETTINGS: dict[str, Any] = {}
