"""Rows of the fleet with a version or a unique value."""

from sqlalchemy.orm import Session

from qapla.database.database import Database

from qapla_sample.fleet import (
    BadgeReadDriver,
    TreatyWriteDriver,
)


def badges(session: Session) -> dict[str, tuple[str | None, int | None]]:
    """Return the label and the key of each badge, as the session sees them."""
    found = BadgeReadDriver(session).list_all()
    return {badge.code: (badge.label, badge.key) for badge in found}


def treaty(database: Database) -> int:
    """Return the key of a treaty, committed."""
    with database.get_session() as session:
        made = TreatyWriteDriver(session).create(title="Khitomer")
        session.commit()
        return made.id
