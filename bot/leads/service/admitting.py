"""Create or merge: who a payload is from, whether it joins an open lead, and how hot it is."""

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
from bot.leads.lead_payload import LeadPayload
from bot.leads.models import EventType, Lead, LeadEvent, Status, Touch
from bot.leads.service.case import IntakeContext, LeadDraft, Origin, identity, origin, person_key
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
class IntakeResult:
    """What became of a payload: a lead of its own, or a part of one that is open."""

    lead_id: int
    is_new: bool = True
    """False: this payload was here before, and nothing was added."""
    has_joined: bool = False
    """It became a part of a lead that was open."""


def create_or_merge(
    session: Session, workspace: Workspace, payload: LeadPayload, context: IntakeContext
) -> IntakeResult:
    """Write the lead, its audit and its card, or join it to the open lead of the same person.

    The same external id of the same sender counts once, however often and simultaneously it comes;
    with somebody else's email address or phone number it is another payload.
    """
    phone = payload.phone_e164(workspace.country)
    who = contacts.identify(session, workspace.id, payload.email_key, phone)
    result = _create_or_merge(session, workspace, payload, context, who, phone)
    if not result.is_new and not who.is_known:
        contacts.forget(session, [who.contact_id])  # they were made for nothing
    return result


def _create_or_merge(
    session: Session,
    workspace: Workspace,
    payload: LeadPayload,
    context: IntakeContext,
    who: Identity,
    phone: str | None,
) -> IntakeResult:
    external_id = identity(payload, phone, context.at)
    lead, is_customer = None, False
    if who.is_known:
        contacts.lock(session, who.contact_id)
    if who.is_known or not (payload.email_key or phone):
        before = known(session, workspace.id, context, external_id, person_key(payload, phone))
        if before is not None:
            return IntakeResult(before, is_new=False)
        lead = open_leads_of(session, [who.contact_id]).get(who.contact_id)
        is_customer = bool(customers_among(session, [who.contact_id]))
    told = origin(session, workspace.id, payload.utm_campaign, context.at)
    campaign_id = context.campaign_id or told.campaign_id
    labels = told.rules.labels(payload, is_customer=is_customer)
    score = told.rules.judge(
        payload, context.source, labels, has_campaign=campaign_id is not None,
        is_return=lead is not None and context.call_list_id is None,
    )  # fmt: skip
    draft = LeadDraft(
        workspace, payload, context, external_id, who.contact_id, phone, campaign_id, labels, score,
        kept_for=kept_for(session, who.contact_id) if who.is_known and lead is None else None,
    )  # fmt: skip
    return _open(session, draft, told) if lead is None else join(session, [(draft, lead)])[0]


def _open(session: Session, draft: LeadDraft, told: Origin) -> IntakeResult:
    """A lead of its own; a closed one of the same person stays as its history."""
    workspace = draft.workspace
    lead_id = open_leads(session, [draft]).get(draft.external_id)
    if lead_id is None:  # the very same came at the same moment
        before = known(session, workspace.id, draft.context, draft.external_id, draft.person_key)
        assert before is not None
        return IntakeResult(before, is_new=False)
    if draft.is_hot:
        slack.show(session, workspace.id, CARD, lead_id, workspace.channel)
    if draft.context.call_list_id is None:
        follow_by(session, workspace.id, told.pages, told.longer)
    return IntakeResult(lead_id)


def join(session: Session, drafts: Sequence[tuple[LeadDraft, Lead]]) -> list[IntakeResult]:
    """One more touch of each open lead, all of one intake and of different people.

    The first touch of a lead stays as it is, the last is kept beside it.
    """
    touches = {
        (sender, external_id): touch_id
        for touch_id, sender, external_id in session.execute(
            _TOUCHES, [_touch(draft, lead) for draft, lead in drafts]
        )
    }
    joined = [
        (draft, lead, touches[draft.context.sender, draft.external_id])
        for draft, lead in drafts
        if (draft.context.sender, draft.external_id) in touches
    ]
    events = {}
    for draft, lead, touch_id in joined:
        _note(session, draft, lead)
        event = LeadEvent(lead_id=lead.id, **draft.event(EventType.RETURNED, touch_id=touch_id))
        session.add_all([event, *draft.consents()])
        events[lead.id] = event
    session.flush()
    if events:
        changed = {lead_id: event.id for lead_id, event in events.items()}
        leads_changed(session, drafts[0][0].workspace.id, changed)
    _draw(session, joined)
    new = {lead.id for _, lead, _ in joined}  # the very same came at the same moment: not new
    return [IntakeResult(lead.id, lead.id in new, has_joined=lead.id in new) for _, lead in drafts]


def _touch(draft: LeadDraft, lead: Lead) -> dict[str, Any]:
    return {
        "workspace_id": draft.workspace.id,
        "lead_id": lead.id,
        "source": draft.context.source,
        "sender": draft.context.sender,
        "external_id": draft.external_id,
        "person_key": draft.person_key,
        "at": draft.context.at,
        "campaign_id": draft.campaign_id,
        "facts": draft.payload.model_dump(mode="json", exclude_none=True, exclude={"external_id"}),
    }


def _note(session: Session, draft: LeadDraft, lead: Lead) -> None:
    """What a touch changes of its lead."""
    lead.last_touch_at = draft.context.at
    lead.last_campaign_id = draft.campaign_id or lead.last_campaign_id
    lead.labels = sorted({*lead.labels, *draft.labels})
    if draft.score.points > lead.score:
        lead.score, lead.score_reasons = draft.score.points, list(draft.score.reasons)
        if draft.is_hot and not lead.is_hot:
            lead.is_hot, lead.step_started_at, lead.next_check_at = (
                True,
                draft.context.at,
                draft.context.at,
            )
            follow(session, draft.workspace.id, lead.received_at)
    if lead.status == Status.RECYCLED and draft.context.call_list_id is None:
        lead.wake_at = lead.next_check_at = draft.context.at  # they ask anew, so the time is right
    if lead.claimed_by is not None and draft.context.call_list_id is None:
        lead.next_check_at = draft.context.at  # the owner may be out


def _draw(session: Session, joined: Sequence[tuple[LeadDraft, Lead, int]]) -> None:
    """Show the touches on the cards of their leads, and to the leads' owners."""
    if not joined:
        return
    workspace, listed = joined[0][0].workspace, joined[0][0].context.call_list_id is not None
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
