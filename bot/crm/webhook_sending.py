"""Sending what webhooks have to tell: in order for each lead, and again until it is taken.

One piece of work a receiver sends all that waits for it, so one that is slow or away holds up
nobody else. An event that is refused waits by itself; while the receiver is away, everything for it
does.
"""

import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, aliased

from bot import clock, slack
from bot.crm import webhook_posting
from bot.crm.models import WebhookDelivery, WebhookEndpoint
from bot.crm.webhook_posting import Answer, Receiver, post
from bot.leads.models import LeadEvent
from bot.people import service as people
from bot.people.models import Role, Workspace
from bot.slack.cards import Card
from bot.store import DatabaseDown, Store
from bot.tasks import GiveUp, enqueue, fold
from bot.tasks.rows import place_of

logger = logging.getLogger(__name__)

SEND = "webhooks.send"
"""Sends what waits for a receiver."""
DELIVER = "webhooks.deliver"
"""Sends one event that was given up; it stands in the failed work until it succeeds."""
DISABLED = "webhooks.disabled"
"""The card that tells the admins."""

# 10 s, 20 s, … up to 6 hours: 20 attempts take two and a half days.
_FIRST_PAUSE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(hours=6)
MOST_ATTEMPTS = 20
# A receiver that is away is asked again within a quarter of an hour.
_LONGEST_PAUSE_OF_ALL = timedelta(minutes=15)
# So many failures in a row are the receiver's, and not an event's.
_FAILURES_OF_ALL = 3
MOST_DAYS = 3
"""So long a receiver may fail before it is told nothing more."""
_AT_ONCE = 20
# Then the worker's thread is free for others.
_LONGEST_RUN = 30.0  # seconds
_GONE = 410
# 429 and what proxies say for a server that is away: the next message would fare no better.
_AWAY = {429, 502, 503, 504}


def wake(session: Session) -> int:
    """Let what waits be sent where the time has come; returns for how many receivers."""
    due = session.execute(
        update(WebhookEndpoint)
        .where(WebhookEndpoint.next_at <= clock.now())
        .values(next_at=None, paused_until=None)
        .returning(WebhookEndpoint.id, WebhookEndpoint.name)
    ).all()
    for endpoint_id, name in due:
        send_soon(session, endpoint_id, name)
    return len(due)


def look_after(session: Session) -> int:
    """Let the clock see to what waits and was forgotten: it was written while its receiver came
    back, or by a worker that died. Nothing is left to do afterwards."""
    waits = exists().where(
        WebhookDelivery.endpoint_id == WebhookEndpoint.id, WebhookDelivery.retry_at.is_(None)
    )
    session.execute(
        update(WebhookEndpoint)
        .where(
            WebhookEndpoint.is_set,
            WebhookEndpoint.disabled_at.is_(None),
            WebhookEndpoint.paused_until.is_(None),
            or_(WebhookEndpoint.next_at.is_(None), WebhookEndpoint.next_at > clock.now()),
            waits,
        )
        .values(next_at=clock.now())
    )
    return 0


@dataclass(frozen=True)
class Parcel:
    """An event, ready to be sent."""

    event_id: int
    message_id: str
    body: bytes


class Sender:
    """Sends what waits."""

    def __init__(self, store: Store, receivers: Mapping[str, Receiver]) -> None:
        self._store = store
        self._receivers = receivers

    def send(self, endpoint_id: int) -> None:
        """Send all that waits for a receiver and is due, until it fails or takes too long."""
        until = time.monotonic() + _LONGEST_RUN
        with self._store.transaction() as session:
            fold(session, SEND, endpoint_id=endpoint_id)
        while True:
            with self._store.transaction() as session:
                receiver, due = self._due(session, endpoint_id)
            if receiver is None or not due:
                return
            for event_id in due:
                if not self._try(receiver, endpoint_id, event_id):
                    return
                if time.monotonic() > until:
                    with self._store.transaction() as session:
                        endpoint = session.get_one(WebhookEndpoint, endpoint_id)
                        send_soon(session, endpoint.id, endpoint.name)
                    return

    def deliver(self, endpoint_id: int, event_id: int) -> None:
        """Send one event that was given up. Raises GiveUp where that fails again."""
        with self._store.transaction() as session:
            endpoint = session.get_one(WebhookEndpoint, endpoint_id)
            receiver = self._receivers.get(endpoint.name)
            parcel = _parcel(session, endpoint, event_id)
        if receiver is None:
            raise GiveUp(f"HANDOFF_WEBHOOKS names no {endpoint.name}")
        answer = post(receiver, parcel.message_id, parcel.body)
        if not answer.is_success:
            raise GiveUp(f"webhook {endpoint.name}: {answer.problem}")

    def _due(self, session: Session, endpoint_id: int) -> tuple[Receiver | None, Sequence[int]]:
        """The events that can be sent now: of each lead the one that comes first."""
        endpoint = session.get_one(WebhookEndpoint, endpoint_id)
        receiver = self._receivers.get(endpoint.name)
        if receiver is None or not endpoint.is_active or endpoint.paused_until is not None:
            return None, []
        waits, earlier = WebhookDelivery, aliased(WebhookDelivery)
        first = ~exists().where(
            earlier.endpoint_id == endpoint_id,
            earlier.lead_id == waits.lead_id,
            earlier.event_id < waits.event_id,
        )
        due = session.scalars(
            select(waits.event_id)
            .where(
                waits.endpoint_id == endpoint_id,
                or_(waits.retry_at.is_(None), waits.retry_at <= clock.now()),
                first,
            )
            .order_by(waits.retry_at.asc().nulls_first(), waits.event_id)
            .limit(_AT_ONCE)
        ).all()
        if not due:
            endpoint.next_at = session.scalar(
                select(func.min(waits.retry_at)).where(waits.endpoint_id == endpoint_id)
            )
        return receiver, due

    def _try(self, receiver: Receiver, endpoint_id: int, event_id: int) -> bool:
        """Send an event and note what came of it; whether the next may be sent."""
        parcel = self._packed(endpoint_id, event_id)
        if parcel is None:
            return True
        answer = post(receiver, parcel.message_id, parcel.body)
        with self._store.transaction() as session:
            endpoint = session.get_one(
                WebhookEndpoint, endpoint_id, with_for_update={"key_share": True}
            )
            if answer.is_success:
                _note_success(session, endpoint, parcel)
                return True
            logger.warning("webhook %s: %s", endpoint.name, answer.problem)
            return _note_failure(session, endpoint, parcel, answer)

    def _packed(self, endpoint_id: int, event_id: int) -> Parcel | None:
        """An event as it is sent; one whose body breaks us is put off, and holds up no other."""
        try:
            with self._store.transaction() as session:
                return _parcel(session, session.get_one(WebhookEndpoint, endpoint_id), event_id)
        except (DatabaseDown, OperationalError):
            raise
        except Exception as error:  # its words may be personal data
            logger.error("event %d has no body: %s", event_id, place_of(error))  # noqa: TRY400
        with self._store.transaction() as session:
            _put_off(session, session.get_one(WebhookEndpoint, endpoint_id), event_id)
        return None


def send_soon(session: Session, endpoint_id: int, name: str) -> None:
    """Let what waits for a receiver be sent, after more urgent work and by one worker at a time."""
    enqueue(session, SEND, lane=f"webhook:{name}", priority=-1, endpoint_id=endpoint_id)


def _parcel(session: Session, endpoint: WebhookEndpoint, event_id: int) -> Parcel:
    workspace = session.get_one(Workspace, endpoint.workspace_id)
    message_id = f"msg_{workspace.team_id}_{event_id}_{endpoint.name}"
    body = webhook_posting.compose(session, session.get_one(LeadEvent, event_id))
    return Parcel(event_id, message_id, body)


def _note_success(session: Session, endpoint: WebhookEndpoint, parcel: Parcel) -> None:
    session.execute(delete(WebhookDelivery).where(*_this(endpoint, parcel.event_id)))
    if endpoint.failing_since is not None:  # what only waited for it to come back
        waits = (WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.attempts == 0)
        session.execute(update(WebhookDelivery).where(*waits).values(retry_at=None))
    endpoint.last_success_at, endpoint.failures = clock.now(), 0
    endpoint.failing_since = endpoint.problem = None


def _note_failure(
    session: Session, endpoint: WebhookEndpoint, parcel: Parcel, answer: Answer
) -> bool:
    """Say when this event is tried again, and whether the others may be tried now."""
    now = clock.now()
    endpoint.failures, endpoint.problem = endpoint.failures + 1, answer.problem
    endpoint.failing_since = endpoint.failing_since or now
    if answer.status == _GONE or endpoint.failing_since <= now - timedelta(days=MOST_DAYS):
        _disable(session, endpoint, now)
        return False
    wished = timedelta(seconds=answer.wait or 0)
    pause = max(_pause(endpoint.failures, _LONGEST_PAUSE_OF_ALL), wished)
    is_away = answer.status is None or answer.status in _AWAY or wished > timedelta()
    if is_away:  # it goes after the others, should it be its fault after all
        later = update(WebhookDelivery).where(*_this(endpoint, parcel.event_id))
        session.execute(later.values(retry_at=now + pause))
    else:
        _put_off(session, endpoint, parcel.event_id)
    if is_away or endpoint.failures >= _FAILURES_OF_ALL:
        endpoint.next_at = endpoint.paused_until = now + pause
        return False
    return True


def _pause(failures: int, longest: timedelta) -> timedelta:
    doubled: int = 2 ** min(failures - 1, 20)
    return min(_FIRST_PAUSE * doubled, longest)


def _this(endpoint: WebhookEndpoint, event_id: int) -> tuple[ColumnElement[bool], ...]:
    return (
        WebhookDelivery.endpoint_id == endpoint.id, WebhookDelivery.event_id == event_id,
    )  # fmt: skip


def _put_off(session: Session, endpoint: WebhookEndpoint, event_id: int) -> None:
    """Try an event again later. The last attempt is work of its own: where it fails, the admins see
    it and can retry it."""
    waits = session.scalars(select(WebhookDelivery).where(*_this(endpoint, event_id))).one()
    waits.attempts += 1
    waits.retry_at = clock.now() + _pause(waits.attempts, _LONGEST_PAUSE)
    if waits.attempts < MOST_ATTEMPTS:
        return
    session.delete(waits)
    enqueue(
        session, DELIVER, lane=f"webhook:{endpoint.name}", endpoint_id=endpoint.id,
        event_id=event_id,
    )  # fmt: skip


def _disable(session: Session, endpoint: WebhookEndpoint, now: datetime) -> None:
    """Tell the receiver nothing more, and the admins so; what waits for it is kept."""
    if endpoint.disabled_at is not None:
        return
    endpoint.disabled_at, endpoint.next_at, endpoint.paused_until = now, None, None
    anew = (Card.kind == DISABLED, Card.subject_id == endpoint.id)
    session.execute(update(Card).where(*anew).values(channel=None, ts=None))
    for admin in people.having(session, endpoint.workspace_id, Role.ADMIN):
        slack.show(session, endpoint.workspace_id, DISABLED, endpoint.id, admin.slack_id)
