"""What Slack brings in for planning."""

from bot.planning.handlers import answers, lessons, plans, requests
from bot.slack import Listening
from bot.store import Store


def register(listening: Listening, store: Store) -> None:
    """Listen for planning."""
    requests.register(listening, store)
    plans.register(listening, store)
    answers.register(listening, store)
    lessons.register(listening, store)
