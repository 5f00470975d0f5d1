"""Exception view of requests without permission: 401 for an unknown caller, 403 for a known one.

Source: RFC 6750, section 3, "The WWW-Authenticate Response Header Field".
"""

from typing import Any

from qapla.web.errors.problems import problem
from qapla.web.security.policy import sent_token


def includeme(config: Any) -> None:
    """Add the exception view.

    Args:
        config: Pyramid's configurator.
    """
    config.add_forbidden_view(_challenge)


def _challenge(error: Any, request: Any) -> Any:
    """Answer with the scheme of tokens; an error with a body of its own is left alone."""
    if error.has_body:
        return error
    if request.identity is not None:
        # A view that raises the error itself has no result of the policy.
        detail = error.detail if error.result is None else error.result.msg
        status, challenge = 403, 'Bearer error="insufficient_scope"'
    elif sent_token(request):
        detail = "the token is unknown, expired or revoked"
        status, challenge = 401, 'Bearer error="invalid_token"'
    else:
        detail = "send a token: `Authorization: Bearer <token>`"
        status, challenge = 401, "Bearer"
    response = problem(request, status, detail)
    response.headers["WWW-Authenticate"] = challenge
    return response
