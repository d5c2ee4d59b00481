"""What Slack brings in for campaigns: commands, forms and buttons, by who uses them."""

from bot.campaigns.handlers import desk, managing, offers
from bot.slack import Listening
from bot.store import Store


def register(listening: Listening, store: Store) -> None:
    """Listen for campaigns."""
    desk.register(listening, store)
    offers.register(listening, store)
    managing.register(listening, store)
