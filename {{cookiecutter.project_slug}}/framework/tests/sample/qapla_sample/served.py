"""A paste app factory of the sample that makes an application each time, as tests need one."""

from typing import Any

from qapla_sample.application.app import SampleApplication


def factory(global_config: dict[str, str], **settings: Any) -> Any:
    """Return a new WSGI application."""
    return SampleApplication()(global_config, **settings)
