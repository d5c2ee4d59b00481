"""What others read of contacts."""

from typing import Any

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session, aliased

from bot.contacts.models import Consent

_TheirConsent = aliased(Consent)


def last_consent(session: Session, contact_id: int) -> Consent | None:
    """What the contact agreed to or refused last; None: unknown."""
    return session.scalar(select(Consent).where(Consent.id == last_consent_id(contact_id)))


def last_consent_id(contact_id: Any) -> ScalarSelect[int]:
    """The id of what a contact agreed to or refused last; `contact_id` is a number or a column."""
    return (
        select(_TheirConsent.id)
        .where(_TheirConsent.contact_id == contact_id)
        .order_by(_TheirConsent.given_at.desc(), _TheirConsent.id.desc())
        .limit(1)
        .scalar_subquery()
    )
