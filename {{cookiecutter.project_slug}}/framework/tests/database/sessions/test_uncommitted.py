"""The writes that a session records."""

import pytest
from sqlalchemy.orm import Session

from qapla.database.sessions import uncommitted as writes

from qapla_sample.fleet import Fleet

pytestmark = [
    pytest.mark.unguarded_databases,
    pytest.mark.parametrize("fleet_server", ["postgresql"], indirect=True),
]


def remembered(session: Session) -> int:
    """Return how many transactions are remembered."""
    return len(session.info[writes._WRITTEN])


def test_released_savepoints_do_not_pile_up(session: Session) -> None:
    """A transaction of a million savepoints takes no more memory than one of few."""
    for number in range(5):
        with session.begin_nested():
            session.add(Fleet(name=str(number)))
    assert writes.has_uncommitted_writes(session)
    assert remembered(session) <= 2


def test_committed_transactions_do_not_pile_up(session: Session) -> None:
    """A session may live as long as its process."""
    for number in range(5):
        session.add(Fleet(name=str(number)))
        session.commit()
    assert not writes.has_uncommitted_writes(session)
    assert remembered(session) == 1
