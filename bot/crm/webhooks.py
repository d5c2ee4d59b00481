"""Webhooks: every change of a lead is told to the receivers that the settings name.

What is to be told is a row for each receiver, written in the transaction of the change. It goes
when the receiver has answered 2xx: a message may come twice, with the same id, and none is lost.
"""

from collections.abc import Mapping, Sequence

from slack_sdk.models.blocks import SectionBlock
from sqlalchemy import (
    ARRAY,
    BigInteger,
    Text,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot import clock, slack
from bot.capability import Services
from bot.crm import capability, webhook_posting
from bot.crm.models import WebhookDelivery, WebhookEndpoint
from bot.crm.webhook_posting import Answer, Receiver, post
from bot.crm.webhook_sending import DELIVER, DISABLED, SEND, Sender, look_after, send_soon, wake
from bot.errors import HandoffError
from bot.formats import plural
from bot.leads.changes import on_change
from bot.leads.models import LeadEvent
from bot.people.models import Workspace
from bot.settings import IntegrationSettings
from bot.slack import Message
from bot.slack.text import moment, safe
from bot.store import table

_endpoint, _event, _delivery = (
    table(WebhookEndpoint), table(LeadEvent), table(WebhookDelivery),
)  # fmt: skip
# Every change of a lead runs through it.
_WAITING = (
    insert(_delivery)
    .from_select(
        ["endpoint_id", "event_id", "lead_id"],
        select(_endpoint.c.id, _event.c.id, _event.c.lead_id)
        .join_from(_endpoint, _event, _endpoint.c.workspace_id == _event.c.workspace_id)
        .where(
            _endpoint.c.workspace_id == bindparam("of"),
            _endpoint.c.is_set,
            _endpoint.c.disabled_at.is_(None),
            _event.c.id == func.any(bindparam("events", type_=ARRAY(BigInteger))),
            _event.c.event_type == func.any(bindparam("types", type_=ARRAY(Text))),
        )
        .order_by(_event.c.id),
        include_defaults=False,
    )
    .returning(_delivery.c.endpoint_id)
    .cte("waiting")
)
_TELL = (
    select(_endpoint.c.id, _endpoint.c.name)
    .where(_endpoint.c.id.in_(select(_WAITING.c.endpoint_id)), _endpoint.c.paused_until.is_(None))
    .add_cte(_WAITING)
)
_POSTED = [str(each) for each in webhook_posting.TYPES]


class NoSuchWebhook(HandoffError):
    """HANDOFF_WEBHOOKS has no webhook called {name}. `handoff webhooks` lists them."""


@on_change
def keep(session: Session, workspace_id: int, events: Mapping[int, int]) -> None:
    """Keep these events for every receiver, and let them be sent."""
    facts = {"of": workspace_id, "events": list(events.values()), "types": _POSTED}
    for endpoint_id, name in session.execute(_TELL, facts).all():
        send_soon(session, endpoint_id, name)


def receivers(settings: IntegrationSettings) -> dict[str, Receiver]:
    """Those that the settings name."""
    return {
        name: Receiver(
            address.get_secret_value(),
            tuple(settings.webhook_secrets[name].get_secret_value().split()),
            settings.webhooks_private,
        )
        for name, address in settings.webhooks.items()
    }


@capability.installation
def install_receivers(session: Session, workspace: Workspace, services: Services) -> None:
    """Write down which receivers the settings name."""
    install(session, workspace, sorted(services.settings.webhooks))


def install(session: Session, workspace: Workspace, names: Sequence[str]) -> None:
    """Write down which receivers there are; what waits for one that is not named any more stays."""
    mine = WebhookEndpoint.workspace_id == workspace.id
    session.execute(update(WebhookEndpoint).where(mine).values(is_set=False))
    for name in names:
        session.execute(
            insert(WebhookEndpoint)
            .values(workspace_id=workspace.id, name=name)
            .on_conflict_do_update(
                index_elements=["workspace_id", "name"],
                set_={"is_set": True, "next_at": clock.now()},
            )
        )


def endpoints(session: Session, workspace_id: int) -> Sequence[tuple[WebhookEndpoint, int]]:
    """The receivers that the settings name, each with how many events wait for it."""
    waiting = (
        select(func.count())
        .where(WebhookDelivery.endpoint_id == WebhookEndpoint.id)
        .scalar_subquery()
    )
    rows = session.execute(
        select(WebhookEndpoint, waiting)
        .where(WebhookEndpoint.workspace_id == workspace_id, WebhookEndpoint.is_set)
        .order_by(WebhookEndpoint.name)
    )
    return [(endpoint, count) for endpoint, count in rows]


def health(endpoint: WebhookEndpoint, waiting: int) -> str:
    """How a receiver does, in a line for admins."""
    events = f"{plural(waiting, 'event')} waiting"
    if endpoint.disabled_at is not None:
        return f"turned off {moment(endpoint.disabled_at)}: {endpoint.problem}, {events}"
    last = f"last delivery {moment(endpoint.last_success_at)}" if endpoint.last_success_at else (
        "no deliveries yet"
    )  # fmt: skip
    if endpoint.failing_since is not None:
        return f"failing since {moment(endpoint.failing_since)}: {endpoint.problem}, {events}"
    return f"{last}, {events}" if waiting else last


def enable(session: Session, workspace_id: int, name: str) -> None:
    """Tell a receiver again, from what waits on. Raises NoSuchWebhook."""
    endpoint = _named(session, workspace_id, name)
    endpoint.disabled_at = endpoint.failing_since = endpoint.problem = None
    endpoint.failures, endpoint.next_at, endpoint.paused_until = 0, clock.now(), None
    waits = WebhookDelivery.endpoint_id == endpoint.id
    session.execute(update(WebhookDelivery).where(waits).values(retry_at=None))
    slack.redraw(session, DISABLED, endpoint.id)


def test(settings: IntegrationSettings, name: str) -> Answer:
    """Send a receiver an event that is none, at once. Raises NoSuchWebhook."""
    receiver = receivers(settings).get(name)
    if receiver is None:
        raise NoSuchWebhook(name=name)
    at = clock.database_now()
    body = webhook_posting.written(webhook_posting.TEST, at, {"name": name})
    return post(receiver, f"msg_test_{int(at.timestamp() * 1000)}_{name}", body)


capability.each_tick()(wake)
capability.each_tick(every=30)(look_after)


@capability.task(SEND)
def send(services: Services, endpoint_id: int) -> None:
    """Send all that waits for a receiver."""
    Sender(services.store, receivers(services.settings)).send(endpoint_id)


@capability.task(DELIVER)
def deliver(services: Services, endpoint_id: int, event_id: int) -> None:
    """Send one event that was given up."""
    Sender(services.store, receivers(services.settings)).deliver(endpoint_id, event_id)


@capability.card(DISABLED)
def _disabled(session: Session, endpoint_id: int) -> Message:
    endpoint = session.get_one(WebhookEndpoint, endpoint_id)
    name = safe(endpoint.name, 60)
    if endpoint.disabled_at is None:
        text = f"The webhook *{name}* is on again."
    else:
        text = (
            f"I switched off the webhook *{name}*: {endpoint.problem}. Its events are kept. Once "
            f"it works again, run `handoff webhooks enable {name}` on the server."
        )
    return Message(text, [SectionBlock(text=text)])


def _named(session: Session, workspace_id: int, name: str) -> WebhookEndpoint:
    endpoint = session.scalar(
        select(WebhookEndpoint).where(
            WebhookEndpoint.workspace_id == workspace_id, WebhookEndpoint.name == name,
            WebhookEndpoint.is_set,
        )
    )  # fmt: skip
    if endpoint is None:
        raise NoSuchWebhook(name=name)
    return endpoint
