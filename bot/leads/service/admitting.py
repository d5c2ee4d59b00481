"""Admitting: who an inquiry is from, whether it joins an open lead or is one, and how hot it is."""

from dataclasses import dataclass

from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session

from bot import slack
from bot.contacts import service as contacts
from bot.contacts.model import Identity
from bot.leads.inquiry import Inquiry
from bot.leads.model import Deed, Lead, LeadEvent, Status, Touch
from bot.leads.service.case import Arrival, Case, Origin, identity, origin, person_key
from bot.leads.service.following import follow, follow_by
from bot.leads.service.opening import open_leads
from bot.leads.service.past import is_a_customer, kept_for, known, open_lead
from bot.people.model import Person, Workspace
from bot.store import table

CARD = "lead"
RETURNED = "lead.returned"

_TOUCH = upsert(table(Touch)).on_conflict_do_nothing().returning(table(Touch).c.id)


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
        lead = open_lead(session, who.contact_id)
        is_customer = is_a_customer(session, who.contact_id)
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
    return _open(session, case, told) if lead is None else _join(session, case, lead)


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


def _join(session: Session, case: Case, lead: Lead) -> Admission:
    """One more touch of the open lead: its first stays as it is, the last is kept beside it."""
    workspace = case.workspace
    said = case.inquiry.model_dump(mode="json", exclude_none=True, exclude={"external_id"})
    touch = {
        "workspace_id": workspace.id,
        "lead_id": lead.id,
        "source": case.arrival.source,
        "sender": case.arrival.sender,
        "external_id": case.external_id,
        "person_key": case.person_key,
        "at": case.arrival.at,
        "campaign_id": case.campaign_id,
        "facts": said,
    }
    touch_id = session.scalar(_TOUCH, touch)
    if touch_id is None:  # the very same came at the same moment
        return Admission(lead.id, is_new=False)
    lead.last_touch_at = case.arrival.at
    lead.last_campaign_id = case.campaign_id or lead.last_campaign_id
    lead.labels = sorted({*lead.labels, *case.labels})
    if case.heat.points > lead.heat:
        lead.heat, lead.heat_reasons = case.heat.points, list(case.heat.reasons)
        if case.is_hot and not lead.is_hot:
            lead.is_hot, lead.waits_since, lead.look_at = True, case.arrival.at, case.arrival.at
            follow(session, workspace.id, lead.received_at)
    if lead.status == Status.RECYCLED and case.arrival.call_list_id is None:
        lead.wake_at = lead.look_at = case.arrival.at  # they ask anew, so the time is right
    session.add(LeadEvent(lead_id=lead.id, **case.event(Deed.RETURNED, touch_id=touch_id)))
    session.add_all(case.consents())
    session.flush()
    if lead.is_hot:
        slack.show(session, workspace.id, CARD, lead.id, workspace.channel)
    if lead.claimed_by is not None:
        owner = session.get_one(Person, lead.claimed_by)
        slack.redraw(session, slack.HOME, owner.id)
        if case.arrival.call_list_id is None:
            slack.show(session, workspace.id, RETURNED, touch_id, owner.slack_id)
    return Admission(lead.id, has_joined=True)
