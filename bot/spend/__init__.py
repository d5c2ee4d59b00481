"""Spend: what campaigns cost, by day and line, and what is left of a deal's amount."""

from bot.capability import Capability

capability = Capability("bot.spend.handlers", "bot.spend.tasks")
