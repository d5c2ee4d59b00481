"""What Slack brings in for planning."""

from bot.planning.listeners import requests
from bot.slack import Listening
from bot.store import Store


def register(listening: Listening, store: Store) -> None:
    """Listen for planning."""
    requests.register(listening, store)
