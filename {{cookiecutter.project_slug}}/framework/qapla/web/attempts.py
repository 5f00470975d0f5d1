"""One run of a view, which is taken back as long as nothing has left the process."""

from collections import deque
from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import Session

from qapla.database.sessions.sent import count_sent
from qapla.web.sessions import end_sessions, finish, on_open


class Attempt:
    """A run of a view of a request, which begins now.

    A commit and a task leave the process.
    """

    def __init__(self, request: Any) -> None:
        self._request = request
        self._sent = count_sent()
        self._has_committed = False
        self._responses = list(request.response_callbacks)
        self._finished = list(request.finished_callbacks)
        on_open(request, self._watch)

    def take_back(self) -> bool:
        """Roll back and end the sessions of the request, whose next ones are new; return whether it may."""
        if self._has_committed or count_sent() != self._sent:
            return False
        request = self._request
        end_sessions(request)
        request.__dict__.pop("response", None)
        request.response_callbacks = deque(self._responses)
        kept = (it for it in request.finished_callbacks if it is finish or it in self._finished)
        request.finished_callbacks = deque(kept)
        return True

    def _watch(self, session: Session) -> None:
        event.listen(session, "after_commit", self._note_commit)

    def _note_commit(self, session: Session) -> None:
        # A savepoint is none.
        if session.get_nested_transaction() is None:
            self._has_committed = True
