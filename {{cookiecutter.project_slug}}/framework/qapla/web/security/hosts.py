"""Tween that refuses requests for a host that is not in the setting `hosts`.

Sources: Pyramid, "Registering Tweens"; RFC 9112, section 3.2, "Request Target".
"""

import re
from collections.abc import Callable, Sequence
from typing import Any

from qapla.web.errors.problems import problem
from qapla.web.monitoring.health import LIVE, READY

_HOSTS = "qapla.hosts"
# Paths that are answered for any host: a probe and Prometheus name the address of a container.
ANY_HOST = "qapla.any_host"
# A name or an address in brackets, and a port.
_HEADER = re.compile(r"([A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[0-9A-Fa-f:.]+\])\.?(?::[0-9]*)?")


def add_host_check(config: Any, hosts: Sequence[str]) -> None:
    """Answer 400 to requests for other hosts.

    Args:
        config: Pyramid's configurator.
        hosts: The setting `hosts`.
    """
    config.registry[_HOSTS] = tuple(hosts)
    config.add_tween(f"{__name__}.host_tween")


def host_tween(handler: Callable[[Any], Any], registry: Any) -> Callable[[Any], Any]:
    """Return a handler that checks the host of a request first."""
    hosts: tuple[str, ...] = registry[_HOSTS]
    names = frozenset(host.removeprefix(".") for host in hosts)
    domains = tuple(host for host in hosts if host.startswith("."))
    free = frozenset((LIVE, READY, *registry.get(ANY_HOST, ())))

    def check_host(request: Any) -> Any:
        # WebOb's `request.host` is the name of the server where the header is missing.
        header = _HEADER.fullmatch(request.environ.get("HTTP_HOST", ""))
        host = header[1].lower() if header else ""
        if host in names or host.endswith(domains) or request.path_info in free:
            return handler(request)
        return problem(request, 400, "unknown host")

    return check_host
