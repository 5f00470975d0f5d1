"""URL map. Views refer to these routes by name."""

from pyramid.config import Configurator


def includeme(config: Configurator) -> None:
    """Add the routes; an id is a BIGINT, of at most 19 digits."""
