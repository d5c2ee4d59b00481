"""A lead before it is written: what it and its person are recognised by, and what it will say."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from bot import clock
from bot.contacts.identity import Key, keys_of
from bot.contacts.models import Consent
from bot.intake.scoring import Label, Score
from bot.leads.models import EventType
from bot.people.models import Workspace
from bot.sources.lead_payload import LeadPayload

# A row of PostgreSQL's index holds about 2,700 bytes, and a character has up to four.
_LONGEST_ID = 255


@dataclass(frozen=True)
class IntakeContext:
    """How payloads came in and when, and what is known of their origin."""

    source: str
    at: datetime = field(default_factory=clock.now)
    by_id: int | None = None
    """Who typed it in."""
    campaign_id: int | None = None
    """The campaign that it is known to be from; else its UTM code says."""
    call_list_id: int | None = None
    """The list that it is on: nobody raised a hand just now, so nobody is notified of it."""
    sender: str = ""
    """The name of the key that proved its sender, if one did: external ids count per sender."""


PayloadKey = tuple[str, str]
"""An external id, and the key of the person whom the payload names. The same from the same sender
is a repetition; with another person it is not."""


class Candidate(NamedTuple):
    """A payload, and what it and its person are recognised by."""

    payload: LeadPayload
    phone_e164: str | None
    key: PayloadKey
    contact_keys: list[Key]


def candidate(payload: LeadPayload, workspace: Workspace, at: datetime) -> Candidate:
    """The payload as it comes to this workspace at this time, on whose clocks its times are read.

    Without an external id of the sender's, the same words within the same minute are the same lead.
    """
    payload.read_clock(workspace.zone, at)
    phone = payload.phone_e164(workspace.country)
    person = payload.email_key or phone or payload.phone or ""
    said = payload.model_dump_json(exclude={"submitted_at"})
    external_id = payload.external_id or _hash(f"{at:%Y-%m-%dT%H:%M}|{said.casefold()}")
    if len(external_id) > _LONGEST_ID:
        external_id = _hash(external_id)
    key = (external_id, _hash(person)[:32])
    return Candidate(payload, phone, key, keys_of(payload.email_key, phone))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class LeadDraft:
    """A payload with all that was found out about it, as the rows that it will be."""

    workspace: Workspace
    context: IntakeContext
    candidate: Candidate
    contact_id: int
    campaign_id: int | None
    labels: list[Label]
    score: Score
    head_start: tuple[int, int] | None = None
    """The person who knows the customer and alone may claim the lead at first, and for how many
    seconds."""

    @property
    def key(self) -> PayloadKey:
        """What a repetition is known by."""
        return self.candidate.key

    @property
    def is_hot(self) -> bool:
        """Whether it is announced at once."""
        return self.score.is_hot and self.context.call_list_id is None

    def lead(self) -> dict[str, Any]:
        """The lead, by the columns of its table."""
        at, payload = self.context.at, self.candidate.payload
        person_id, seconds = self.head_start if self.head_start and self.is_hot else (None, 0)
        return payload.model_dump(exclude={"external_id", "phone", "consent"}) | {
            **self._arrival(),
            "received_at": at,
            "contact_id": self.contact_id,
            "email_key": payload.email_key,
            "phone_raw": payload.phone,
            "phone_e164": self.candidate.phone_e164,
            "last_touch_at": at,
            "last_campaign_id": self.campaign_id,
            "labels": self.labels,
            "score": self.score.points,
            "score_reasons": self.score.reasons,
            "is_hot": self.is_hot,
            "call_list_id": self.context.call_list_id,
            "reserved_for": person_id,
            "reserved_until": at + timedelta(seconds=seconds) if person_id else None,
            "step_started_at": at,
            "next_check_at": at if self.is_hot else None,
        }

    def touch(self, lead_id: int) -> dict[str, Any]:
        """A touch of an open lead, by the columns of its table."""
        payload = self.candidate.payload
        return self._arrival() | {
            "lead_id": lead_id,
            "at": self.context.at,
            "facts": payload.model_dump(mode="json", exclude_none=True, exclude={"external_id"}),
        }

    def event(self, event_type: EventType, **facts: Any) -> dict[str, Any]:
        """The event of the audit, by the columns of its table; the lead's id is to be added."""
        return {
            "workspace_id": self.workspace.id,
            "person_id": self.context.by_id,
            "event_type": event_type,
            "at": self.context.at,
            "facts": {"source": self.context.source, **facts},
        }

    def consents(self) -> list[Consent]:
        """What the person agreed to or refused; none where they were not asked."""
        given = self.candidate.payload.consent
        if given is None:
            return []
        return [
            Consent(
                workspace_id=self.workspace.id,
                contact_id=self.contact_id,
                granted=given.granted,
                wording=given.wording,
                purposes=given.purposes,
                source=self.context.source,
                given_at=given.at or self.candidate.payload.submitted_at or self.context.at,
            )
        ]

    def _arrival(self) -> dict[str, Any]:
        """What a lead and a touch have in common."""
        external_id, person_key = self.key
        return {
            "workspace_id": self.workspace.id,
            "source": self.context.source,
            "sender": self.context.sender,
            "external_id": external_id,
            "person_key": person_key,
            "campaign_id": self.campaign_id,
        }
