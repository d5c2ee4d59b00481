"""A lead before it is written: its payload, how it came, and what is known of its sender."""

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import queries as campaigns
from bot.campaigns.models import Campaign, utm_code
from bot.contacts.models import Consent
from bot.intake.models import ScoreRules
from bot.intake.scoring import Label, Rules, Score
from bot.leads.home_tabs import LONGER, PAGES
from bot.leads.models import EventType, Lead, Status
from bot.leads.notice_models import ServiceLevel
from bot.people.models import Person, Workspace
from bot.sources.lead_payload import LeadPayload
from bot.store import table

# Built once and on the tables themselves: every lead runs through these, and building and compiling
# them through the mapper each time took half of its CPU time (benchmarks/bench_intake.py).
_workspace, _rules, _campaign = table(Workspace), table(ScoreRules), table(Campaign)
_ORIGIN = (
    select(_rules.c.hot_from, _rules.c.points, _rules.c.competitors, _campaign.c.id, PAGES, LONGER)
    .select_from(_workspace)
    .outerjoin(_rules, _rules.c.workspace_id == _workspace.c.id)
    .outerjoin(
        _campaign,
        (_campaign.c.workspace_id == _workspace.c.id)
        & (_campaign.c.utm_campaign == bindparam("code"))
        & campaigns.KEEPS_CODE,
    )
    .where(_workspace.c.id == bindparam("workspace_id"))
)

# A row of PostgreSQL's index holds about 2,700 bytes, and a character has up to four.
_LONGEST_ID = 255


@dataclass(frozen=True)
class IntakeContext:
    """A payload on its way in: how it came, when, and what is known of its origin."""

    source: str
    at: datetime = field(default_factory=clock.now)
    by_id: int | None = None
    """Who typed it in."""
    campaign_id: int | None = None
    """The campaign it is known to be from; else its UTM code says."""
    call_list_id: int | None = None
    """The list that it is on: nobody raised a hand just now, so it makes no noise of its own."""
    sender: str = ""
    """The name of the key that proved its sender, if one did: external ids count per sender."""


class Origin(NamedTuple):
    """What is to be known before a lead is written."""

    rules: Rules
    campaign_id: int | None
    """The campaign of its UTM code."""
    pages: int
    """How many home tabs show what waits."""
    longer: int
    """How many leads wait longer."""


def identity(payload: LeadPayload, phone: str | None, at: datetime) -> str:
    """The sender's own id; without one, the same person within the same minute is the same lead.

    `phone` is their number in E.164.
    """
    given = payload.external_id
    if given is not None and len(given) <= _LONGEST_ID:
        return given
    sought = given or f"{_reached_by(payload, phone)}|{at:%Y-%m-%dT%H:%M}"
    return hashlib.sha256(sought.encode()).hexdigest()


def person_key(payload: LeadPayload, phone: str | None) -> str:
    """A short hash of who a payload names, by their email address or else their phone number.

    `phone` is the number in E.164.
    """
    return hashlib.sha256(_reached_by(payload, phone).encode()).hexdigest()[:32]


def _reached_by(payload: LeadPayload, phone: str | None) -> str:
    return payload.email_key or phone or payload.phone or ""


def rules(session: Session, workspace_id: int) -> Rules:
    """How the workspace tells hot leads."""
    return origin(session, workspace_id, None, clock.now()).rules


def origin(session: Session, workspace_id: int, utm: str | None, at: datetime) -> Origin:
    """What is to be known before a lead with this UTM campaign code is written, at one look."""
    sought = {"workspace_id": workspace_id, "code": utm_code(utm or ""), "since": at}
    hot_from, points, competitors, *others = session.execute(_ORIGIN, sought).one()
    told = Rules() if hot_from is None else Rules(hot_from, points, frozenset(competitors))
    return Origin(told, *others)


@dataclass(frozen=True)
class LeadDraft:
    """A payload with all that was found out about it."""

    workspace: Workspace
    payload: LeadPayload
    context: IntakeContext
    external_id: str
    contact_id: int
    phone_e164: str | None
    campaign_id: int | None
    labels: list[Label]
    score: Score
    kept_for: tuple[int, int] | None = None
    """Who knows the customer and alone may claim the lead at first, and for how many seconds."""

    def __post_init__(self) -> None:
        self.payload.read_clock(self.workspace.zone, self.context.at)

    @property
    def person_key(self) -> str:
        """Who it names, to tell a repetition from somebody else with the same external id."""
        return person_key(self.payload, self.phone_e164)

    @property
    def is_hot(self) -> bool:
        """Whether it is announced at once."""
        return self.score.is_hot and self.context.call_list_id is None

    def lead(self) -> dict[str, Any]:
        """The lead that it is, by the columns of its table."""
        at = self.context.at
        whom, seconds = self.kept_for if self.kept_for and self.is_hot else (None, 0)
        return self.payload.model_dump(exclude={"external_id", "phone", "consent"}) | {
            "workspace_id": self.workspace.id,
            "source": self.context.source,
            "sender": self.context.sender,
            "external_id": self.external_id,
            "person_key": self.person_key,
            "received_at": at,
            "contact_id": self.contact_id,
            "email_key": self.payload.email_key,
            "phone_raw": self.payload.phone,
            "phone_e164": self.phone_e164,
            "campaign_id": self.campaign_id,
            "last_touch_at": at,
            "last_campaign_id": self.campaign_id,
            "labels": self.labels,
            "score": self.score.points,
            "score_reasons": self.score.reasons,
            "is_hot": self.is_hot,
            "call_list_id": self.context.call_list_id,
            "reserved_for": whom,
            "reserved_until": at + timedelta(seconds=seconds) if whom else None,
            "step_started_at": at,
            "next_check_at": at if self.is_hot else None,
        }

    def event(self, event_type: EventType, **facts: Any) -> dict[str, Any]:
        """What the audit says of it, by the columns of its table; the lead's id is added."""
        return {
            "workspace_id": self.workspace.id,
            "person_id": self.context.by_id,
            "event_type": event_type,
            "at": self.context.at,
            "facts": {"source": self.context.source, **facts},
        }

    def consents(self) -> list[Consent]:
        """What the person agreed to or refused, where they were asked."""
        said = self.payload.consent
        if said is None:
            return []
        return [
            Consent(
                workspace_id=self.workspace.id,
                contact_id=self.contact_id,
                granted=said.granted,
                wording=said.wording,
                purposes=said.purposes,
                source=self.context.source,
                given_at=said.at or self.payload.submitted_at or self.context.at,
            )
        ]


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


def lead_of(
    session: Session, workspace_id: int, context: IntakeContext, external_id: str, person_key: str
) -> int | None:
    """The lead that this external id of this sender became or joined, for the same person."""
    found = leads_of(session, workspace_id, context, [(external_id, person_key)])
    return found.get(external_id)


def leads_of(
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


def is_known(session: Session, workspace_id: int, context: IntakeContext, external_id: str) -> bool:
    """Whether this external id of this sender became or joined a lead, whoever it named."""
    facts = {"workspace_id": workspace_id, "source": context.source, "sender": context.sender}
    return bool(session.scalar(_HEARD_OF, facts | {"id": external_id}))


def customers_among(session: Session, contact_ids: Collection[int]) -> set[int]:
    """The contacts of whom a lead was won."""
    won = select(Lead.contact_id).where(Lead.contact_id.in_(contact_ids), Lead.status == Status.WON)
    return set(session.scalars(won))


def head_start_for(session: Session, contact_id: int) -> tuple[int, int] | None:
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
