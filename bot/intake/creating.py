"""Create leads, or join payloads to the open leads of the same people: one, or many at once."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Select, Text, bindparam, cast, column, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from bot import slack
from bot.contacts.identity import forget, identify
from bot.contacts.models import Identity
from bot.intake.lead_draft import Candidate, IntakeContext, LeadDraft, PayloadKey, candidate
from bot.intake.lookups import (
    WorkspaceFacts,
    customers_among,
    head_starts,
    leads_of,
    workspace_facts,
)
from bot.leads.changes import leads_changed
from bot.leads.home_tabs import refresh_counted, refresh_home_tabs
from bot.leads.models import EventType, Lead, LeadEvent, Status, Touch
from bot.leads.notices import CARD, RETURNED
from bot.leads.queries import open_leads_of
from bot.people.models import Person, Workspace
from bot.sources.lead_payload import LeadPayload
from bot.store import table


@dataclass(frozen=True)
class IntakeResult:
    """What became of a payload: a lead of its own, or a part of one that is open."""

    lead_id: int
    is_new: bool = True
    """False: this payload was here before, and nothing was added."""
    has_joined: bool = False
    """It became a part of a lead that was open."""


_Arrival = tuple[Candidate, Identity]
"""A payload, and whose it is."""


def create_or_merge(
    session: Session,
    workspace: Workspace,
    payloads: Sequence[LeadPayload],
    context: IntakeContext,
) -> list[IntakeResult]:
    """Write a lead of each payload, with its audit and its card, or join it to the open lead of the
    same person. Returns what became of each, in their order.

    The same external id of the same sender counts once, however often and simultaneously it comes;
    with somebody else's email address or phone number it is another payload.

    Whatever is locked is locked in one order: the contacts that are known, then the keys that are
    new, then the open leads. So no two batches wait for each other. Who edits, merges or reopens a
    lead locks it before its contact, and may wait for a batch that waits for them: PostgreSQL
    undoes one of the two, and a batch is then written anew (`bot/web/intake.py`; a job is tried
    again).
    """
    candidates = [candidate(each, workspace, context.at) for each in payloads]
    people = identify(session, workspace.id, [each.contact_keys for each in candidates])
    results: dict[int, IntakeResult] = {}
    for places in _rounds(candidates, people):
        arrivals = [(candidates[place], people[place]) for place in places]
        written = _write(session, workspace, arrivals, context)
        results |= {place: written[candidates[place].key] for place in places}
    _forget_unused(session, people, results)
    return [results[place] for place in range(len(payloads))]


def _rounds(candidates: Sequence[Candidate], people: Sequence[Identity]) -> list[list[int]]:
    """The places of the payloads in the rounds in which they are written: of a person, and of an
    external id, one in each round."""
    rounds: list[list[int]] = []
    rounds_of: defaultdict[int | PayloadKey, int] = defaultdict(int)
    for place, (each, person) in enumerate(zip(candidates, people, strict=True)):
        number = max(rounds_of[person.contact_id], rounds_of[each.key])
        rounds_of[person.contact_id] = rounds_of[each.key] = number + 1
        if number == len(rounds):
            rounds.append([])
        rounds[number].append(place)
    return rounds


def _write(
    session: Session, workspace: Workspace, arrivals: Sequence[_Arrival], context: IntakeContext
) -> dict[PayloadKey, IntakeResult]:
    """Write payloads of people of whom nobody comes twice, and no external id does."""
    # Who is new has sent nothing before; whom nobody can recognise may have.
    sought = [each.key for each, person in arrivals if person.is_known or not each.contact_keys]
    before = leads_of(session, workspace.id, context, sought)
    new = [arrival for arrival in arrivals if arrival[0].key not in before]
    written: dict[PayloadKey, IntakeResult] = {}
    if new:
        leads = open_leads_of(session, known) if (known := _known(new)) else {}
        payloads = [each.payload for each, _ in new]
        facts = workspace_facts(session, workspace.id, context.at, payloads)
        drafts = _drafts(session, workspace, new, context, facts, leads)
        joining = [(each, leads[each.contact_id]) for each in drafts if each.contact_id in leads]
        creating = [each for each in drafts if each.contact_id not in leads]
        written = _join(session, joining) | _create(session, creating, facts)
        late = [each.key for each in drafts if each.key not in written]
        before |= leads_of(session, workspace.id, context, late)  # the same came at this moment
    return written | {key: IntakeResult(lead_id, is_new=False) for key, lead_id in before.items()}


def _known(arrivals: Sequence[_Arrival]) -> list[int]:
    """The contacts that were there before."""
    return [person.contact_id for _, person in arrivals if person.is_known]


def _forget_unused(
    session: Session, people: Sequence[Identity], results: Mapping[int, IntakeResult]
) -> None:
    """Take back the contacts that were made for what turned out to be a repetition."""
    made = {each.contact_id for each in people if not each.is_known}
    used = {people[place].contact_id for place, result in results.items() if result.is_new}
    forget(session, made - used)


def _drafts(
    session: Session,
    workspace: Workspace,
    arrivals: Sequence[_Arrival],
    context: IntakeContext,
    facts: WorkspaceFacts,
    open_leads: Collection[int],
) -> list[LeadDraft]:
    """Score what came. `open_leads` are the contacts who have one."""
    known = _known(arrivals)
    customers = customers_among(session, known)
    heads = head_starts(session, [each for each in known if each not in open_leads])
    drafts = []
    for each, (contact_id, _) in arrivals:
        campaign_id = context.campaign_id or facts.campaign_of(each.payload)
        labels = facts.rules.labels(each.payload, is_customer=contact_id in customers)
        score = facts.rules.judge(
            each.payload, context.source, labels, has_campaign=campaign_id is not None,
            is_return=contact_id in open_leads and context.call_list_id is None,
        )  # fmt: skip
        head_start = heads.get(contact_id)
        drafts.append(
            LeadDraft(workspace, context, each, contact_id, campaign_id, labels, score, head_start)
        )
    return drafts


def _create(
    session: Session, drafts: Sequence[LeadDraft], facts: WorkspaceFacts
) -> dict[PayloadKey, IntakeResult]:
    """Leads of their own; closed ones of the same people stay as their history.

    Not among the results are those whose external id became a lead at the same moment.
    """
    ids = _write_leads(session, drafts)
    if not ids:
        return {}
    created = [draft for draft in drafts if draft.key in ids]
    workspace, context = created[0].workspace, created[0].context
    session.add_all(consent for draft in created for consent in draft.consents())
    hot = [(ids[draft.key], workspace.channel) for draft in created if draft.is_hot]
    slack.show_all(session, workspace.id, CARD, hot, priority=0)
    if context.call_list_id is None:
        refresh_counted(session, workspace.id, facts.home_tabs, facts.waiting_longer)
    return {key: IntakeResult(lead_id) for key, lead_id in ids.items()}


_LEAD, _EVENT = table(Lead), table(LeadEvent)

# What a lead is where nothing else is said.
_DEFAULTS = {
    column.name: column.default.arg
    for column in _LEAD.columns
    if isinstance(column.default, ScalarElementColumnDefault)
}


# Built once and on the tables themselves: every lead runs through it. The rows come as one
# parameter, which costs less than fifty, however many rows they are (benchmarks/bench_intake.py).
@cache
def _writing(lead_columns: tuple[str, ...], event_columns: tuple[str, ...]) -> Select[Any]:
    """The statement that writes leads and the audit of their arrival, and gives their ids."""
    rows = (
        func.jsonb_to_recordset(cast(bindparam("rows", type_=Text), JSONB))
        .table_valued(*(column(name, _LEAD.c[name].type) for name in lead_columns), name="rows")
        .render_derived(with_types=True)
    )
    leads = (
        upsert(_LEAD)
        .from_select(lead_columns, select(*rows.c), include_defaults=False)
        .on_conflict_do_nothing()
        .returning(_LEAD.c.external_id, _LEAD.c.person_key, _LEAD.c.id)
        .cte("leads")
    )
    facts = [bindparam(name, type_=_EVENT.c[name].type) for name in event_columns]
    events = (
        insert(_EVENT)
        .from_select(
            ["lead_id", *event_columns], select(leads.c.id, *facts), include_defaults=False
        )
        .returning(_EVENT.c.lead_id, _EVENT.c.id)
        .cte("events")
    )
    return select(*leads.c, events.c.id.label("event_id")).join_from(
        leads, events, events.c.lead_id == leads.c.id
    )


def _write_leads(session: Session, drafts: Sequence[LeadDraft]) -> dict[PayloadKey, int]:
    """Write leads, and in the audit that they came.

    Returns their ids, without those of which another transaction just wrote the same.
    """
    if not drafts:
        return {}
    rows = [_DEFAULTS | draft.lead() for draft in drafts]
    event = drafts[0].event(EventType.RECEIVED)
    statement = _writing(tuple(rows[0]), tuple(event))
    written = session.execute(statement, {"rows": json.dumps(rows, default=str)} | event).all()
    if written:
        events = {row.id: row.event_id for row in written}
        leads_changed(session, drafts[0].workspace.id, events)
    return {(row.external_id, row.person_key): row.id for row in written}


_TOUCH = table(Touch)
_WRITE_TOUCHES = (
    upsert(_TOUCH)
    .on_conflict_do_nothing()
    .returning(_TOUCH.c.external_id, _TOUCH.c.person_key, _TOUCH.c.id)
)

_Joined = tuple[LeadDraft, Lead, int]
"""A payload, the lead that it joined, and the id of its touch."""


def _join(
    session: Session, drafts: Sequence[tuple[LeadDraft, Lead]]
) -> dict[PayloadKey, IntakeResult]:
    """One more touch of each of these open leads.

    The first touch of a lead stays as it is, the last is kept beside it. Not among the results are
    those whose external id became a touch at the same moment.
    """
    if not drafts:
        return {}
    touches = [draft.touch(lead.id) for draft, lead in drafts]
    ids = {
        (external_id, person_key): touch_id
        for external_id, person_key, touch_id in session.execute(_WRITE_TOUCHES, touches)
    }
    joined = [(draft, lead, ids[draft.key]) for draft, lead in drafts if draft.key in ids]
    _record_touches(session, joined)
    _show_touches(session, joined)
    return {draft.key: IntakeResult(lead.id, has_joined=True) for draft, lead, _ in joined}


def _record_touches(session: Session, joined: Sequence[_Joined]) -> None:
    """Change the leads, and write the audit and what people agreed to."""
    events = {}
    for draft, lead, touch_id in joined:
        _update_lead(session, draft, lead)
        event = LeadEvent(lead_id=lead.id, **draft.event(EventType.RETURNED, touch_id=touch_id))
        session.add_all([event, *draft.consents()])
        events[lead.id] = event
    session.flush()
    if joined:
        changed = {lead_id: event.id for lead_id, event in events.items()}
        leads_changed(session, joined[0][0].workspace.id, changed)


def _update_lead(session: Session, draft: LeadDraft, lead: Lead) -> None:
    """What a touch changes of its lead."""
    at, is_listed = draft.context.at, draft.context.call_list_id is not None
    if not is_listed:
        lead.last_touch_at = at  # who stands on a list has not written again
    lead.last_campaign_id = draft.campaign_id or lead.last_campaign_id
    lead.labels = sorted({*lead.labels, *draft.labels})
    if draft.score.points > lead.score:
        lead.score, lead.score_reasons = draft.score.points, list(draft.score.reasons)
        if draft.is_hot and not lead.is_hot:
            lead.is_hot, lead.step_started_at, lead.next_check_at = True, at, at
            refresh_home_tabs(session, draft.workspace.id, lead.received_at)
    if lead.status == Status.RECYCLED and not is_listed:
        lead.wake_at = lead.next_check_at = at  # they ask anew, so the time is right
    if lead.claimed_by is not None and not is_listed:
        lead.next_check_at = at  # the owner may be out


def _show_touches(session: Session, joined: Sequence[_Joined]) -> None:
    """Show the touches on the cards of their leads, and to the leads' owners."""
    if not joined:
        return
    workspace, context = joined[0][0].workspace, joined[0][0].context
    hot = [(lead.id, workspace.channel) for _, lead, _ in joined if lead.is_hot]
    slack.show_all(session, workspace.id, CARD, hot, priority=0)
    owner_ids = {lead.claimed_by for _, lead, _ in joined if lead.claimed_by is not None}
    cards = [(CARD, lead.id) for _, lead, _ in joined]
    slack.redraw_all(session, [*cards, *((slack.HOME, id_) for id_ in sorted(owner_ids))])
    if owner_ids and context.call_list_id is None:
        owners = select(Person.id, Person.slack_id).where(Person.id.in_(owner_ids))
        slack_ids: dict[int | None, str] = dict(session.execute(owners).all())
        returned = [
            (touch_id, slack_ids[lead.claimed_by])
            for _, lead, touch_id in joined
            if lead.claimed_by is not None
        ]
        slack.show_all(session, workspace.id, RETURNED, returned, priority=0)
