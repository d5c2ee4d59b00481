"""The audit of requests, and the cards that follow every change."""

from typing import Any

from sqlalchemy.orm import Session

from bot import clock, slack
from bot.people.model import Person
from bot.planning.model import Deed, Request, RequestEvent

CARD = "request"
"""The card in the shared channel."""
TOLD = "request.told"
"""What the one who asked hears, in one message."""
REMINDER = "request.reminder"
"""What marketing hears before its promise is broken."""


def record(
    session: Session, request: Request, deed: Deed, who: Person | None, **facts: Any
) -> None:
    """Write down what happened to a request, and let whatever shows it be drawn anew."""
    session.add(
        RequestEvent(
            workspace_id=request.workspace_id,
            request_id=request.id,
            person_id=who.id if who else None,
            deed=deed,
            at=clock.now(),
            facts=facts,
        )
    )
    for kind in (CARD, TOLD, REMINDER):
        slack.redraw(session, kind, request.id)
