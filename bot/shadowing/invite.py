"""The calendar file of a pair's time: one event, changed by a higher sequence, and cancelled."""

from dataclasses import dataclass
from datetime import datetime

NAME = "stay-in-my-shoes.ics"


@dataclass(frozen=True)
class Invitation:
    """What a calendar file says. It holds no email addresses: we know none."""

    uid: str
    """The same for every change of the event (RFC 5545, UID)."""
    sequence: int
    names: tuple[str, str]
    starts_at: datetime
    ends_at: datetime
    goals: tuple[str, ...] = ()
    is_cancelled: bool = False


def file(invitation: Invitation, written_at: datetime) -> bytes:
    """The file as RFC 5545 wants it, all times in UTC."""
    from icalendar import Calendar, Event  # noqa: PLC0415 - it would make each start longer

    one, other = invitation.names
    event = Event()
    event.add("uid", invitation.uid)
    event.add("sequence", invitation.sequence)
    event.add("dtstamp", written_at)
    event.add("dtstart", invitation.starts_at)
    event.add("dtend", invitation.ends_at)
    event.add("summary", f"Stay in my shoes: {one} and {other}")
    if invitation.goals:
        event.add("description", "\n".join(f"- {goal}" for goal in invitation.goals))
    event.add("status", "CANCELLED" if invitation.is_cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    calendar = Calendar()
    calendar.add("prodid", "-//Handoff//Stay in my shoes//EN")
    calendar.add("version", "2.0")
    # RFC 5546: publishing needs no attendees, and clients take a cancellation by it too.
    calendar.add("method", "CANCEL" if invitation.is_cancelled else "PUBLISH")
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content
