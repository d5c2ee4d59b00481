"""The quiet leads digest: leads that made no noise, shown to the channel at set hours."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import slack
from bot.leads.list_models import QuietLeadsDigest
from bot.leads.models import IS_WAITING, Lead
from bot.people.models import Person, Workspace

DIGEST = "leads.quiet_leads_digest"
"""The schedule, the task that it wakes, and the card."""

_MOST_SHOWN = 10


class DigestFacts(NamedTuple):
    """An offer as its card shows it: the leads with who has claimed them, and how many more."""

    rows: Sequence[tuple[Lead, Person | None]]
    more: int


def post_digest(session: Session, workspace: Workspace, at: datetime) -> bool:
    """Show the channel what waits quietly, the hottest first, once an hour that is set.

    False where nothing waits, or this hour's offer was made before.
    """
    waiting = session.scalars(select(func.count()).select_from(Lead).where(_quiet(workspace.id)))
    shown = session.scalars(
        select(Lead.id)
        .where(_quiet(workspace.id))
        .order_by(Lead.score.desc(), Lead.received_at, Lead.id)
        .limit(_MOST_SHOWN)
    ).all()
    if not shown:
        return False
    offer_id = session.scalar(
        insert(QuietLeadsDigest)
        .values(workspace_id=workspace.id, at=at, lead_ids=shown, waiting=waiting.one())
        .on_conflict_do_nothing()
        .returning(QuietLeadsDigest.id)
    )
    if offer_id is None:
        return False
    slack.show(session, workspace.id, DIGEST, offer_id, workspace.channel)
    return True


def digest(session: Session, offer_id: int) -> DigestFacts:
    """What an offer's card shows."""
    made = session.get_one(QuietLeadsDigest, offer_id)
    rows = session.execute(
        select(Lead, Person)
        .outerjoin(Person, Person.id == Lead.claimed_by)
        .where(Lead.id.in_(made.lead_ids))
        .order_by(Lead.score.desc(), Lead.received_at, Lead.id)
    )
    return DigestFacts([(lead, owner) for lead, owner in rows], made.waiting - len(made.lead_ids))


def _quiet(workspace_id: int) -> ColumnElement[bool]:
    return and_(
        Lead.workspace_id == workspace_id,
        IS_WAITING,
        ~Lead.is_hot,
    )
