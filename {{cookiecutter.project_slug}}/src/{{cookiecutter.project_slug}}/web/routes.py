"""URL map. Views refer to these routes by name."""

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Add the routes. An id has at most 19 digits, as many as a BIGINT."""
