"""What webhooks tell: the catalogue of events, and the body of each.

A body says what happened and how the lead is when it is told. Nothing blank is in it, and it stays
below 20 kB: long texts are cut.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.campaigns.models import Campaign
from bot.contacts import service as contacts
from bot.leads import service as leads
from bot.leads.inquiry import CLICK_IDS, UTM
from bot.leads.models import Deed, Lead, LeadEvent, LeadNote, Rating, Touch
from bot.leads.sources import source_name
from bot.money import Money
from bot.people.models import Person

MOST_BYTES = 20_000
"""Standard Webhooks 1.0 asks for less."""
_LENGTHS = (4_000, 1_000, 250, 60)
"""Characters of a text, tried one after the other until the body is short enough."""
_MOST_ANSWERS = 20
_MOMENT = timedelta(seconds=1)
"""A note is written in the transaction of its step, just before."""


class EventType(NamedTuple):
    """A kind of event."""

    name: str
    meaning: str


TYPES = {
    Deed.RECEIVED: EventType("lead.received", "A lead came in."),
    Deed.RETURNED: EventType("lead.returned", "Somebody whose lead is open wrote again."),
    Deed.CLAIMED: EventType("lead.claimed", "A salesperson made the lead theirs."),
    Deed.RELEASED: EventType("lead.released", "The lead went back to the channel."),
    Deed.TAKEN_BACK: EventType("lead.released", "The lead went back to the channel."),
    Deed.REASSIGNED: EventType("lead.reassigned", "The lead was given to somebody else."),
    Deed.CALLED: EventType("lead.called", "Somebody of a call list was called."),
    Deed.CONTACTED: EventType("lead.contacted", "The first contact was noted."),
    Deed.QUALIFIED: EventType("lead.qualified", "Sales verified need, budget and fit."),
    Deed.RATED: EventType("lead.rated", "The salesperson judged the lead's quality."),
    Deed.WON: EventType("lead.won", "The deal was won."),
    Deed.CORRECTED: EventType("lead.corrected", "The amount of a won deal was put right."),
    Deed.LOST: EventType("lead.lost", "The lead was lost."),
    Deed.RECYCLED: EventType("lead.recycled", "The lead is paused until a better time."),
    Deed.WOKEN: EventType("lead.resumed", "A pause is over."),
    Deed.REOPENED: EventType("lead.reopened", "A lead that had ended is open again."),
    Deed.NOTED: EventType("lead.noted", "Somebody wrote a note."),
    Deed.MERGED: EventType("lead.merged", "Two leads became one; each of them tells it."),
    Deed.UNMERGED: EventType("lead.unmerged", "Two leads that were one are two again."),
}
"""What is told of a lead, by deed; the other deeds (an offer, a snooze) matter only here."""

TEST = EventType("webhook.test", "Somebody tried the webhook out.")


def compose(session: Session, event: LeadEvent) -> bytes:
    """The body of an event."""
    lead = session.get_one(Lead, event.lead_id)
    data = {"event": _event(session, event), "lead": _lead(session, lead)}
    return written(TYPES[Deed(event.deed)], event.at, data)


def written(kind: EventType, at: datetime, data: Mapping[str, Any]) -> bytes:
    """A body as it is sent, with its texts cut as far as needed."""
    body = b""
    for length in _LENGTHS:
        whole = {"type": kind.name, "timestamp": at, "data": data}
        body = json.dumps(
            _readable(whole, length), ensure_ascii=False, separators=(",", ":")
        ).encode()
        if len(body) < MOST_BYTES:
            break
    return body


def _readable(value: Any, length: int) -> Any:
    """A value for JSON: texts cut, times in UTC, and nothing blank."""
    if isinstance(value, Mapping):
        read = {key: _readable(each, length) for key, each in value.items()}
        return {key: each for key, each in read.items() if each not in (None, "", [], {})}
    if isinstance(value, list | tuple):
        return [_readable(each, length) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, str):
        return value if len(value) <= length else value[: length - 1] + "…"
    return value


def _lead(session: Session, lead: Lead) -> dict[str, Any]:
    campaign = session.get(Campaign, lead.campaign_id) if lead.campaign_id else None
    consent = contacts.consent(session, lead.contact_id)
    answers = [
        {"question": each["question"], "answer": each["answer"]}
        for each in lead.unplaced[:_MOST_ANSWERS]
    ]
    plain = (
        "id", "first_name", "last_name", "email", "company", "job_title", "country", "message",
        "landing_url", *UTM, *CLICK_IDS, "is_hot", "received_at", "claimed_at", "first_response_at",
        "qualified_at", "closed_at", "wake_at", "merged_into",
    )  # fmt: skip
    return {name: getattr(lead, name) for name in plain} | {
        "phone": lead.phone_e164 or lead.phone_raw,
        "answers": answers,
        "source": lead.source,
        "source_name": source_name(lead.source),
        "campaign": {"name": campaign.name, "code": campaign.utm_campaign} if campaign else None,
        "score": lead.heat,
        "consent": {
            "granted": consent.granted, "wording": consent.wording, "purposes": consent.purposes,
            "given_at": consent.given_at,
        } if consent else None,
        "owner": _person(session, lead.claimed_by),
        "stage": leads.stage_of(lead),
        "quality": _quality(lead.rating),
        "quality_reason": lead.rating_reason,
        "lost_reason": lead.disposition,
        "lost_note": lead.disposition_note,
        **_money(lead.won_minor, lead.won_currency),
    }  # fmt: skip


def _event(session: Session, event: LeadEvent) -> dict[str, Any]:
    """What happened: who did it, and what is only known of this event."""
    facts = event.facts
    return {
        "id": event.id,
        "by": _person(session, event.person_id),
        "via": facts.get("via"),
        "from": _person(session, facts.get("from_id") or facts.get("owner_id")),
        "to": _person(session, facts.get("to_id")),
        "quality": _quality(facts.get("rating")),
        "reason": facts.get("disposition") or facts.get("reason") or facts.get("why"),
        "note": facts.get("note") or _note(session, event),
        "outcome": facts.get("outcome"),
        "attempts": facts.get("attempts"),
        "pause_until": facts.get("wake_on"),
        "was": facts.get("was"),
        "message": _message(session, facts.get("touch_id")),
        "into": facts.get("into"),
        "merged": facts.get("merged"),
        **_money(facts.get("minor"), facts.get("currency")),
    }


def _person(session: Session, person_id: int | None) -> dict[str, str | None] | None:
    found = session.get(Person, person_id) if person_id else None
    return {"name": found.name, "slack_id": found.slack_id, "email": found.email} if found else None


def _quality(rating: str | None) -> str | None:
    return Rating(rating).quality if rating else None


def _money(minor: int | None, currency: str | None) -> dict[str, Any]:
    if minor is None or currency is None:
        return {}
    return {"amount": Money(minor, currency).amount, "currency": currency}


def _note(session: Session, event: LeadEvent) -> str | None:
    """What was written at this step."""
    if event.deed not in (Deed.NOTED, Deed.REASSIGNED):
        return None
    same_moment = LeadNote.at.between(event.at - _MOMENT, event.at)
    return session.scalar(
        select(LeadNote.text)
        .where(LeadNote.lead_id == event.lead_id, LeadNote.deed == event.deed, same_moment)
        .order_by(LeadNote.id.desc())
        .limit(1)
    )


def _message(session: Session, touch_id: int | None) -> Any:
    touch = session.get(Touch, touch_id) if touch_id else None
    return touch.facts.get("message") if touch else None
