"""The durable work of people: ask Slack for someone's name and zone and for who is in the channel,
warn the admins, and delete sessions that have expired and notes of forms that were sent."""

from sqlalchemy.orm import Session

from bot.capability import Services
from bot.people import capability, messages, profile, sending, service, sessions, setting_up
from bot.people.models import Person, Role, Workspace
from bot.slack import HOME, Message, redraw, show
from bot.slack.cards import Card
from bot.slack.errors import CannotMessage
from bot.tasks import rows

_MOST_ASKED = 50
"""Slack takes some 100 such calls a minute (its documents, rate limits)."""

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


@capability.task(setting_up.ADD_SALESPEOPLE)
def add_salespeople(
    services: Services, person_id: int, slack_ids: list[str] | None = None, left_out: int = 0
) -> None:
    """Let everybody in the shared channel sell who has no role yet, and tell the admin who wanted
    it. One job asks about a few, and leaves the others (`slack_ids`) to the next, so that it gets
    done however often Slack asks to wait."""
    with services.store.transaction() as session:
        admin = session.get_one(Person, person_id)
        workspace = session.get_one(Workspace, admin.workspace_id)
    members = services.slack.members(workspace.channel) if slack_ids is None else slack_ids
    with services.store.transaction() as session:
        unknown = setting_up.without_role(session, workspace, members)
    now, later = unknown[:_MOST_ASKED], unknown[_MOST_ASKED:]
    left_out += sum(not _add_salesperson(services, person_id, slack_id) for slack_id in now)
    with services.store.transaction() as session:
        if later:
            setting_up.add_everybody(session, admin, slack_ids=later, left_out=left_out)
            return
        selling = len(service.having(session, workspace.id, Role.SALESPERSON))
        for each in service.having(session, workspace.id, Role.ADMIN):
            redraw(session, HOME, each.id)
    # No card: somebody who does this again is told again.
    message = messages.salespeople_added(workspace.channel, selling, left_out)
    services.slack.post(admin.slack_id, message)


def _add_salesperson(services: Services, admin_id: int, slack_id: str) -> bool:
    """Let somebody sell, if Slack says that they are a full member; returns whether they are."""
    try:
        user = services.slack.call("users.info", user=slack_id)["user"]
    except CannotMessage:  # somebody of another organization, whom we may not see
        return False
    with services.store.transaction() as session:
        admin = session.get_one(Person, admin_id)
        workspace = session.get_one(Workspace, admin.workspace_id)
        is_member = profile.is_full_member(user, workspace.team_id)
        if is_member:
            setting_up.add_salesperson(session, admin, user)
    return is_member


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
