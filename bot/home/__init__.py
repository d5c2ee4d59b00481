"""The App Home: each person's own page, of the sections that capabilities declare."""

from bot.capability import Capability

capability = Capability("bot.home.handlers", "bot.home.home_sections", "bot.home.tasks")
capability.describe("/handoff", "Help, the library, people, hours and status")
