"""The first contact, the rating, and how a lead ended."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from bot import clock
from bot.contacts import identity
from bot.errors import HandoffError
from bot.leads.claiming import DayIsOver, closed, end_pause, opening_on, owned
from bot.leads.events import keep_note, record
from bot.leads.models import Actor, Disposition, EventType, Lead, Rating, Status
from bot.leads.notice_models import ServiceLevel
from bot.leads.notices import notify_of_outcome, tell_of_win
from bot.leads.queries import open_leads_of
from bot.money import Money
from bot.people.models import Person, Workspace
from bot.slack.text import moment


class AlreadyContacted(HandoffError):
    """The first contact was already logged {when}. Nothing was changed."""


class AlreadyQualified(HandoffError):
    """This lead is already qualified. Nothing was changed."""


class AlreadyRated(HandoffError):
    """This lead is already rated {rating}. Nothing was changed."""


class ReasonMissing(HandoffError):
    """Please write a short reason: it is what marketing learns from."""


class TooFewAttempts(HandoffError):
    """Please try {needed} times before you give up: by phone, and at different hours."""


class AmountMissing(HandoffError):
    """Please enter an amount above zero."""


class DayIsPast(HandoffError):
    """That day has passed. Choose today or a later day, or leave it empty."""


class NotClosed(HandoffError):
    """This lead is open. Nothing was changed."""


class NotWon(HandoffError):
    """Only a lead that was won has an amount to correct."""


class AmountUnchanged(HandoffError):
    """The amount is already {amount}."""


class AnotherIsOpen(HandoffError):
    """This person has another open lead, #{lead}. Work on that one."""


def contacted(session: Session, who: Person, lead_id: int) -> Lead:
    """Note the first genuine contact; the earliest stamp stays.

    Raises AlreadyContacted, and what `owned` raises.
    """
    lead = owned(session, who, lead_id, "note the contact")
    if lead.first_response_at is not None:
        raise AlreadyContacted(when=moment(lead.first_response_at))
    note_contact(session, lead, who)
    return lead


def note_contact(session: Session, lead: Lead, by: Actor, at: datetime | None = None) -> None:
    """Stamp the first contact of the lead, locked and open, which had none: now, unless `at` says
    when it was."""
    lead.next_check_at = clock.now()
    lead.first_response_at = at or lead.next_check_at
    record(session, lead, by, EventType.CONTACTED)


@dataclass(frozen=True)
class Expectation:
    """What its owner expects of a lead; None of what nobody can say yet."""

    amount: Money | None = None
    close_on: date | None = None
    """By when it is won, in the workspace's zone."""


def qualify(
    session: Session, who: Person, lead_id: int, expected: Expectation | None = None
) -> Lead:
    """Sales verified need, budget and fit; that takes a contact, so it counts as one.

    Raises as `qualifiable` and `expect`.
    """
    lead = qualifiable(session, who, lead_id)
    if expected is not None:
        expect(session, lead, expected)
    make_qualified(session, lead, who)
    return lead


def qualifiable(session: Session, who: Person, lead_id: int) -> Lead:
    """The lead, if this person may qualify it; asked before the form is.

    Raises AlreadyQualified, and what `owned` raises.
    """
    lead = owned(session, who, lead_id, "qualify it")
    if lead.status == Status.QUALIFIED:
        raise AlreadyQualified
    return lead


def expect(session: Session, lead: Lead, expected: Expectation) -> list[str]:
    """Note what is expected of the lead, which is locked; returns what of it is new, by the fields
    of forms. A day that stands there already may have passed.

    Raises AmountMissing, DayIsPast, and AlreadyClosed where that would change a closed lead.
    """
    amount, day = expected.amount, expected.close_on
    is_new = {
        "expected_amount": amount != lead.expected_amount,
        "expected_on": day != lead.expected_on,
    }
    if any(is_new.values()) and lead.is_closed:
        raise closed(lead)
    if amount is not None and amount.minor <= 0:
        raise AmountMissing
    today = session.get_one(Workspace, lead.workspace_id).day_of(clock.now())
    if day is not None and is_new["expected_on"] and day < today:
        raise DayIsPast
    lead.expected_minor = amount.minor if amount else None
    lead.expected_currency = amount.currency if amount else None
    lead.expected_on = day
    return [name for name, differs in is_new.items() if differs]


def make_qualified(session: Session, lead: Lead, by: Actor) -> None:
    """Make the lead, locked and open, a qualified one; the earliest stamps stay."""
    now = clock.now()
    end_pause(lead)
    lead.status, lead.next_check_at = Status.QUALIFIED, now
    lead.first_response_at = lead.first_response_at or now
    lead.qualified_at = lead.qualified_at or now
    record(session, lead, by, EventType.QUALIFIED)


def rate(session: Session, who: Person, lead_id: int, rating: Rating, reason: str = "") -> Lead:
    """Judge the lead's quality, also after it ended; another rating replaces the earlier one.

    Raises ReasonMissing, AlreadyRated, and what `owned` raises.
    """
    lead = rateable(session, who, lead_id)
    why = reason.strip() or None
    if rating.needs_reason and why is None:
        raise ReasonMissing
    if lead.rating == rating and lead.rating_reason == why:
        raise AlreadyRated(rating=rating.value)
    lead.rating, lead.rating_reason, lead.rated_at = rating, why, clock.now()
    keep_note(session, lead, who, EventType.RATED, why)
    record(session, lead, who, EventType.RATED, rating=rating, reason=why)
    return lead


def rateable(session: Session, who: Person, lead_id: int) -> Lead:
    """The lead, if this person may rate it; asked before the reason is. Raises as `owned`."""
    return owned(session, who, lead_id, "rate it", even_closed=True)


def closeable(session: Session, who: Person, lead_id: int) -> Lead:
    """The lead, if this person may close it; asked before the amount or reason is."""
    return owned(session, who, lead_id, "close it")


def win(session: Session, who: Person, lead_id: int, amount: Money) -> Lead:
    """Close the lead as won with the deal's amount. Raises AmountMissing, and as `owned`."""
    lead = closeable(session, who, lead_id)
    make_won(session, lead, who, amount)
    return lead


def make_won(session: Session, lead: Lead, by: Actor, amount: Money) -> None:
    """Close the lead, locked and open, as won. Raises AmountMissing."""
    if amount.minor <= 0:
        raise AmountMissing
    end_pause(lead)
    lead.won_minor, lead.won_currency = amount.minor, amount.currency
    _close(lead, Status.WON)
    lead.qualified_at = lead.qualified_at or lead.closed_at
    record(session, lead, by, EventType.WON, minor=amount.minor, currency=amount.currency)
    notify_of_outcome(session, lead, by)
    tell_of_win(session, lead)


def correctable(session: Session, who: Person, lead_id: int) -> Lead:
    """The lead, if this person may correct its amount. Raises NotWon, and as `owned`."""
    lead = owned(session, who, lead_id, "correct its amount", even_closed=True)
    if lead.status != Status.WON:
        raise NotWon
    return lead


def correct_amount(session: Session, who: Person, lead_id: int, amount: Money) -> Lead:
    """Put the amount right for which a lead was won.

    Raises AmountMissing, AmountUnchanged, and as `correctable`.
    """
    lead = correctable(session, who, lead_id)
    if lead.won_amount == amount:
        raise AmountUnchanged(amount=amount)
    put_amount_right(session, lead, who, amount)
    return lead


def put_amount_right(session: Session, lead: Lead, by: Actor, amount: Money) -> None:
    """Give the lead, locked and won, another amount. Raises AmountMissing."""
    if amount.minor <= 0:
        raise AmountMissing
    before = lead.won_amount
    lead.won_minor, lead.won_currency = amount.minor, amount.currency
    record(
        session, lead, by, EventType.CORRECTED, minor=amount.minor, currency=amount.currency,
        from_minor=before.minor if before else None,
        from_currency=before.currency if before else None,
    )  # fmt: skip


def reopen(session: Session, who: Person, lead_id: int) -> Lead:
    """Take back that a lead was won or lost: its owner goes on with it.

    That it was qualified falls too where the win alone proved it; a first response stays. What it
    was closed with is in the audit, and its note with the lead. Raises NotClosed, AnotherIsOpen,
    and as `owned`.
    """
    lead = owned(session, who, lead_id, "reopen it", even_closed=True)
    if not lead.is_closed:
        raise NotClosed
    see_that_no_other_is_open(session, lead)
    take_back_outcome(session, lead, who)
    return lead


def see_that_no_other_is_open(session: Session, lead: Lead) -> None:
    """A person has one open lead at most. Raises AnotherIsOpen."""
    identity.lock(session, lead.contact_id)
    other = open_leads_of(session, [lead.contact_id]).get(lead.contact_id)
    if other is not None:
        raise AnotherIsOpen(lead=other.id)


def take_back_outcome(session: Session, lead: Lead, by: Actor) -> None:
    """Make the lead, locked and closed, an open one."""
    facts = {
        "was": lead.status, "minor": lead.won_minor, "currency": lead.won_currency,
        "disposition": lead.disposition,
    }  # fmt: skip
    if lead.status == Status.WON and lead.qualified_at == lead.closed_at:
        lead.qualified_at = None
    lead.status = Status.QUALIFIED if lead.qualified_at else Status.NEW
    lead.closed_at = lead.won_minor = lead.won_currency = None
    lead.disposition = lead.disposition_note = None
    lead.next_check_at = clock.now()
    record(session, lead, by, EventType.REOPENED, status=lead.status, **facts)
    notify_of_outcome(session, lead, by)


@dataclass(frozen=True)
class Ending:
    """Why a lead ends, with the answer that this reason asks for."""

    disposition: Disposition
    note: str = ""
    """Needed for `no_fit`: what was missing."""
    attempts: int = 0
    """Needed for `unable_to_reach`: how often somebody tried."""
    wake_on: date | None = None
    """Needed for `bad_timing`: the day, in the workspace's zone, when somebody tries again."""


def lose(session: Session, who: Person, lead_id: int, ending: Ending) -> Lead:
    """Close the lead as lost; one that came at a bad time is recycled instead.

    Raises ReasonMissing, TooFewAttempts, DayIsOver, and as `owned`.
    """
    why = ending.note.strip() or None
    if ending.disposition is Disposition.NO_FIT and why is None:
        raise ReasonMissing
    lead = closeable(session, who, lead_id)
    facts: dict[str, Any] = {"disposition": ending.disposition, "note": why}
    if ending.disposition is Disposition.UNABLE_TO_REACH:
        needed = attempts_needed(session, who.workspace_id)
        if ending.attempts < needed:
            raise TooFewAttempts(needed=needed)
        facts["attempts"] = ending.attempts
    if ending.disposition is Disposition.BAD_TIMING:
        lead.disposition, lead.disposition_note = ending.disposition, why
        _recycle(session, lead, ending.wake_on)
        keep_note(session, lead, who, EventType.RECYCLED, why)
        record(session, lead, who, EventType.RECYCLED, wake_on=str(ending.wake_on), **facts)
        notify_of_outcome(session, lead, who)
        return lead
    make_lost(session, lead, who, **facts)
    return lead


def make_lost(
    session: Session, lead: Lead, by: Actor, disposition: Disposition | None, note: str | None,
    **facts: Any,
) -> None:  # fmt: skip
    """Close the lead, locked and open, as lost; a program may know no disposition."""
    lead.disposition, lead.disposition_note = disposition, note
    _close(lead, Status.LOST)
    keep_note(session, lead, by, EventType.LOST, note)
    record(session, lead, by, EventType.LOST, disposition=disposition, note=note, **facts)
    notify_of_outcome(session, lead, by)


def attempts_needed(session: Session, workspace_id: int) -> int:
    """How often somebody is tried before they count as unable to reach."""
    return session.get_one(ServiceLevel, workspace_id).attempts


def _recycle(session: Session, lead: Lead, wake_on: date | None) -> None:
    """Let the lead rest until the first working hour from that day on."""
    if wake_on is None:
        raise DayIsOver
    opens = opening_on(session, lead.workspace_id, wake_on)
    lead.status, lead.snoozed_until = Status.RECYCLED, None
    lead.wake_at = lead.next_check_at = opens
    lead.first_response_at = lead.first_response_at or clock.now()


def _close(lead: Lead, status: Status) -> None:
    """An outcome is a response too: it stamps the first one where none was noted."""
    now = clock.now()
    lead.status, lead.closed_at, lead.next_check_at = status, now, now
    lead.snoozed_until = lead.wake_at = None
    lead.suggested_to = lead.reserved_for = lead.reserved_until = (
        None  # where nobody had claimed it
    )
    lead.first_response_at = lead.first_response_at or now
