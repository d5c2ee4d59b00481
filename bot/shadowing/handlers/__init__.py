"""What Slack brings in for shadowing: `/shadow`, the card's buttons, and the modals."""

from bot.shadowing.handlers import pairs, taking_part
from bot.slack import Listening
from bot.store import Store


def register(listening: Listening, store: Store) -> None:
    """Listen for shadowing."""
    pairs.register(listening, store)
    taking_part.register(listening, store)
