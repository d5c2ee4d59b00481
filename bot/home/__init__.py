"""The App Home: each person's own page, put together from the capabilities below it."""

from bot.capability import Capability

capability = Capability("bot.home.handlers", "bot.home.tasks")
