"""What others read of contacts."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.contacts.models import Consent


def last_consent(session: Session, contact_id: int) -> Consent | None:
    """What the contact agreed to or refused last; None: unknown."""
    return session.scalar(
        select(Consent)
        .where(Consent.contact_id == contact_id)
        .order_by(Consent.given_at.desc(), Consent.id.desc())
        .limit(1)
    )
