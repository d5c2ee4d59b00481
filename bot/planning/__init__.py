"""Planning together: what customers ask for, what marketing proposes, and whether sales agrees."""

from bot.capability import Capability

capability = Capability("bot.planning.handlers", "bot.planning.home_sections", "bot.planning.tasks")
capability.describe("/request", "Pass on what customers ask for, or see all requests")
