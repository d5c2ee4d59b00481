"""Receiving: the raw submission, the lead and the work that follows, in one transaction."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.campaigns import service as campaigns
from bot.leads.inquiry import Inquiry, Unreadable
from bot.leads.model import Deed, Lead, LeadEvent, Submission
from bot.leads.sources import SOURCES
from bot.people import service as people
from bot.people.model import Person, Role, Workspace
from bot.store import table

CARD = "lead"
TYPED = "typed"

# Built once and on the tables themselves: every lead runs through these, and building and compiling
# them through the mapper each time took half of its CPU time (benchmarks/bench_intake.py).
_KEEP = insert(table(Submission))
_ADMIT = upsert(table(Lead)).on_conflict_do_nothing().returning(table(Lead).c.id)
_NOTE = insert(table(LeadEvent))

# A row of PostgreSQL's index holds about 2,700 bytes, and a character has up to four.
_LONGEST_ID = 255


@dataclass(frozen=True)
class Receipt:
    """What came of a submission: a lead (new, or known by its external id), or a problem."""

    lead_id: int | None = None
    is_new: bool = False
    problem: Unreadable | None = None


def receive(
    session: Session, workspace: Workspace, source: str, sender: str, body: bytes, content_type: str
) -> Receipt:
    """Keep the raw request of a proven sender, and make a lead of it where it can be read.

    `source` is the slug of a source, `sender` the name of the key that proved it. The same external
    id of the same source is one lead, however often and however simultaneously it is sent.
    """
    now = clock.now()
    try:
        inquiry = SOURCES[source].parse(body, content_type)
    except Unreadable as problem:
        receipt = Receipt(problem=problem)
    else:
        receipt = _admit(session, workspace, source, inquiry, now)
    session.execute(
        _KEEP,
        {
            "workspace_id": workspace.id,
            "source": source,
            "sender": sender,
            "received_at": now,
            "content_type": content_type[:200],
            "body": body,
            "lead_id": receipt.lead_id,
            "problem": receipt.problem.message if receipt.problem else None,
        },
    )
    return receipt


def type_in(
    session: Session, workspace: Workspace, by: Person, inquiry: Inquiry, campaign_id: int | None
) -> Receipt:
    """A lead that a person typed in; `inquiry.external_id` keeps a double click from doubling it.

    Raises NotAllowed.
    """
    people.require(session, by, "add leads", Role.SALESPERSON, Role.MARKETER)
    return _admit(session, workspace, TYPED, inquiry, clock.now(), by.id, campaign_id)


def _admit(
    session: Session,
    workspace: Workspace,
    source: str,
    inquiry: Inquiry,
    now: datetime,
    by_id: int | None = None,
    campaign_id: int | None = None,
) -> Receipt:
    """Write the lead, its audit and its card; a lead that is there already stays as it is."""
    external_id = _identity(inquiry, now)
    if campaign_id is None and inquiry.utm_campaign:
        campaign_id = campaigns.by_utm(session, workspace.id, inquiry.utm_campaign)
    facts = {
        "workspace_id": workspace.id,
        "source": source,
        "received_at": now,
        "campaign_id": campaign_id,
    }
    lead_id = session.scalar(_ADMIT, facts | _columns(inquiry, external_id))
    if lead_id is None:
        return Receipt(lead_id=_known(session, workspace.id, source, external_id))
    session.execute(
        _NOTE,
        {
            "workspace_id": workspace.id,
            "lead_id": lead_id,
            "person_id": by_id,
            "deed": Deed.RECEIVED,
            "at": now,
            "facts": {"source": source},
        },
    )
    slack.show(session, workspace.id, CARD, lead_id, workspace.channel)
    return Receipt(lead_id=lead_id, is_new=True)


def _columns(inquiry: Inquiry, external_id: str) -> dict[str, Any]:
    columns = inquiry.model_dump(exclude={"external_id", "phone"})
    return columns | {
        "external_id": external_id,
        "email_key": inquiry.email_key,
        "phone_raw": inquiry.phone,
        "phone_e164": inquiry.phone_e164,
    }


def _known(session: Session, workspace_id: int, source: str, external_id: str) -> int:
    return session.scalars(
        select(Lead.id).where(
            Lead.workspace_id == workspace_id,
            Lead.source == source,
            Lead.external_id == external_id,
        )
    ).one()


def _identity(inquiry: Inquiry, now: datetime) -> str:
    """The sender's own id; without one, the same person within the same minute is the same lead."""
    given = inquiry.external_id
    if given is not None and len(given) <= _LONGEST_ID:
        return given
    who = inquiry.email_key or inquiry.phone_e164 or inquiry.phone
    return hashlib.sha256((given or f"{who}|{now:%Y-%m-%dT%H:%M}").encode()).hexdigest()
