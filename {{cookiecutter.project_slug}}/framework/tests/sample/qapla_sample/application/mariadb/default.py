"""The defaults of the sample on MariaDB: databases of this run of the framework's own tests."""

import os
from pathlib import Path
from typing import Any

_RUN = Path(os.environ["QAPLA_SAMPLE_PATHS__VAR"]).name
_URL = f"mysql+pymysql://root@127.0.0.1:3306/{_RUN}"
SETTINGS: dict[str, Any] = {
    "databases": {
        "main": {"url": f"{_URL}_main?ssl_disabled=true"},
        "analytics": {"url": f"{_URL}_analytics?ssl_disabled=true"},
    }
}
