"""What is known of the one who writes: what they sent before, and who knows them."""

from collections.abc import Collection, Sequence

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from bot.leads.models import Lead, ServiceLevel, Status
from bot.leads.service.case import IntakeContext
from bot.people.models import Person

_KNOWN = text(
    """
    SELECT given.id, coalesce(
        (SELECT id FROM lead
         WHERE workspace_id = :workspace_id AND source = :source AND sender = :sender
           AND external_id = given.id AND person_key = given.person),
        (SELECT lead_id FROM touch
         WHERE workspace_id = :workspace_id AND source = :source AND sender = :sender
           AND external_id = given.id AND person_key = given.person))
    FROM unnest(CAST(:ids AS text[]), CAST(:persons AS text[])) AS given (id, person)
    """
)
_HEARD_OF = text(
    """
    SELECT EXISTS (SELECT FROM lead WHERE workspace_id = :workspace_id AND source = :source
                     AND sender = :sender AND external_id = :id)
        OR EXISTS (SELECT FROM touch WHERE workspace_id = :workspace_id AND source = :source
                     AND sender = :sender AND external_id = :id)
    """
)


def known(
    session: Session, workspace_id: int, context: IntakeContext, external_id: str, person_key: str
) -> int | None:
    """The lead that this external id of this sender became or joined, for the same person."""
    found = known_of(session, workspace_id, context, [(external_id, person_key)])
    return found.get(external_id)


def known_of(
    session: Session, workspace_id: int, context: IntakeContext, sought: Sequence[tuple[str, str]]
) -> dict[str, int]:
    """The leads that external ids of a sender became or joined, each given with its person's key.

    By external id, those that did.
    """
    facts = {
        "workspace_id": workspace_id,
        "source": context.source,
        "sender": context.sender,
        "ids": [external_id for external_id, _ in sought],
        "persons": [person_key for _, person_key in sought],
    }
    found = session.execute(_KNOWN, facts)
    return {external_id: lead_id for external_id, lead_id in found if lead_id is not None}


def heard_of(session: Session, workspace_id: int, context: IntakeContext, external_id: str) -> bool:
    """Whether this external id of this sender became or joined a lead, whoever it named."""
    facts = {"workspace_id": workspace_id, "source": context.source, "sender": context.sender}
    return bool(session.scalar(_HEARD_OF, facts | {"id": external_id}))


def open_leads_of(session: Session, contact_ids: Collection[int]) -> dict[int, Lead]:
    """By contact, the lead that is worked on, or rests; the contacts are locked, so there is one
    at most."""
    leads = session.scalars(
        select(Lead)
        .where(
            Lead.contact_id.in_(contact_ids),
            Lead.status.in_([Status.NEW, Status.QUALIFIED, Status.RECYCLED]),
            Lead.merged_into.is_(None),
        )
        .order_by(Lead.id)
        .with_for_update(key_share=True)
    )
    return {lead.contact_id: lead for lead in leads}


def customers_among(session: Session, contact_ids: Collection[int]) -> set[int]:
    """The contacts of whom a lead was won."""
    won = select(Lead.contact_id).where(Lead.contact_id.in_(contact_ids), Lead.status == Status.WON)
    return set(session.scalars(won))


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
