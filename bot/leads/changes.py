"""What other capabilities hear of leads: every change, in the transaction of the change.

A capability above leads registers a listener when it is imported, and keeps what it needs in tables
of its own; nothing is sent here, since the change may still be rolled back.
"""

from collections.abc import Callable, Mapping

from sqlalchemy.orm import Session

Listener = Callable[[Session, int, Mapping[int, int]], None]
"""Takes the session, the workspace's id, and the id of the lead's newest event by the lead's id."""

_listeners: list[Listener] = []


def on_change(listener: Listener) -> Listener:
    """Call this function with every change of leads: their arrival, a return, and each step."""
    _listeners.append(listener)
    return listener


def leads_changed(session: Session, workspace_id: int, events: Mapping[int, int]) -> None:
    """Tell the listeners that these leads changed: the ids of their new events by lead.

    Called by what writes a `LeadEvent`, once it is in the session's transaction.
    """
    for listener in _listeners:
        listener(session, workspace_id, events)
