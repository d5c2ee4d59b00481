"""Sessions of the browser: who is signed in on the web pages, as rows that can be ended.

The browser holds a random token, the database its SHA-256: whoever reads the table cannot sign in
with what stands there, and there is no key from which a session could be made.
"""

import hashlib
import secrets
from datetime import timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, delete, select
from sqlalchemy.orm import Session

from bot import clock
from bot.people.models import Person, WebSession

SECONDS = 8 * 3600
"""A working day; then one signs in again."""


def start(session: Session, workspace_id: int, slack_id: str) -> str | None:
    """Sign somebody in; returns the token for their browser, None for one without access.

    The person's row is locked, so that a role taken away meanwhile ends this session too.
    """
    who = session.scalar(
        select(Person)
        .where(Person.workspace_id == workspace_id, Person.slack_id == slack_id)
        .with_for_update(read=True)
    )
    if who is None or not who.has_access:
        return None
    token, now = secrets.token_urlsafe(32), clock.now()
    session.add(
        WebSession(
            token_hash=_hash(token), workspace_id=workspace_id, person_id=who.id,
            created_at=now, expires_at=now + timedelta(seconds=SECONDS),
        )
    )  # fmt: skip
    return token


def person(session: Session, workspace_id: int, token: str) -> Person | None:
    """Whose session this token is; None where it has ended, or never began."""
    return session.scalar(
        select(Person)
        .join(WebSession, WebSession.person_id == Person.id)
        .where(
            WebSession.token_hash == _hash(token),
            WebSession.workspace_id == workspace_id,
            WebSession.expires_at > clock.now(),
        )
    )


def end(session: Session, token: str) -> None:
    """Sign this browser out; a token that is none changes nothing."""
    session.execute(delete(WebSession).where(WebSession.token_hash == _hash(token)))


def end_all(session: Session, person_id: int) -> None:
    """Sign a person out everywhere.

    The change of their row is written first (SQLAlchemy flushes it), so a sign-in under way either
    came before and is deleted here, or waits and sees the change.
    """
    session.execute(delete(WebSession).where(WebSession.person_id == person_id))


def prune(session: Session) -> int:
    """Delete the sessions that have expired; returns how many there were."""
    result = session.execute(delete(WebSession).where(WebSession.expires_at <= clock.now()))
    return cast("CursorResult[Any]", result).rowcount


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode("utf-8", "replace")).digest()
