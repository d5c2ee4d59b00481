"""What Slack brings in for digests: the command, the buttons, and the settings."""

from bot.digests.listeners import reading, settings, tracing
from bot.slack import Listening
from bot.store import Store


def register(listening: Listening, store: Store) -> None:
    """Listen for digests."""
    reading.register(listening, store)
    tracing.register(listening, store)
    settings.register(listening, store)
