"""Digests: the week summed up for those who decide."""

from bot.capability import Capability

capability = Capability("bot.digests.handlers", "bot.digests.home_sections", "bot.digests.tasks")
capability.describe("/digest", "The running week in figures")
