"""The defaults of the sample on MariaDB: the server that the framework's own tests use."""

from typing import Any

_SERVER = "mysql+pymysql://root@127.0.0.1:3306"
SETTINGS: dict[str, Any] = {
    "databases": {
        "main": {"url": f"{_SERVER}/qapla_sample_main"},
        "analytics": {"url": f"{_SERVER}/qapla_sample_analytics"},
    }
}
