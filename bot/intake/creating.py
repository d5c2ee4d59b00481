"""Create a lead, or join it to the open one of the same person; one or many at once.

`create_or_merge` takes one. `create_all` and `join_all` take many to the same end, set-based, which
is several times as fast: who is new to us, who sends the same again, and who writes again while
their lead is open. Whoever else is known, or comes twice, is left to `create_or_merge`.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Select, Text, bindparam, cast, column, func, insert, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from bot import slack
from bot.contacts import service as contacts
from bot.contacts.models import Identity, KeyKind
from bot.contacts.service import Key
from bot.intake.lead_draft import (
    IntakeContext,
    LeadDraft,
    Origin,
    customers_among,
    head_start_for,
    identity,
    lead_of,
    leads_of,
    origin,
    person_key,
)
from bot.leads.changes import leads_changed
from bot.leads.home_tabs import refresh_counted, refresh_home_tabs
from bot.leads.models import EventType, Lead, LeadEvent, Status, Touch
from bot.leads.notices import CARD, RETURNED
from bot.leads.queries import open_leads_of
from bot.people.models import Person, Workspace
from bot.sources.lead_payload import LeadPayload
from bot.store import table

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
def _opening(of_lead: tuple[str, ...], of_event: tuple[str, ...]) -> Select[Any]:
    """The statement that writes leads and the audit of their arrival, and gives their ids."""
    given = (
        func.jsonb_to_recordset(cast(bindparam("rows", type_=Text), JSONB))
        .table_valued(*(column(name, _LEAD.c[name].type) for name in of_lead), name="given")
        .render_derived(with_types=True)
    )
    new = (
        upsert(_LEAD)
        .from_select(of_lead, select(*given.c), include_defaults=False)
        .on_conflict_do_nothing()
        .returning(_LEAD.c.external_id, _LEAD.c.id)
        .cte("new")
    )
    said = [bindparam(name, type_=_EVENT.c[name].type) for name in of_event]
    noted = (
        insert(_EVENT)
        .from_select(["lead_id", *of_event], select(new.c.id, *said), include_defaults=False)
        .returning(_EVENT.c.lead_id, _EVENT.c.id)
        .cte("noted")
    )
    return select(new.c.external_id, new.c.id, noted.c.id.label("event_id")).join_from(
        new, noted, noted.c.lead_id == new.c.id
    )


def write_leads(session: Session, drafts: Sequence[LeadDraft]) -> dict[str, int]:
    """Write the leads of drafts that arrive together, what the audit says of them, and what the
    people agreed to.

    Returns the leads' ids by external id, without those whose external id is a lead already.
    """
    if not drafts:
        return {}
    rows, event = (
        [_DEFAULTS | draft.lead() for draft in drafts],
        drafts[0].event(EventType.RECEIVED),
    )
    facts = {"rows": json.dumps(rows, default=str)} | event
    written = session.execute(_opening(tuple(rows[0]), tuple(event)), facts).all()
    ids: dict[str, int] = {row.external_id: row.id for row in written}
    session.add_all(
        consent for draft in drafts if draft.external_id in ids for consent in draft.consents()
    )
    if written:
        events = {row.id: row.event_id for row in written}
        leads_changed(session, drafts[0].workspace.id, events)
    return ids


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
        before = lead_of(session, workspace.id, context, external_id, person_key(payload, phone))
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
        kept_for=head_start_for(session, who.contact_id) if who.is_known and lead is None else None,
    )  # fmt: skip
    return _open(session, draft, told) if lead is None else join(session, [(draft, lead)])[0]


def _open(session: Session, draft: LeadDraft, told: Origin) -> IntakeResult:
    """A lead of its own; a closed one of the same person stays as its history."""
    workspace = draft.workspace
    lead_id = write_leads(session, [draft]).get(draft.external_id)
    if lead_id is None:  # the very same came at the same moment
        before = lead_of(session, workspace.id, draft.context, draft.external_id, draft.person_key)
        assert before is not None
        return IntakeResult(before, is_new=False)
    if draft.is_hot:
        slack.show(session, workspace.id, CARD, lead_id, workspace.channel)
    if draft.context.call_list_id is None:
        refresh_counted(session, workspace.id, told.pages, told.longer)
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
            refresh_home_tabs(session, draft.workspace.id, lead.received_at)
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


class Candidate(NamedTuple):
    """One of several who come together: their place, payload, and what they are recognised by."""

    place: int
    payload: LeadPayload
    external_id: str
    person_key: str
    keys: list[Key]
    sender: str = ""
    """The name of the key that proved their sender, if one did."""


class Partition(NamedTuple):
    """Candidates by what is to be done with each."""

    new: list[Candidate]
    """Nobody has their keys, and no two of them share one."""
    known: list[Candidate]
    """Their very payload is here already."""
    rest: list[Candidate]
    """Somebody has one of their keys."""


def candidate(
    place: int, payload: LeadPayload, at: datetime, country: str | None, sender: str = ""
) -> Candidate:
    """The candidate who comes at this time to a workspace of this country."""
    phone = payload.phone_e164(country)
    keys = contacts.keys_of(payload.email_key, phone)
    external_id, person = identity(payload, phone, at), person_key(payload, phone)
    return Candidate(place, payload, external_id, person, keys, sender)


def partition(
    candidates: Sequence[Candidate], here: Collection[str], held: Collection[Key]
) -> Partition:
    """Tell which candidates are new, known and neither, in their order.

    `here` are external ids that came before, `held` the keys that are somebody's.
    """
    seen, taken = set(here), set(held)
    groups = Partition([], [], [])
    for each in candidates:
        if each.external_id in seen:
            groups.known.append(each)
            continue
        (groups.rest if taken.intersection(each.keys) else groups.new).append(each)
        seen.add(each.external_id)
        taken.update(each.keys)
    return groups


def keys_held(
    session: Session, workspace_id: int, candidates: Sequence[Candidate]
) -> Mapping[Key, int]:
    """The keys of candidates that are somebody's, with whose they are."""
    return contacts.holders(session, workspace_id, {k for each in candidates for k in each.keys})


def create_all(
    session: Session, workspace: Workspace, candidates: Sequence[Candidate], context: IntakeContext
) -> dict[int, int]:
    """Write leads and audit of people who are new, and announce those that are hot.

    Returns their leads by place. Whom somebody was quicker with is not among them, and is left to
    `create_or_merge`.
    """
    if not candidates:
        return {}
    made = contacts.make(session, workspace.id, [each.keys for each in candidates])

    @cache
    def told(utm: str | None) -> Origin:
        return origin(session, workspace.id, utm, context.at)

    drafts = {
        each.place: _draft(workspace, each, context, contact_id, told(each.payload.utm_campaign))
        for each, contact_id in zip(candidates, made, strict=True)
        if contact_id is not None
    }
    ids = write_leads(session, list(drafts.values()))
    contacts.forget(session, [c.contact_id for c in drafts.values() if c.external_id not in ids])
    hot = [
        (ids[draft.external_id], workspace.channel)
        for draft in drafts.values()
        if draft.is_hot and draft.external_id in ids
    ]
    slack.show_all(session, workspace.id, CARD, hot, priority=0)
    if ids and context.call_list_id is None:
        first = told(candidates[0].payload.utm_campaign)
        refresh_counted(session, workspace.id, first.pages, first.longer)
    return {
        place: ids[draft.external_id] for place, draft in drafts.items() if draft.external_id in ids
    }


def join_all(
    session: Session,
    workspace: Workspace,
    candidates: Sequence[Candidate],
    held: Mapping[Key, int],
    context: IntakeContext,
) -> dict[int, IntakeResult]:
    """Join what known people send to their open leads; what is a repetition adds nothing.

    `held` says whose the keys are. Returns what became of each, by place. Not among them, and left
    to `create_or_merge`, is who has no open lead, brings a key that is new, or comes twice.
    """
    contacts_of = _recognised(candidates, held)
    if not contacts_of:
        return {}
    contacts.lock(session, *contacts_of.values())
    results = _repetitions(session, workspace, candidates, contacts_of, context)
    leads = open_leads_of(session, contacts_of.values())
    customers = customers_among(session, contacts_of.values())

    @cache
    def told(utm: str | None) -> Origin:
        return origin(session, workspace.id, utm, context.at)

    joining = [
        each
        for each in candidates
        if contacts_of.get(each.place) in leads and each.place not in results
    ]
    drafts = []
    for each in joining:
        contact_id = contacts_of[each.place]
        draft = _draft(
            workspace, each, context, contact_id, told(each.payload.utm_campaign),
            is_customer=contact_id in customers, is_return=True,
        )  # fmt: skip
        drafts.append((draft, leads[contact_id]))
    joined = join(session, drafts) if drafts else []
    return results | {each.place: result for each, result in zip(joining, joined, strict=True)}


def _recognised(candidates: Sequence[Candidate], held: Mapping[Key, int]) -> dict[int, int]:
    """The contacts of those who bring only keys that we know, by place; of each the first.

    Where two keys are of different people, the e-mail address decides, and it is the first.
    """
    found: dict[int, int] = {}
    seen = set[int]()
    for each in candidates:
        theirs = [held[key] for key in each.keys if key in held]
        if len(theirs) == len(each.keys) and seen.isdisjoint(theirs):
            found[each.place] = theirs[0]
        seen.update(theirs)
    return found


def _repetitions(
    session: Session,
    workspace: Workspace,
    candidates: Sequence[Candidate],
    contacts_of: Collection[int],
    context: IntakeContext,
) -> dict[int, IntakeResult]:
    """What was here before, by place."""
    found: dict[int, IntakeResult] = {}
    for sender in {each.sender for each in candidates}:
        theirs = [
            each for each in candidates if each.sender == sender and each.place in contacts_of
        ]
        sought = [(each.external_id, each.person_key) for each in theirs]
        by_sender = replace(context, sender=sender)
        before = leads_of(session, workspace.id, by_sender, sought) if sought else {}
        found |= {
            each.place: IntakeResult(before[each.external_id], is_new=False)
            for each in theirs
            if each.external_id in before
        }
    return found


def _draft(
    workspace: Workspace, each: Candidate, context: IntakeContext, contact_id: int, told: Origin,
    *, is_customer: bool = False, is_return: bool = False,
) -> LeadDraft:  # fmt: skip
    payload, rules = each.payload, told.rules
    campaign_id = context.campaign_id or told.campaign_id
    labels = rules.labels(payload, is_customer=is_customer)
    score = rules.judge(
        payload, context.source, labels, has_campaign=campaign_id is not None, is_return=is_return
    )
    phone = dict(each.keys).get(KeyKind.PHONE)
    return LeadDraft(
        workspace, payload, replace(context, sender=each.sender), each.external_id, contact_id,
        phone, campaign_id, labels, score,
    )  # fmt: skip
