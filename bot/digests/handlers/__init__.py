"""What Slack brings in for digests: the command, the buttons, and the settings."""

from bot.digests.handlers import reading, settings, tracing
from bot.slack import Listening
from bot.store import Store


def register(listening: Listening, store: Store, page: str = "") -> None:
    """Listen for digests; `page` is the address of the report page, if there is one."""
    reading.register(listening, store, page)
    tracing.register(listening, store)
    settings.register(listening, store)
