"""What Slack brings in for standups, by theme."""

from bot.slack import Listening
from bot.standups.handlers import answering, reading, settings
from bot.store import Store


def register(listening: Listening, store: Store) -> None:
    """Listen for standups."""
    answering.register(listening, store)
    reading.register(listening, store)
    settings.register(listening, store)
