"""The defaults of the sample on SQLite: a file for each database, beside the embedded server."""

import os
from typing import Any

_VAR = os.environ["QAPLA_SAMPLE_PATHS__VAR"]
SETTINGS: dict[str, Any] = {
    "databases": {
        "main": {"url": f"sqlite:///{_VAR}/main.db"},
        "analytics": {"url": f"sqlite:///{_VAR}/analytics.db"},
    }
}
