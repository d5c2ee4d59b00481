"""The history of a lead: who did what and when, and what people wrote about it."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, bindparam, exists, func, literal, select
from sqlalchemy.dialects.postgresql import array
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import HandoffError
from bot.leads.changes import leads_changed
from bot.leads.home_tabs import refresh_after
from bot.leads.list_models import QuietLeadsDigest
from bot.leads.meeting_models import MEETING, Meeting, MeetingNotice
from bot.leads.models import Actor, EventType, Lead, LeadEvent, LeadNote
from bot.leads.notice_models import LeadNotice, LeadStep
from bot.leads.notices import CARD, NOTICE, STEP, WIN
from bot.leads.queries import find
from bot.leads.quiet_leads import DIGEST
from bot.leads.ratings import update_summary
from bot.leads.steps import UNDOABLE, taken
from bot.people import service as people
from bot.people.models import Person, Role
from bot.people.rota import covers
from bot.store import table

CALL_LIST = "lead.call_list"
"""The card of a call list."""

# What a campaign's rating summary counts.
_COUNTED = (EventType.RATED, EventType.WON, EventType.LOST, EventType.REOPENED, EventType.UNDONE)


# What puts other buttons on a card.
_STEPS = (
    EventType.CLAIMED,
    EventType.CONTACTED,
    EventType.QUALIFIED,
    EventType.RELEASED,
    EventType.REOPENED,
    EventType.UNDONE,
)

# What else shows a lead: the steps that were taken for it, the newest offer that it is on, and the
# messages about its meetings.
_step, _offer, _notice = table(LeadStep), table(QuietLeadsDigest), table(LeadNotice)
_meeting, _message = table(Meeting), table(MeetingNotice)
_REDRAW = slack.redrawing(
    select(literal(STEP), _step.c.id).where(_step.c.lead_id == bindparam("lead_id")),
    select(literal(DIGEST), func.max(_offer.c.id)).where(
        _offer.c.workspace_id == bindparam("of"),
        _offer.c.lead_ids.contains(array([bindparam("lead_id", type_=BigInteger)])),
    ),
    select(literal(NOTICE), _notice.c.id).where(
        _notice.c.lead_ids.contains(array([bindparam("lead_id", type_=BigInteger)]))
    ),
    select(literal(MEETING), _message.c.id)
    .join(_meeting, _meeting.c.id == _message.c.meeting_id)
    .where(_meeting.c.lead_id == bindparam("lead_id")),
)


def record(
    session: Session, lead: Lead, who: Actor | None, event_type: EventType, **facts: Any
) -> None:
    """Note the event and let the cards show it; nobody did it where the clock did, and a program is
    named in the facts.

    So do the pages of who owns the lead or is offered it, and of who owned it until now (`owner_id`
    or `from_id`). Of who covers for the owner, the facts say so (`covers`).
    """
    if isinstance(who, str):
        facts["via"] = who
    before = facts.get("owner_id") or facts.get("from_id")
    owner_id = before or lead.claimed_by
    if (
        isinstance(who, Person)
        and owner_id not in (None, who.id)
        and covers(session, who, owner_id)
    ):
        facts["covers"] = owner_id
    before_it = taken(session, lead)
    if isinstance(who, Person) and event_type in UNDOABLE:
        facts["before"] = before_it
    event = LeadEvent(
        workspace_id=lead.workspace_id,
        lead_id=lead.id,
        person_id=who.id if isinstance(who, Person) else None,
        event_type=event_type,
        at=clock.now(),
        facts=facts,
    )
    session.add(event)
    session.flush()
    shown = _shown(lead, before)
    slack.redraw_all(session, shown, _REDRAW, of=lead.workspace_id, lead_id=lead.id)
    if event_type in _COUNTED:
        update_summary(session, lead)
    refresh_after(session, lead, event_type, before)
    leads_changed(session, lead.workspace_id, {lead.id: event.id})


def _shown(lead: Lead, former_id: int | None) -> list[tuple[str, int]]:
    """What shows the lead, by kind and subject: its cards, and the pages of its people."""
    people_ids = {lead.claimed_by or 0, lead.suggested_to or 0, former_id or 0} - {0}
    shown = [(CARD, lead.id), (WIN, lead.id), *((slack.HOME, each) for each in people_ids)]
    if lead.call_list_id is not None:
        shown.append((CALL_LIST, lead.call_list_id))
    return shown


def has_moved_since(session: Session, who: Person, lead_id: int, since: datetime) -> bool:
    """Whether the person took the lead a step on since then."""
    acted = exists().where(
        LeadEvent.lead_id == lead_id, LeadEvent.person_id == who.id, LeadEvent.at > since,
        LeadEvent.event_type.in_(_STEPS),
    )  # fmt: skip
    return bool(session.scalar(select(acted)))


class NothingWritten(HandoffError):
    """Please write the note."""


def add_note(session: Session, who: Person, lead_id: int, text: str) -> Lead:
    """Write a note about the lead, open or closed. Raises NotAllowed, NotFound, NothingWritten."""
    people.require(session, who, "write notes about leads", Role.SALESPERSON, Role.MARKETER)
    lead = find(session, who.workspace_id, lead_id)
    if not text.strip():
        raise NothingWritten
    keep_note(session, lead, who, EventType.NOTED, text)
    record(session, lead, who, EventType.NOTED)
    return lead


def keep_note(
    session: Session, lead: Lead, who: Actor, event_type: EventType, text: str | None
) -> None:
    """Keep what was written at a step, if anything was; the step itself redraws the cards."""
    if words := (text or "").strip():
        session.add(
            LeadNote(
                workspace_id=lead.workspace_id,
                lead_id=lead.id,
                event_type=event_type,
                at=clock.now(),
                text=words,
                person_id=who.id if isinstance(who, Person) else None,
                via=who if isinstance(who, str) else None,
            )
        )
