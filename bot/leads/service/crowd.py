"""A crowd: many inquiries admitted together, to the same end as one by one (`admitting.admit`).

Who is new to us is written set-based, which is some ten times as fast. Whoever is known, or comes
twice in the crowd, is left to `admit`: those need locks, and a transaction of their own.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from bot.contacts import service as contacts
from bot.contacts.model import KeyKind
from bot.contacts.service import Key
from bot.leads.heat import Rules
from bot.leads.inquiry import Inquiry
from bot.leads.model import Deed, Lead, LeadEvent, Touch
from bot.leads.service.case import DEFAULTS, Arrival, Case, Origin, origin
from bot.people.model import Workspace
from bot.store import copy, table

_LEAD = table(Lead)


class Comer(NamedTuple):
    """One of the crowd: their place in it, what they said, and what they are recognised by."""

    place: int
    inquiry: Inquiry
    keys: list[Key]

    @property
    def external_id(self) -> str:
        """Every one of a crowd has an id."""
        assert self.inquiry.external_id is not None
        return self.inquiry.external_id


class Parted(NamedTuple):
    """A crowd by what is to be done with each."""

    new: list[Comer]
    """Nobody has their keys, and no two of them share one."""
    known: list[Comer]
    """Their very inquiry is here already."""
    rest: list[Comer]
    """Somebody has one of their keys."""


def comer(place: int, inquiry: Inquiry) -> Comer:
    """One of a crowd."""
    return Comer(place, inquiry, contacts.keys_of(inquiry.email_key, inquiry.phone_e164))


def part(session: Session, workspace_id: int, source: str, crowd: Sequence[Comer]) -> Parted:
    """Tell who of a crowd is new, known and neither, in its order."""
    here = _here(session, workspace_id, source, [each.external_id for each in crowd])
    taken = set(contacts.holders(session, workspace_id, {k for each in crowd for k in each.keys}))
    parted = Parted([], [], [])
    for each in crowd:
        if each.external_id in here:
            parted.known.append(each)
            continue
        (parted.rest if taken.intersection(each.keys) else parted.new).append(each)
        here.add(each.external_id)
        taken.update(each.keys)
    return parted


def admit_new(
    session: Session, workspace: Workspace, crowd: Sequence[Comer], arrival: Arrival
) -> tuple[list[Comer], list[Comer]]:
    """Write leads and audit of people who are new; nothing is announced.

    Returns those who were admitted, and those whom somebody was quicker with: they are left to
    `admit`.
    """
    if not crowd:
        return [], []
    made = contacts.make(session, workspace.id, [each.keys for each in crowd])

    @cache
    def told(utm: str | None) -> Origin:
        return origin(session, workspace.id, utm, arrival.at)

    admitted, late, cases = [], [], []
    for each, contact_id in zip(crowd, made, strict=True):
        if contact_id is None:
            late.append(each)
            continue
        known = told(each.inquiry.utm_campaign)
        admitted.append(each)
        cases.append(_case(workspace, each, arrival, contact_id, known.rules, known.campaign_id))
    _write(session, cases)
    return admitted, late


def _write(session: Session, cases: Sequence[Case]) -> None:
    """The leads, what the audit says of them, and what the people agreed to."""
    rows = [DEFAULTS | case.lead() for case in cases]
    if not rows:
        return
    names = list(rows[0])
    copy(session, _LEAD, names, ([row[name] for name in names] for row in rows))
    first = cases[0]
    found = session.execute(
        select(_LEAD.c.external_id, _LEAD.c.id).where(
            _LEAD.c.workspace_id == first.workspace.id,
            _LEAD.c.source == first.arrival.source,
            _LEAD.c.external_id == func.any([case.external_id for case in cases]),
        )
    )
    ids = dict(found.all())
    events = [{"lead_id": ids[case.external_id]} | case.event(Deed.RECEIVED) for case in cases]
    names = list(events[0])
    copy(session, table(LeadEvent), names, ([event[name] for name in names] for event in events))
    session.add_all([consent for case in cases for consent in case.consents()])


def _case(
    workspace: Workspace, each: Comer, arrival: Arrival, contact_id: int, rules: Rules,
    campaign_id: int | None,
) -> Case:  # fmt: skip
    inquiry = each.inquiry
    campaign_id = arrival.campaign_id or campaign_id
    labels = rules.labels(inquiry, is_customer=False)
    heat = rules.judge(inquiry, arrival.source, labels, has_campaign=campaign_id is not None)
    phone = dict(each.keys).get(KeyKind.PHONE)
    return Case(
        workspace, inquiry, arrival, each.external_id, contact_id, phone, campaign_id, labels, heat
    )


def _here(session: Session, workspace_id: int, source: str, ids: Sequence[str]) -> set[str]:
    """Which of these external ids became or joined a lead before."""
    found: set[str] = set()
    for model in (Lead, Touch):
        found.update(
            session.scalars(
                select(model.external_id).where(
                    model.workspace_id == workspace_id,
                    model.source == source,
                    model.external_id == func.any(ids),
                )
            )
        )
    return found
