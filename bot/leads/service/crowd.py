"""A crowd: many inquiries admitted together, to the same end as one by one (`admitting.admit`).

Who is new to us is written set-based, which is some ten times as fast. Whoever is known, or comes
twice in the crowd, is left to `admit`: those need locks, and a transaction of their own.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import NamedTuple

from sqlalchemy.orm import Session

from bot import slack
from bot.contacts import service as contacts
from bot.contacts.model import KeyKind
from bot.contacts.service import Key
from bot.leads.inquiry import Inquiry
from bot.leads.service.admitting import CARD
from bot.leads.service.case import Arrival, Case, Origin, identity, origin, person_key
from bot.leads.service.following import follow_by
from bot.leads.service.opening import open_leads
from bot.people.model import Workspace


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


def keys_held(session: Session, workspace_id: int, crowd: Sequence[Comer]) -> Collection[Key]:
    """The keys of a crowd that are somebody's."""
    return contacts.holders(session, workspace_id, {k for each in crowd for k in each.keys}).keys()


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


def _case(
    workspace: Workspace, each: Comer, arrival: Arrival, contact_id: int, told: Origin
) -> Case:
    inquiry, rules = each.inquiry, told.rules
    campaign_id = arrival.campaign_id or told.campaign_id
    labels = rules.labels(inquiry, is_customer=False)
    heat = rules.judge(inquiry, arrival.source, labels, has_campaign=campaign_id is not None)
    phone = dict(each.keys).get(KeyKind.PHONE)
    return Case(
        workspace, inquiry, replace(arrival, sender=each.sender), each.external_id, contact_id,
        phone, campaign_id, labels, heat,
    )  # fmt: skip
