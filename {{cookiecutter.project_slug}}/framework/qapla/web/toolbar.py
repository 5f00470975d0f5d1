"""A panel of pyramid_debugtoolbar, for `debugtoolbar.includes` of `development.ini`."""

from typing import Any

from pyramid_debugtoolbar.panels.request_vars import RequestVarsDebugPanel


class RequestVariables(RequestVarsDebugPanel):  # type: ignore[misc]
    """The panel of a request's variables, which also reads requests with a malformed body.

    It asks for the locale, and that for the parameters: without this the toolbar would answer 500.
    """

    def process_response(self, response: Any) -> None:
        """Read the request, as far as it can be read."""
        try:
            super().process_response(response)
        except ValueError:
            del self.request


def includeme(config: Any) -> None:
    """Replace the toolbar's own panel."""
    config.add_debugtoolbar_panel(RequestVariables)
