"""The response SLA: read, and changed by an admin."""

from dataclasses import asdict, fields
from itertools import pairwise

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import slack
from bot.errors import FieldErrors
from bot.leads.models import Lead, Status
from bot.leads.notice_models import CLAIMED_STEPS, UNCLAIMED_STEPS, ServiceLevel
from bot.leads.notices import CARD
from bot.leads.ratings import RATING_SUMMARY
from bot.people import service as people
from bot.people.models import Person, Role
from bot.routing.models import SlaTerms
from bot.slack.cards import Card

_MOST = 10_000
_REMINDERS = ("nudge_minutes", "remind_minutes")
_CONSEQUENCES = ("manager_minutes", "take_back_minutes")


def sla(session: Session, workspace_id: int) -> tuple[SlaTerms, Person | None]:
    """The terms that hold now, and who hears of it when everybody is out."""
    level = session.get_one(ServiceLevel, workspace_id)
    terms = SlaTerms(**{field.name: getattr(level, field.name) for field in fields(SlaTerms)})
    fallback = session.get_one(Person, level.fallback_id) if level.fallback_id else None
    return terms, fallback


def change_sla(session: Session, who: Person, terms: SlaTerms, fallback: str | None) -> None:
    """Set the terms; they hold for the next step of every escalation.

    `fallback` is Slack's ID. Raises NotAllowed, and FieldErrors by their fields.
    """
    people.require(session, who, "change the response targets", Role.ADMIN)
    if problems := _out_of_range(terms) or _contradictions(terms):
        raise FieldErrors(problems)
    level = session.get_one(ServiceLevel, who.workspace_id, with_for_update={"key_share": True})
    if level.names_only != terms.names_only:
        _redraw_open(session, who.workspace_id)
    for name, value in asdict(terms).items():
        setattr(level, name, value)
    named = people.person(session, who.workspace_id, fallback) if fallback else None
    level.fallback_id = named.id if named else None


def _out_of_range(terms: SlaTerms) -> dict[str, str]:
    return {
        name: f"Enter a number from {least} to {_MOST:,}."
        for name, value in asdict(terms).items()
        if isinstance(value, int)
        and not isinstance(value, bool)
        and not (least := 0 if name == "head_start_seconds" else 1) <= value <= _MOST
    }


def _contradictions(terms: SlaTerms) -> dict[str, str]:
    """What does not fit the response target: reminders come before it has passed, and a lead goes
    to somebody else only after it; by the field, with what to choose."""
    target, minutes = terms.respond_minutes, asdict(terms)
    problems = {
        f"{step}_minutes": f"Choose more than {minutes[f'{before}_minutes']:,}, the step before."
        for before, step in (*pairwise(UNCLAIMED_STEPS), *pairwise(CLAIMED_STEPS))
        if minutes[f"{step}_minutes"] <= minutes[f"{before}_minutes"]
    }
    early = f"Choose at most {target:,}: a reminder comes before the response target has passed."
    late = f"Choose at least {target:,}: this comes once the response target has passed."
    problems |= {name: early for name in _REMINDERS if minutes[name] > target}
    return problems | {name: late for name in _CONSEQUENCES if minutes[name] < target}


def _redraw_open(session: Session, workspace_id: int) -> None:
    """What the channel sees of the leads that are open, and of ratings, changes at once."""
    still_open = select(Lead.id).where(
        Lead.workspace_id == workspace_id,
        Lead.status.in_([Status.NEW, Status.QUALIFIED, Status.RECYCLED]),
        Lead.id.in_(select(Card.subject_id).where(Card.kind == CARD)),
    )
    summaries = select(Card.subject_id).where(
        Card.workspace_id == workspace_id, Card.kind == RATING_SUMMARY
    )
    slack.redraw_all(session, [(CARD, lead_id) for lead_id in session.scalars(still_open)])
    slack.redraw_all(session, [(RATING_SUMMARY, each) for each in session.scalars(summaries)])
