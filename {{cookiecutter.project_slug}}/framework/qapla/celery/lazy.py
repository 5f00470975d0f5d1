"""A task class that binds lazily, so that importing a task does not configure Celery.

Celery reads the configuration when a task is first touched, and our configuration prepares the
application. pytest touches every name of a test module when it collects it: an application would be
prepared for a worker before a fixture could prepare it for tests.
"""

from typing import Any

import celery
from celery.utils.threads import LocalStack


class LazyTask(celery.Task):  # type: ignore[type-arg]
    """Take the defaults of the configuration once there is one, and not when it is touched."""

    @classmethod
    def bind(cls, app: Any) -> Any:
        """Bind the task to its application, now or when the configuration is read."""
        if app.configured:
            return super().bind(app)
        cls._app = app  # type: ignore[attr-defined]
        if cls.typing is None:
            cls.typing = app.strict_typing
        if cls.request_stack is None:
            # A direct call needs no configuration.
            cls.request_stack = LocalStack()
        app.on_after_configure.connect(cls._bind_later, weak=False)
        return app

    @classmethod
    def _bind_later(cls, sender: Any, **_: Any) -> None:
        # The configuration may be read in the middle of a direct call.
        running = cls.request_stack
        super().bind(sender)
        cls.request_stack = running

    def _get_exec_options(self) -> Any:
        # The first thing that a call asks for: it needs the configuration.
        self.app.conf.get("task_serializer")
        return super()._get_exec_options()  # type: ignore[misc]
