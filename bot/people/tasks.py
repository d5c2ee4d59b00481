"""The durable work of people: ask Slack for someone's name and zone, warn the admins, and delete
sessions that have expired and notes of forms that were sent."""

from functools import partial

from sqlalchemy.orm import Session

from bot.people import messages, profile, sending, service, sessions
from bot.people.models import Person, Role, Workspace
from bot.slack import Cards, Message, Slack, show
from bot.slack.cards import Card
from bot.store import Store
from bot.tasks import Tasks, rows


def register(tasks: Tasks, store: Store, cards: Cards, slack: Slack) -> None:
    """Add the tasks, and how the admins' warning is drawn."""

    def refresh(person_id: int) -> None:
        with store.transaction() as session:
            who = session.get_one(Person, person_id)
        user = slack.call("users.info", user=who.slack_id)["user"]
        with store.transaction() as session:
            service.follow(session, who.workspace_id, who.slack_id, **profile.facts_of(user))

    def refused(card_id: int) -> None:
        with store.transaction() as session:
            card = session.get_one(Card, card_id)
            for admin in service.having(session, card.workspace_id, Role.ADMIN):
                show(session, card.workspace_id, service.REFUSED, card_id, admin.slack_id)

    tasks.add(rows.PARKED, partial(tell_admins, store))
    tasks.add(service.REFRESH, refresh)
    tasks.add(service.REFUSED, refused)
    tasks.each_tick(sessions.prune, every=600)
    cards.add(rows.PARKED, _parked)
    tasks.each_tick(sending.prune, every=600)
    cards.when_refused(service.report_refusal)
    cards.add(
        service.REFUSED, lambda session, key: messages.refused(session.get_one(Card, key).target)
    )
    cards.add(
        service.ARCHIVED, lambda session, key: messages.archived(session.get_one(Workspace, key))
    )


def tell_admins(store: Store, parked_id: int) -> None:
    """Tell the admins of a row that failed, unless it has succeeded since."""
    with store.transaction() as session:
        found = rows.parked(session, parked_id)
        if found is None:
            return
        workspace_id = found[1].workspace_id
        for admin in service.having(session, workspace_id, Role.ADMIN):
            show(session, workspace_id, rows.PARKED, parked_id, admin.slack_id)


def _parked(session: Session, parked_id: int) -> Message | None:
    found = rows.parked(session, parked_id)
    return messages.parked(*found) if found else None
