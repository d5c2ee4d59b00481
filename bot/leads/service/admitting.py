"""Admitting: who an inquiry is from, whether it joins an open lead or is one, and how hot it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from bot import slack
from bot.contacts import service as contacts
from bot.contacts.models import Identity
from bot.leads.changes import leads_changed
from bot.leads.inquiry import Inquiry
from bot.leads.models import Deed, Lead, LeadEvent, Status, Touch
from bot.leads.service.case import Arrival, Case, Origin, identity, origin, person_key
from bot.leads.service.following import follow, follow_by
from bot.leads.service.opening import open_leads
from bot.leads.service.past import customers_among, kept_for, known, open_leads_of
from bot.people.models import Person, Workspace
from bot.store import table

CARD = "lead"
RETURNED = "lead.returned"

_touches = table(Touch)
_TOUCHES = (
    upsert(_touches)
    .on_conflict_do_nothing()
    .returning(_touches.c.id, _touches.c.sender, _touches.c.external_id)
)


@dataclass(frozen=True)
class Admission:
    """What became of an inquiry: a lead of its own, or a part of one that is open."""

    lead_id: int
    is_new: bool = True
    """False: this inquiry was here before, and nothing was added."""
    has_joined: bool = False
    """It became a part of a lead that was open."""


def admit(session: Session, workspace: Workspace, inquiry: Inquiry, arrival: Arrival) -> Admission:
    """Write the lead, its audit and its card, or join it to the open lead of the same person.

    The same external id of the same sender counts once, however often and simultaneously it comes;
    with somebody else's email address or phone number it is another inquiry.
    """
    phone = inquiry.phone_e164(workspace.country)
    who = contacts.identify(session, workspace.id, inquiry.email_key, phone)
    admission = _admit(session, workspace, inquiry, arrival, who, phone)
    if not admission.is_new and not who.is_known:
        contacts.forget(session, [who.contact_id])  # they were made for nothing
    return admission


def _admit(
    session: Session, workspace: Workspace, inquiry: Inquiry, arrival: Arrival, who: Identity,
    phone: str | None,
) -> Admission:  # fmt: skip
    external_id = identity(inquiry, phone, arrival.at)
    lead, is_customer = None, False
    if who.is_known:
        contacts.lock(session, who.contact_id)
    if who.is_known or not (inquiry.email_key or phone):
        before = known(session, workspace.id, arrival, external_id, person_key(inquiry, phone))
        if before is not None:
            return Admission(before, is_new=False)
        lead = open_leads_of(session, [who.contact_id]).get(who.contact_id)
        is_customer = bool(customers_among(session, [who.contact_id]))
    told = origin(session, workspace.id, inquiry.utm_campaign, arrival.at)
    campaign_id = arrival.campaign_id or told.campaign_id
    labels = told.rules.labels(inquiry, is_customer=is_customer)
    heat = told.rules.judge(
        inquiry, arrival.source, labels, has_campaign=campaign_id is not None,
        is_return=lead is not None and arrival.call_list_id is None,
    )  # fmt: skip
    case = Case(
        workspace, inquiry, arrival, external_id, who.contact_id, phone, campaign_id, labels, heat,
        kept_for=kept_for(session, who.contact_id) if who.is_known and lead is None else None,
    )  # fmt: skip
    return _open(session, case, told) if lead is None else join(session, [(case, lead)])[0]


def _open(session: Session, case: Case, told: Origin) -> Admission:
    """A lead of its own; a closed one of the same person stays as its history."""
    workspace = case.workspace
    lead_id = open_leads(session, [case]).get(case.external_id)
    if lead_id is None:  # the very same came at the same moment
        before = known(session, workspace.id, case.arrival, case.external_id, case.person_key)
        assert before is not None
        return Admission(before, is_new=False)
    if case.is_hot:
        slack.show(session, workspace.id, CARD, lead_id, workspace.channel)
    if case.arrival.call_list_id is None:
        follow_by(session, workspace.id, told.pages, told.longer)
    return Admission(lead_id)


def join(session: Session, cases: Sequence[tuple[Case, Lead]]) -> list[Admission]:
    """One more touch of each open lead, all of one arrival and of different people.

    The first touch of a lead stays as it is, the last is kept beside it.
    """
    touches = {
        (sender, external_id): touch_id
        for touch_id, sender, external_id in session.execute(
            _TOUCHES, [_touch(case, lead) for case, lead in cases]
        )
    }
    joined = [
        (case, lead, touches[case.arrival.sender, case.external_id])
        for case, lead in cases
        if (case.arrival.sender, case.external_id) in touches
    ]
    events = {}
    for case, lead, touch_id in joined:
        _note(session, case, lead)
        event = LeadEvent(lead_id=lead.id, **case.event(Deed.RETURNED, touch_id=touch_id))
        session.add_all([event, *case.consents()])
        events[lead.id] = event
    session.flush()
    if events:
        changed = {lead_id: event.id for lead_id, event in events.items()}
        leads_changed(session, cases[0][0].workspace.id, changed)
    _draw(session, joined)
    new = {lead.id for _, lead, _ in joined}  # the very same came at the same moment: not new
    return [Admission(lead.id, lead.id in new, has_joined=lead.id in new) for _, lead in cases]


def _touch(case: Case, lead: Lead) -> dict[str, Any]:
    return {
        "workspace_id": case.workspace.id,
        "lead_id": lead.id,
        "source": case.arrival.source,
        "sender": case.arrival.sender,
        "external_id": case.external_id,
        "person_key": case.person_key,
        "at": case.arrival.at,
        "campaign_id": case.campaign_id,
        "facts": case.inquiry.model_dump(mode="json", exclude_none=True, exclude={"external_id"}),
    }


def _note(session: Session, case: Case, lead: Lead) -> None:
    """What a touch changes of its lead."""
    lead.last_touch_at = case.arrival.at
    lead.last_campaign_id = case.campaign_id or lead.last_campaign_id
    lead.labels = sorted({*lead.labels, *case.labels})
    if case.heat.points > lead.heat:
        lead.heat, lead.heat_reasons = case.heat.points, list(case.heat.reasons)
        if case.is_hot and not lead.is_hot:
            lead.is_hot, lead.waits_since, lead.look_at = True, case.arrival.at, case.arrival.at
            follow(session, case.workspace.id, lead.received_at)
    if lead.status == Status.RECYCLED and case.arrival.call_list_id is None:
        lead.wake_at = lead.look_at = case.arrival.at  # they ask anew, so the time is right
    if lead.claimed_by is not None and case.arrival.call_list_id is None:
        lead.look_at = case.arrival.at  # the owner may be out


def _draw(session: Session, joined: Sequence[tuple[Case, Lead, int]]) -> None:
    """Show the touches on the cards of their leads, and to the leads' owners."""
    if not joined:
        return
    workspace, listed = joined[0][0].workspace, joined[0][0].arrival.call_list_id is not None
    claimed = [lead.claimed_by for _, lead, _ in joined if lead.claimed_by is not None]
    found = select(Person.id, Person.slack_id).where(Person.id.in_(claimed))
    owners: dict[int | None, str] = dict(session.execute(found).all()) if claimed else {}
    hot = [lead.id for _, lead, _ in joined if lead.is_hot]
    slack.show_all(
        session, workspace.id, CARD, [(id_, workspace.channel) for id_ in hot], priority=0
    )
    homes = [(slack.HOME, id_) for id_ in sorted(set(claimed))]
    slack.redraw_all(session, [*((CARD, lead.id) for _, lead, _ in joined), *homes])
    if not listed:
        returned = [
            (touch_id, owners[lead.claimed_by])
            for _, lead, touch_id in joined
            if lead.claimed_by in owners
        ]
        slack.show_all(session, workspace.id, RETURNED, returned, priority=0)
