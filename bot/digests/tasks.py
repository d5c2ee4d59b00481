"""What the clock brings in for digests: the hour of each audience, and how its cards are drawn."""

from datetime import datetime

from sqlalchemy.orm import Session

from bot.capability import Services
from bot.digests import (
    capability,
    messages,
    personal_messages,
    sending,
    timetables,
)
from bot.digests.models import Audience
from bot.people.models import Workspace
from bot.reports import site
from bot.shadowing import notices as shadowing
from bot.slack import Message


@capability.installation
def install(session: Session, workspace: Workspace) -> None:
    """Give each audience its digest."""
    timetables.install(session, workspace)


@capability.task(timetables.SEND)
def send(session: Session, workspace_id: int, audience: str, slot: str) -> None:
    """An audience's hour has come; the slot and not the clock says which week is meant, so that a
    retry at night reports the same one."""
    sending.send(session, workspace_id, Audience(audience), datetime.fromisoformat(slot))


@capability.card(sending.HEADLINE)
def headline(session: Session, delivery_id: int, services: Services) -> Message | None:
    """The digest itself."""
    delivered = sending.delivered(session, delivery_id)
    if delivered is None:
        return None
    report, shows_money = delivered
    page = site.address(services.settings)
    return messages.digest(report, shows_money=shows_money, page=page)


@capability.card(sending.QUARTER)
def quarter(session: Session, delivery_id: int) -> Message:
    """What came of shadowing in the quarter that ended, in its thread."""
    return shadowing.quarter_message(sending.quarter(session, delivery_id))


@capability.card(sending.PERSONAL)
def own(session: Session, delivery_id: int) -> Message | None:
    """Somebody's own week."""
    delivered = sending.delivered_personal(session, delivery_id)
    return (
        personal_messages.personal_digest(delivered[0], wanted=delivered[1]) if delivered else None
    )
