"""Probes of the web: `/health/live` asks nothing, and `/health/ready` the databases and the broker.

They answer for any host, to anybody and without a session: a probe names the address of a container, and
its answer names no more than the databases. Source: Kubernetes, "Liveness, Readiness, and Startup Probes".
"""

import logging
from functools import partial
from typing import Any

from pyramid.response import Response
from pyramid.security import NO_PERMISSION_REQUIRED

from qapla.ops.probes import Finding, Probes
from qapla.web.rendering import NOSNIFF

logger = logging.getLogger(__name__)

LIVE, READY = "/health/live", "/health/ready"
_NOT_KEPT = ("Cache-Control", "no-store")


def add_health(config: Any, probes: Probes) -> None:
    """Add the two views.

    Args:
        config: Pyramid's configurator.
        probes: The probes of the databases and the broker.
    """
    for path, view in ((LIVE, _live), (READY, partial(_ready, probes))):
        name = path.strip("/").replace("/", ".")
        config.add_route(name, path)
        config.add_view(
            view, route_name=name, request_method="GET", permission=NO_PERMISSION_REQUIRED
        )


def _live(request: Any) -> Response:
    return _response(200, {"status": "live"})


def _ready(probes: Probes, request: Any) -> Response:
    findings = probes.run()
    for name, finding in findings.items():
        if not finding.ready:
            logger.warning("not ready: %s: %s", name, _reason(finding))
    ready = all(finding.ready for finding in findings.values())
    texts = {
        name: finding.text if not finding.ready else "ok" for name, finding in findings.items()
    }
    body = {"status": "ready" if ready else "not ready", "checks": texts}
    return _response(200 if ready else 503, body)


def _reason(finding: Finding) -> str:
    """Return the fault with the first line of its error, which is for the log alone."""
    lines = str(finding.error or "").splitlines()
    return f"{finding.text}: {lines[0]}" if lines else finding.text


def _response(status: int, body: dict[str, Any]) -> Response:
    response = Response(json_body=body, status=status)
    response.headers.update([NOSNIFF, _NOT_KEPT])
    return response
