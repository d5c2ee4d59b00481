"""What is looked up before leads are written, for one as for many."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Text, any_, bindparam, select, text
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import queries as campaigns
from bot.campaigns.models import Campaign, utm_code
from bot.intake.lead_draft import IntakeContext, PayloadKey
from bot.intake.models import ScoreRules
from bot.intake.scoring import Rules
from bot.leads.home_tabs import LONGER, PAGES
from bot.leads.models import Lead, Status
from bot.leads.notice_models import ServiceLevel
from bot.people.models import Person, Workspace
from bot.sources.lead_payload import LeadPayload
from bot.store import table

# Built once and on the tables themselves: every lead runs through these, and building and compiling
# them through the mapper each time took half of its CPU time (benchmarks/bench_intake.py).
_workspace, _rules, _campaign = table(Workspace), table(ScoreRules), table(Campaign)
_FACTS = (
    select(
        _rules.c.hot_from, _rules.c.points, _rules.c.competitors, PAGES, LONGER,
        _campaign.c.utm_campaign, _campaign.c.id,
    )
    .select_from(_workspace)
    .outerjoin(_rules, _rules.c.workspace_id == _workspace.c.id)
    .outerjoin(
        _campaign,
        (_campaign.c.workspace_id == _workspace.c.id)
        & (_campaign.c.utm_campaign == any_(bindparam("codes", type_=ARRAY(Text))))
        & campaigns.KEEPS_CODE,
    )
    .where(_workspace.c.id == bindparam("workspace_id"))
)  # fmt: skip


class WorkspaceFacts(NamedTuple):
    """What is to be known of a workspace before leads are written."""

    rules: Rules
    campaigns: Mapping[str, int]
    """By UTM code, and by name where a payload has one instead of a code."""
    home_tabs: int
    """How many show what waits."""
    waiting_longer: int
    """How many leads wait longer, counted up to where no home tab would show the next."""

    def campaign_of(self, payload: LeadPayload) -> int | None:
        """The campaign of a payload's UTM code, or of the name that stands in its place."""
        written = payload.utm_campaign or ""
        return self.campaigns.get(utm_code(written) or campaigns.name_key(written))


def workspace_facts(
    session: Session, workspace_id: int, at: datetime, payloads: Collection[LeadPayload]
) -> WorkspaceFacts:
    """What is to be known of the workspace before leads are written of payloads that came then."""
    codes = {utm_code(each.utm_campaign or "") for each in payloads} - {None}
    facts = {"workspace_id": workspace_id, "codes": list(codes), "since": at}
    rows = session.execute(_FACTS, facts).all()
    hot_from, points, competitors, home_tabs, waiting_longer, *_ = rows[0]
    rules = Rules() if hot_from is None else Rules(hot_from, points, frozenset(competitors))
    known = {row.utm_campaign: row.id for row in rows if row.id is not None}
    if any(each.utm_campaign and utm_code(each.utm_campaign) is None for each in payloads):
        names = campaigns.by_name(session, workspace_id)  # seldom, so that a code stays quick
        known |= {name: each_id for name, each_id in names.items() if utm_code(name) is None}
    return WorkspaceFacts(rules, known, home_tabs, waiting_longer)


def rules(session: Session, workspace_id: int) -> Rules:
    """How the workspace tells hot leads."""
    return workspace_facts(session, workspace_id, clock.now(), ()).rules


_LEADS = text(
    """
    SELECT given.id, given.person, coalesce(
        (SELECT id FROM lead
         WHERE workspace_id = :workspace_id AND source = :source AND sender = :sender
           AND external_id = given.id AND person_key = given.person),
        (SELECT lead_id FROM touch
         WHERE workspace_id = :workspace_id AND source = :source AND sender = :sender
           AND external_id = given.id AND person_key = given.person))
    FROM unnest(CAST(:ids AS text[]), CAST(:persons AS text[])) AS given (id, person)
    """
)
_IS_KNOWN = text(
    """
    SELECT EXISTS (SELECT FROM lead WHERE workspace_id = :workspace_id AND source = :source
                     AND sender = :sender AND external_id = :id)
        OR EXISTS (SELECT FROM touch WHERE workspace_id = :workspace_id AND source = :source
                     AND sender = :sender AND external_id = :id)
    """
)


def leads_of(
    session: Session, workspace_id: int, context: IntakeContext, keys: Collection[PayloadKey]
) -> dict[PayloadKey, int]:
    """The leads that payloads of this sender became or joined, of those that are here already."""
    if not keys:
        return {}
    ids, persons = zip(*keys, strict=True)
    facts = _sender(workspace_id, context) | {"ids": list(ids), "persons": list(persons)}
    rows = session.execute(_LEADS, facts)
    return {(external_id, person): lead_id for external_id, person, lead_id in rows
            if lead_id is not None}  # fmt: skip


def is_known(session: Session, workspace_id: int, context: IntakeContext, external_id: str) -> bool:
    """Whether this external id of this sender became or joined a lead, whoever it named."""
    facts = _sender(workspace_id, context) | {"id": external_id}
    return bool(session.scalar(_IS_KNOWN, facts))


def _sender(workspace_id: int, context: IntakeContext) -> dict[str, object]:
    return {"workspace_id": workspace_id, "source": context.source, "sender": context.sender}


def customers_among(session: Session, contact_ids: Collection[int]) -> set[int]:
    """The contacts of whom a lead was won."""
    if not contact_ids:
        return set()
    won = select(Lead.contact_id).where(Lead.contact_id.in_(contact_ids), Lead.status == Status.WON)
    return set(session.scalars(won))


def head_starts(session: Session, contact_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    """By contact, the salesperson who had this customer last, and their head start in seconds."""
    if not contact_ids:
        return {}
    last = (
        select(Lead.contact_id, Person.id, ServiceLevel.head_start_seconds)
        .select_from(Lead)
        .join(Person, (Person.id == Lead.claimed_by) & Person.active)
        .join(ServiceLevel, ServiceLevel.workspace_id == Lead.workspace_id)
        .where(Lead.contact_id.in_(contact_ids))
        .order_by(Lead.contact_id, Lead.id.desc())
        .ext(distinct_on(Lead.contact_id))
    )
    return {
        contact_id: (person_id, seconds)
        for contact_id, person_id, seconds in session.execute(last)
        if seconds
    }
