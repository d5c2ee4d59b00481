"""The durable work of people: ask Slack for someone's name and zone, warn the admins, and delete
sessions that have expired and notes of forms that were sent."""

from sqlalchemy.orm import Session

from bot.capability import Services
from bot.people import capability, messages, profile, sending, service, sessions
from bot.people.models import Person, Role, Workspace
from bot.slack import Message, show
from bot.slack.cards import Card
from bot.tasks import rows

capability.when_refused(service.report_refusal)
capability.each_tick(every=600)(sessions.prune)
capability.each_tick(every=600)(sending.prune)


@capability.task(service.REFRESH)
def refresh(services: Services, person_id: int) -> None:
    """Ask Slack what somebody is called now."""
    with services.store.transaction() as session:
        person = session.get_one(Person, person_id)
    user = services.slack.call("users.info", user=person.slack_id)["user"]
    with services.store.transaction() as session:
        service.update_profile(
            session, person.workspace_id, person.slack_id, **profile.facts_of(user)
        )


@capability.task(service.REFUSED)
def tell_of_refusal(session: Session, card_id: int) -> None:
    """Tell the admins of a card that Slack refused."""
    card = session.get_one(Card, card_id)
    for admin in service.having(session, card.workspace_id, Role.ADMIN):
        show(session, card.workspace_id, service.REFUSED, card_id, admin.slack_id)


@capability.task(rows.PARKED)
def tell_of_parked_row(session: Session, parked_id: int) -> None:
    """Tell the admins of a row that failed, unless it has succeeded since."""
    parked = rows.parked(session, parked_id)
    if parked is None:
        return
    workspace_id = parked[1].workspace_id
    for admin in service.having(session, workspace_id, Role.ADMIN):
        show(session, workspace_id, rows.PARKED, parked_id, admin.slack_id)


@capability.card(rows.PARKED)
def _parked(session: Session, parked_id: int) -> Message | None:
    parked = rows.parked(session, parked_id)
    return messages.parked(*parked) if parked else None


@capability.card(service.REFUSED)
def _refused(session: Session, card_id: int) -> Message:
    return messages.refused(session.get_one(Card, card_id).target)


@capability.card(service.ARCHIVED)
def _archived(session: Session, workspace_id: int) -> Message:
    return messages.archived(session.get_one(Workspace, workspace_id))
