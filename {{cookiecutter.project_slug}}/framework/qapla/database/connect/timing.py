"""The time of the statements of an engine."""

import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, event

_STARTED = "qapla_started"


def time_statements(engine: Engine, ended: Callable[[float, str], None]) -> None:
    """Call a function with the seconds and the text of each statement that has succeeded.

    Args:
        engine: The engine.
        ended: The function. The seconds are without the rows that are fetched later.
    """

    def before(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        context.__dict__[_STARTED] = time.perf_counter()

    def after(
        connection: Any, cursor: Any, statement: str, parameters: Any, context: Any, many: bool
    ) -> None:
        ended(time.perf_counter() - context.__dict__[_STARTED], statement)

    event.listen(engine, "before_cursor_execute", before)
    event.listen(engine, "after_cursor_execute", after)
