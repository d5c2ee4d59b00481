"""The library: what was said of campaigns, and what came of it, found as one types."""

from bot.capability import Capability

capability = Capability("bot.library.handlers")
