"""Merging by hand: two leads that are one person's become one, and can become two again."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock
from bot.contacts import identity
from bot.contacts.models import Contact, Merged
from bot.errors import HandoffError
from bot.leads.events import record
from bot.leads.meeting_models import Meeting
from bot.leads.models import EventType, Lead, LeadAttempt, LeadEvent, LeadNote, Status, Touch
from bot.leads.outcomes import see_that_no_other_is_open
from bot.leads.queries import find, open_leads_of
from bot.people import service as people
from bot.people.models import Person, Role
from bot.sources.lead_payload import CLICK_IDS, UTM

_SAID = (
    "email", "first_name", "last_name", "company", "job_title", "country", "message",
    *UTM, *CLICK_IDS, "landing_url", "form_id", "ad_id", "answers",
)  # fmt: skip
"""What a touch says of a submission, by the names of a payload."""

_EXPECTED = ("expected_minor", "expected_currency", "expected_on")


class SameLead(HandoffError):
    """A lead cannot be merged into itself."""


class AlreadyMerged(HandoffError):
    """Lead #{lead} was already merged into #{into}. Nothing was changed."""


class DealWouldVanish(HandoffError):
    """Lead #{lead} is won{amount}. Merged into #{into}, it would drop out of every figure.
    {instead}"""


class OpenWouldVanish(HandoffError):
    """Lead #{lead} is open, and #{into} is lost. Merged into it, nobody would work on it any more.
    Merge #{into} into #{lead} instead: `/lead merge {into} into {lead}`."""


class TwoWouldBeOpen(HandoffError):
    """One person would have two open leads then, #{lead} and #{into}. Merge these first:
    `/lead merge {lead} into {into}`."""


class NotMerged(HandoffError):
    """Lead #{lead} was not merged into another. Nothing was changed."""


class MergedAgain(HandoffError):
    """Lead #{into} or its contact has been merged since. Undo that first."""


def merge(session: Session, who: Person, lead_id: int, into_id: int) -> Lead:
    """Let one lead go up in another: its person, touches, notes and later submissions with it.

    Its own visit becomes a touch of the one that stays, which takes over what it lacks of codes,
    click ids and what is expected of it, and the later one's last touch. Both keep their own
    history, and `unmerge` gives both back as they were. Returns the lead that stays. Raises
    SameLead, NotFound, NotAllowed, AlreadyMerged, DealWouldVanish where the one that goes is won,
    OpenWouldVanish where it is open and the other lost, and TwoWouldBeOpen.
    """
    if lead_id == into_id:
        raise SameLead
    gone, kept = _both(session, who, lead_id, into_id)
    for lead in (gone, kept):
        if lead.merged_into is not None:
            raise AlreadyMerged(lead=lead.id, into=lead.merged_into)
    _see_that_no_deal_vanishes(gone, kept)
    if not gone.is_closed and kept.status == Status.LOST:
        raise OpenWouldVanish(lead=gone.id, into=kept.id)
    _see_that_one_is_open(session, gone, kept)
    facts: dict[str, Any] = {
        "into": kept.id,
        **{name: _move(session, what, gone, kept) for what, name in _MOVED},
    }
    facts |= _take_over(session, gone, kept)
    if gone.contact_id != kept.contact_id:
        facts |= _merge_contacts(session, gone.contact_id, kept.contact_id)
    gone.merged_into = kept.id
    record(session, gone, who, EventType.MERGED, **facts)
    record(session, kept, who, EventType.MERGED, merged=gone.id)
    return kept


def unmerge(session: Session, who: Person, lead_id: int) -> Lead:
    """Take a merge back; what came in between stays with the lead that it came to.

    Returns the lead that is itself again. Raises NotFound, NotAllowed, NotMerged, MergedAgain, and
    AnotherIsOpen where it would be the second open one of its person.
    """
    into_id = find(session, who.workspace_id, lead_id).merged_into
    if into_id is None:
        raise NotMerged(lead=lead_id)
    gone, kept = _both(session, who, lead_id, into_id)
    if gone.merged_into is None:
        raise NotMerged(lead=lead_id)
    facts = _facts_of_merge(session, gone)
    contact = session.get_one(Contact, kept.contact_id)
    if kept.merged_into is not None or contact.id != facts.get("contact", [contact.id])[0]:
        raise MergedAgain(into=kept.id)
    if "contact" in facts:
        identity.unmerge(session, Merged(*facts["contact"]))
        _move_leads(session, facts["leads"], facts["contact"][1])
    if not gone.is_closed:
        see_that_no_other_is_open(session, gone)
    for what, name in _MOVED:
        ids = facts.get(name, [])
        session.execute(update(what).where(what.id.in_(ids)).values(lead_id=gone.id))
    _give_back(session, gone, kept, facts)
    gone.merged_into, gone.next_check_at = None, clock.now()
    record(session, gone, who, EventType.UNMERGED, into=kept.id)
    record(session, kept, who, EventType.UNMERGED, unmerged=gone.id)
    return gone


def _both(session: Session, who: Person, lead_id: int, into_id: int) -> tuple[Lead, Lead]:
    """Both leads, locked in the order of their ids, if this person may merge them."""
    found = {
        each: find(session, who.workspace_id, each, lock=True)
        for each in sorted({lead_id, into_id})
    }
    if who.id not in {lead.claimed_by for lead in found.values()}:
        people.require(session, who, "merge leads of others", Role.MARKETER)
    return found[lead_id], found[into_id]


def _see_that_no_deal_vanishes(gone: Lead, kept: Lead) -> None:
    """A lead that is merged away counts nowhere, and neither does what it brought."""
    if gone.status != Status.WON:
        return
    instead = f"Merge #{kept.id} into #{gone.id} instead: `/lead merge {kept.id} into {gone.id}`."
    if kept.status == Status.WON:
        instead = f"#{kept.id} is won too: two deals of one customer stay two leads."
    amount = f" with {gone.won_amount}" if gone.won_amount else ""
    raise DealWouldVanish(lead=gone.id, into=kept.id, amount=amount, instead=instead)


def _see_that_one_is_open(session: Session, gone: Lead, kept: Lead) -> None:
    """A person has one open lead at most, also once two of them turn out to be one."""
    if gone.contact_id == kept.contact_id:
        return
    identity.lock(session, gone.contact_id, kept.contact_id)
    found = open_leads_of(session, [gone.contact_id, kept.contact_id])
    other, stays = found.get(gone.contact_id), found.get(kept.contact_id)
    if other is not None and other is not gone and stays is not None:
        raise TwoWouldBeOpen(lead=other.id, into=stays.id)


def _take_over(session: Session, gone: Lead, kept: Lead) -> dict[str, Any]:
    """Let the lead that stays have the visit of the one that goes; returns how to undo it."""
    facts: dict[str, Any] = {"visit": _add_visit(session, gone, kept)}
    lacks_codes = not any(getattr(kept, name) for name in UTM)
    wanted = [*(UTM if lacks_codes else ()), *CLICK_IDS, *_EXPECTED]
    filled = [name for name in wanted if getattr(gone, name) and not getattr(kept, name)]
    for name in filled:
        setattr(kept, name, getattr(gone, name))
    facts["filled"] = filled
    earlier, later = sorted((kept, gone), key=lambda each: each.last_touch_at)
    before, campaign_id = kept.last_touch_at.isoformat(), kept.last_campaign_id
    facts["last_touch"] = [before, campaign_id, later.last_touch_at.isoformat()]
    kept.last_touch_at, kept.last_campaign_id = (
        later.last_touch_at, later.last_campaign_id or earlier.last_campaign_id
    )  # fmt: skip
    session.flush()
    return facts


def _add_visit(session: Session, gone: Lead, kept: Lead) -> int | None:
    """The submission that the lead began with, as a touch of the other."""
    fields = {name: value for name in _SAID if (value := getattr(gone, name))}
    if gone.phone:
        fields["phone"] = gone.phone_raw or gone.phone_e164
    return session.scalar(
        insert(Touch)
        .values(
            workspace_id=kept.workspace_id, lead_id=kept.id, source=gone.source,
            sender=gone.sender, external_id=gone.external_id, person_key=gone.person_key,
            at=gone.received_at, campaign_id=gone.campaign_id, facts=fields,
        )
        .on_conflict_do_nothing()
        .returning(Touch.id)
    )  # fmt: skip


def _give_back(session: Session, gone: Lead, kept: Lead, facts: dict[str, Any]) -> None:
    """Undo `_take_over`; what was changed since stays, and a touch that came since is the last."""
    session.execute(delete(Touch).where(Touch.id == facts.get("visit")))
    for name in facts.get("filled", ()):
        if getattr(kept, name) == getattr(gone, name):
            setattr(kept, name, None)
    before, campaign_id, taken = facts.get("last_touch") or (None, None, None)
    if before and kept.last_touch_at.isoformat() == taken:
        kept.last_touch_at = datetime.fromisoformat(before)
        kept.last_campaign_id = campaign_id


def _merge_contacts(session: Session, gone: int, kept: int) -> dict[str, Any]:
    """Let one person's contact go up in another's, with all leads; returns how to undo it."""
    merged = identity.merge(session, kept, gone)
    ids = session.scalars(
        update(Lead).where(Lead.contact_id == gone).values(contact_id=kept).returning(Lead.id)
    ).all()
    session.expire_all()
    return {"contact": list(merged), "leads": list(ids)}


_Moved = type[Touch] | type[LeadNote] | type[LeadAttempt] | type[Meeting]
_MOVED: tuple[tuple[_Moved, str], ...] = (
    (Touch, "touches"), (LeadNote, "notes"), (LeadAttempt, "attempts"), (Meeting, "meetings"),
)  # fmt: skip
"""What goes with a lead that is merged, by its name in the audit."""


def _move(session: Session, what: _Moved, gone: Lead, kept: Lead) -> list[int]:
    moved = update(what).where(what.lead_id == gone.id).values(lead_id=kept.id)
    return list(session.scalars(moved.returning(what.id)).all())


def _move_leads(session: Session, lead_ids: list[int], contact_id: int) -> None:
    session.execute(update(Lead).where(Lead.id.in_(lead_ids)).values(contact_id=contact_id))


def _facts_of_merge(session: Session, gone: Lead) -> dict[str, Any]:
    """What the audit says of this lead's last merge."""
    event = session.scalars(
        select(LeadEvent)
        .where(
            LeadEvent.lead_id == gone.id,
            LeadEvent.event_type == EventType.MERGED,
            LeadEvent.facts.has_key("into"),
        )
        .order_by(LeadEvent.id.desc())
        .limit(1)
    ).one()
    return event.facts
