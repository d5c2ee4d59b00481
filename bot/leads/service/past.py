"""What is known of the one who writes: what they sent before, and who knows them."""

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from bot.leads.model import Lead, ServiceLevel, Status, Touch
from bot.people.model import Person


def known(session: Session, workspace_id: int, source: str, external_id: str) -> int | None:
    """The lead that this external id became or joined."""
    for model, lead_id in ((Lead, Lead.id), (Touch, Touch.lead_id)):
        found = session.scalar(
            select(lead_id).where(
                model.workspace_id == workspace_id,
                model.source == source,
                model.external_id == external_id,
            )
        )
        if found is not None:
            return found
    return None


def open_lead(session: Session, contact_id: int) -> Lead | None:
    """The lead that is worked on, or rests; the contact is locked, so there is one at most."""
    return session.scalar(
        select(Lead)
        .where(
            Lead.contact_id == contact_id,
            Lead.status.in_([Status.NEW, Status.QUALIFIED, Status.RECYCLED]),
            Lead.merged_into.is_(None),
        )
        .order_by(Lead.id.desc())
        .limit(1)
        .with_for_update(key_share=True)
    )


def is_a_customer(session: Session, contact_id: int) -> bool:
    """Whether a lead of theirs was won."""
    won = exists().where(Lead.contact_id == contact_id, Lead.status == Status.WON)
    return bool(session.scalar(select(won)))


def kept_for(session: Session, contact_id: int) -> tuple[int, int] | None:
    """The salesperson who had this customer last, and their head start in seconds, if any."""
    seconds, person_id = session.execute(
        select(ServiceLevel.head_start_seconds, Person.id)
        .select_from(Lead)
        .join(Person, (Person.id == Lead.claimed_by) & Person.active)
        .join(ServiceLevel, ServiceLevel.workspace_id == Lead.workspace_id)
        .where(Lead.contact_id == contact_id)
        .order_by(Lead.id.desc())
        .limit(1)
    ).first() or (0, 0)
    return (person_id, seconds) if seconds else None
