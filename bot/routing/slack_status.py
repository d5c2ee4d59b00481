"""Slack's own status: whoever it calls away is asked whether they are away here too. Nothing is
taken over unasked."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.errors import NotFound
from bot.people.models import Absence, Person, Role, Workspace
from bot.routing.absences import AWAY_OFFER, absence_of, lock_absence
from bot.routing.models import AwayOffer

# Slack offers this emoji with the text "Vacationing".
_VACATION = ":palm_tree:"
_AWAY = re.compile(
    r"\b(vacation\w*|holidays?|(on|annual|parental|sick) leave|out of (the )?office|ooo)\b",
    re.IGNORECASE,
)
# A status that says no end is asked about once in this time, however it is reworded.
_AGAIN = timedelta(days=1)


def offer_absence(session: Session, workspace: Workspace, user: Mapping[str, Any]) -> None:
    """Ask a salesperson whose new status says that they are away, once a status; `user` is Slack's
    object of them."""
    profile = user.get("profile") or {}
    if not _says_away(profile):
        return
    who = session.scalar(
        select(Person).where(Person.workspace_id == workspace.id, Person.slack_id == user["id"])
    )
    if who is None or not who.active or Role.SALESPERSON not in who.roles:
        return
    ends, now = int(profile.get("status_expiration") or 0), clock.now()
    until = datetime.fromtimestamp(ends, UTC) if ends else None
    is_over = until is not None and until <= now
    if is_over or lock_absence(session, who) is not None or _was_asked(session, who, until):
        return
    offer = AwayOffer(workspace_id=workspace.id, person_id=who.id, until=until, at=now)
    session.add(offer)
    session.flush()
    slack.show(session, workspace.id, AWAY_OFFER, offer.id, who.slack_id)


def _says_away(profile: Mapping[str, Any]) -> bool:
    text, emoji = str(profile.get("status_text") or ""), profile.get("status_emoji")
    return emoji == _VACATION or _AWAY.search(text) is not None


def _was_asked(session: Session, who: Person, until: datetime | None) -> bool:
    offers = select(AwayOffer.id).where(
        AwayOffer.person_id == who.id, AwayOffer.until.is_not_distinct_from(until)
    )
    if until is None:
        offers = offers.where(AwayOffer.at > clock.now() - _AGAIN)
    return session.scalar(offers.limit(1)) is not None


def offered(session: Session, who: Person, offer_id: int) -> AwayOffer:
    """What this person was asked. Raises NotFound."""
    offer = session.get(AwayOffer, offer_id)
    if offer is None or offer.person_id != who.id:
        raise NotFound(what="this question")
    return offer


def decline(session: Session, who: Person, offer_id: int) -> None:
    """They are not away here. Raises NotFound."""
    offer = offered(session, who, offer_id)
    if not offer.declined:
        offer.declined = True
        slack.redraw(session, AWAY_OFFER, offer.id)


def with_absence(session: Session, offer_id: int) -> tuple[AwayOffer, Absence | None]:
    """The question, and the absence in which the person is by now."""
    offer = session.get_one(AwayOffer, offer_id)
    return offer, absence_of(session, session.get_one(Person, offer.person_id))
