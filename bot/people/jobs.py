"""The durable work of people: ask Slack for someone's name and zone."""

from bot.jobs import Tasks
from bot.people import service
from bot.people.model import Person
from bot.slack import Slack
from bot.store import Store


def register(tasks: Tasks, store: Store, slack: Slack) -> None:
    """Add the tasks."""

    def refresh(person_id: int) -> None:
        with store.transaction() as session:
            who = session.get_one(Person, person_id)
        user = slack.call("users.info", user=who.slack_id)["user"]
        with store.transaction() as session:
            service.follow(session, who.workspace_id, who.slack_id, **service.facts_of(user))

    tasks.add(service.REFRESH, refresh)
