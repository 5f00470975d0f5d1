"""The settings of Celery that production needs: a broker, and results that other machines can read."""

from collections.abc import Callable, Mapping
from typing import Any

_BROKER = (
    "the default is files of this machine, which no other machine reads: type "
    "redis://host or amqp://user:password@host (filesystem://localhost keeps the files)"
)
_RESULTS = (
    "results are files of this machine, and the broker is in the network: type "
    "redis://host, rpc:// for the results of RabbitMQ, or disabled://"
)
# Their messages stay on the machine, or in the process.
_LOCAL = ("filesystem", "memory")
# Brokers that give the results too, unless the settings say otherwise.
_WITH_RESULTS = ("redis", "rediss", "sentinel", "amqp", "amqps", "pyamqp")


def missing(settings: Mapping[str, Any], variable: Callable[..., str]) -> dict[str, str]:
    """Return the fault of each setting of Celery that production lacks, by its variable.

    Args:
        settings: The setting `celery`, which is checked.
        variable: The function that names the variable of a setting, by its keys.
    """
    faults = {}
    broker = settings.get("broker_url")
    if not broker:
        faults[variable("celery", "broker_url")] = _BROKER
    if _has_local_results(settings) and _scheme(broker) not in _LOCAL:
        faults[variable("celery", "result_backend")] = _RESULTS
    return faults


def _has_local_results(settings: Mapping[str, Any]) -> bool:
    """Whether results go to files: by the setting, or as the broker has no results of its own."""
    if "result_backend" in settings:
        return _scheme(settings["result_backend"]) == "file"
    broker = settings.get("broker_url")
    return bool(broker) and _scheme(broker) not in _WITH_RESULTS


def _scheme(url: Any) -> str:
    first = url[0] if isinstance(url, list | tuple) else url
    return str(first or "").partition(":")[0]
