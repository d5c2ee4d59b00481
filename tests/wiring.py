"""A few capabilities, wired as the application does it, without the rest."""

from pydantic import SecretStr

from bot.capability import Capability, Services
from bot.settings import Settings
from bot.slack import Cards, Listening, Slack
from bot.store import Store
from bot.tasks import Tasks
from bot.wiring import wire


def lent(store: Store, slack: Slack, **settings: object) -> Services:
    """What the application lends; `settings` are by name."""
    usual = Settings(
        slack_bot_token=SecretStr("xoxb-1"), slack_signing_secret=SecretStr("secret"),
        channel="#leads",
    )  # fmt: skip
    return Services(store, slack, usual.model_copy(update=settings))


def wired(
    store: Store,
    slack: Slack,
    *capabilities: Capability,
    tasks: Tasks | None = None,
    cards: Cards | None = None,
    **settings: object,
) -> Listening:
    """These capabilities, listening to Slack; their tasks and cards are added to those given."""
    listening = Listening(slack)
    tasks = tasks or Tasks(store)
    cards = cards or Cards(store, slack, tasks)
    wire(capabilities, lent(store, slack, **settings), listening, tasks, cards)
    return listening
