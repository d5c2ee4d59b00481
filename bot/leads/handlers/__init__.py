"""What people do with leads: one by one, as lists that they drop, and as lists to call."""

from bot.leads.handlers import calls, desk, handing, imports, lists
from bot.slack import Listening
from bot.store import Store


def register(listening: Listening, store: Store) -> None:
    """Listen for leads."""
    desk.register(listening, store)
    handing.register(listening, store)
    lists.register(listening, store)
    imports.register(listening, store)
    calls.register(listening, store)
