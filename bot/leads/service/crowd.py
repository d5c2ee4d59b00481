"""A crowd: many inquiries admitted together, to the same end as one by one (`admitting.admit`).

Who is new to us, who sends the same again, and who writes again while their lead is open: each of
these is written set-based, which is several times as fast. Whoever else is known, or comes twice in
the crowd, is left to `admit`.
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
from bot.leads.inquiry import Inquiry
from bot.leads.service.admitting import CARD, Admission, join
from bot.leads.service.case import Arrival, Case, Origin, identity, origin, person_key
from bot.leads.service.following import follow_by
from bot.leads.service.opening import open_leads
from bot.leads.service.past import customers_among, known_of, open_leads_of
from bot.people.models import Workspace


class Comer(NamedTuple):
    """One of the crowd: their place in it, what they said, and what they are recognised by."""

    place: int
    inquiry: Inquiry
    external_id: str
    person_key: str
    keys: list[Key]
    sender: str = ""
    """The name of the key that proved their sender, if one did."""


class Parted(NamedTuple):
    """A crowd by what is to be done with each."""

    new: list[Comer]
    """Nobody has their keys, and no two of them share one."""
    known: list[Comer]
    """Their very inquiry is here already."""
    rest: list[Comer]
    """Somebody has one of their keys."""


def comer(
    place: int, inquiry: Inquiry, at: datetime, country: str | None, sender: str = ""
) -> Comer:
    """One of a crowd that comes at this time to a workspace of this country."""
    phone = inquiry.phone_e164(country)
    keys = contacts.keys_of(inquiry.email_key, phone)
    external_id, person = identity(inquiry, phone, at), person_key(inquiry, phone)
    return Comer(place, inquiry, external_id, person, keys, sender)


def part(crowd: Sequence[Comer], here: Collection[str], held: Collection[Key]) -> Parted:
    """Tell who of a crowd is new, known and neither, in its order.

    `here` are external ids that came before, `held` the keys that are somebody's.
    """
    seen, taken = set(here), set(held)
    parted = Parted([], [], [])
    for each in crowd:
        if each.external_id in seen:
            parted.known.append(each)
            continue
        (parted.rest if taken.intersection(each.keys) else parted.new).append(each)
        seen.add(each.external_id)
        taken.update(each.keys)
    return parted


def keys_held(session: Session, workspace_id: int, crowd: Sequence[Comer]) -> Mapping[Key, int]:
    """The keys of a crowd that are somebody's, with whose they are."""
    return contacts.holders(session, workspace_id, {k for each in crowd for k in each.keys})


def admit_new(
    session: Session, workspace: Workspace, crowd: Sequence[Comer], arrival: Arrival
) -> dict[int, int]:
    """Write leads and audit of people who are new, and announce those that are hot.

    Returns their leads by place. Whom somebody was quicker with is not among them, and is left to
    `admit`.
    """
    if not crowd:
        return {}
    made = contacts.make(session, workspace.id, [each.keys for each in crowd])

    @cache
    def told(utm: str | None) -> Origin:
        return origin(session, workspace.id, utm, arrival.at)

    cases = {
        each.place: _case(workspace, each, arrival, contact_id, told(each.inquiry.utm_campaign))
        for each, contact_id in zip(crowd, made, strict=True)
        if contact_id is not None
    }
    ids = open_leads(session, list(cases.values()))
    contacts.forget(session, [c.contact_id for c in cases.values() if c.external_id not in ids])
    hot = [
        (ids[case.external_id], workspace.channel)
        for case in cases.values()
        if case.is_hot and case.external_id in ids
    ]
    slack.show_all(session, workspace.id, CARD, hot, priority=0)
    if ids and arrival.call_list_id is None:
        first = told(crowd[0].inquiry.utm_campaign)
        follow_by(session, workspace.id, first.pages, first.longer)
    return {
        place: ids[case.external_id] for place, case in cases.items() if case.external_id in ids
    }


def admit_known(
    session: Session, workspace: Workspace, crowd: Sequence[Comer], held: Mapping[Key, int],
    arrival: Arrival,
) -> dict[int, Admission]:  # fmt: skip
    """Join what known people send to their open leads; what is a repetition adds nothing.

    `held` says whose the keys are. Returns what became of each, by place. Not among them, and left
    to `admit`, is who has no open lead, brings a key that is new, or comes twice.
    """
    contacts_of = _recognised(crowd, held)
    if not contacts_of:
        return {}
    contacts.lock(session, *contacts_of.values())
    admissions = _repetitions(session, workspace, crowd, contacts_of, arrival)
    leads = open_leads_of(session, contacts_of.values())
    customers = customers_among(session, contacts_of.values())

    @cache
    def told(utm: str | None) -> Origin:
        return origin(session, workspace.id, utm, arrival.at)

    joining = [
        each
        for each in crowd
        if contacts_of.get(each.place) in leads and each.place not in admissions
    ]
    cases = []
    for each in joining:
        contact_id = contacts_of[each.place]
        case = _case(
            workspace, each, arrival, contact_id, told(each.inquiry.utm_campaign),
            is_customer=contact_id in customers, is_return=True,
        )  # fmt: skip
        cases.append((case, leads[contact_id]))
    joined = join(session, cases) if cases else []
    return admissions | {
        each.place: admission for each, admission in zip(joining, joined, strict=True)
    }


def _recognised(crowd: Sequence[Comer], held: Mapping[Key, int]) -> dict[int, int]:
    """The contacts of those who bring only keys that we know, by place; of each the first.

    Where two keys are of different people, the e-mail address decides, and it is the first.
    """
    found: dict[int, int] = {}
    seen = set[int]()
    for each in crowd:
        theirs = [held[key] for key in each.keys if key in held]
        if len(theirs) == len(each.keys) and seen.isdisjoint(theirs):
            found[each.place] = theirs[0]
        seen.update(theirs)
    return found


def _repetitions(
    session: Session, workspace: Workspace, crowd: Sequence[Comer], contacts_of: Collection[int],
    arrival: Arrival,
) -> dict[int, Admission]:  # fmt: skip
    """What was here before, by place."""
    found: dict[int, Admission] = {}
    for sender in {each.sender for each in crowd}:
        theirs = [each for each in crowd if each.sender == sender and each.place in contacts_of]
        sought = [(each.external_id, each.person_key) for each in theirs]
        by_sender = replace(arrival, sender=sender)
        before = known_of(session, workspace.id, by_sender, sought) if sought else {}
        found |= {
            each.place: Admission(before[each.external_id], is_new=False)
            for each in theirs
            if each.external_id in before
        }
    return found


def _case(
    workspace: Workspace, each: Comer, arrival: Arrival, contact_id: int, told: Origin,
    *, is_customer: bool = False, is_return: bool = False,
) -> Case:  # fmt: skip
    inquiry, rules = each.inquiry, told.rules
    campaign_id = arrival.campaign_id or told.campaign_id
    labels = rules.labels(inquiry, is_customer=is_customer)
    heat = rules.judge(
        inquiry, arrival.source, labels, has_campaign=campaign_id is not None, is_return=is_return
    )
    phone = dict(each.keys).get(KeyKind.PHONE)
    return Case(
        workspace, inquiry, replace(arrival, sender=each.sender), each.external_id, contact_id,
        phone, campaign_id, labels, heat,
    )  # fmt: skip
