"""Many payloads at once, to the same end as one by one (`create_or_merge`).

Who is new to us, who sends the same again, and who writes again while their lead is open: each of
these is written set-based, which is several times as fast. Whoever else is known, or comes twice in
the candidates, is left to `create_or_merge`.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot import slack
from bot.contacts import service as contacts
from bot.contacts.models import KeyKind
from bot.contacts.service import Key
from bot.leads.lead_payload import LeadPayload
from bot.leads.service.admitting import CARD, IntakeResult, join
from bot.leads.service.case import IntakeContext, LeadDraft, Origin, identity, origin, person_key
from bot.leads.service.following import follow_by
from bot.leads.service.opening import open_leads
from bot.leads.service.past import customers_among, known_of, open_leads_of
from bot.people.models import Workspace


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
    ids = open_leads(session, list(drafts.values()))
    contacts.forget(session, [c.contact_id for c in drafts.values() if c.external_id not in ids])
    hot = [
        (ids[draft.external_id], workspace.channel)
        for draft in drafts.values()
        if draft.is_hot and draft.external_id in ids
    ]
    slack.show_all(session, workspace.id, CARD, hot, priority=0)
    if ids and context.call_list_id is None:
        first = told(candidates[0].payload.utm_campaign)
        follow_by(session, workspace.id, first.pages, first.longer)
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
        before = known_of(session, workspace.id, by_sender, sought) if sought else {}
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
