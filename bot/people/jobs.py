"""The durable work of people: ask Slack for someone's name and zone, warn the admins, and delete
sessions that have expired."""

from bot.jobs import Tasks
from bot.people import profile, service, sessions, view
from bot.people.model import Person, Role, Workspace
from bot.slack import Cards, Slack, show
from bot.slack.cards import Card
from bot.store import Store


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

    tasks.add(service.REFRESH, refresh)
    tasks.add(service.REFUSED, refused)
    tasks.each_tick(sessions.prune, every=600)
    cards.when_refused(service.report_refusal)
    cards.add(service.REFUSED, lambda session, key: view.refused(session.get_one(Card, key).target))
    cards.add(service.ARCHIVED, lambda session, key: view.archived(session.get_one(Workspace, key)))
