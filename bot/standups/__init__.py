"""Standups: asked at their time, answered in a form, read by the other side."""

from bot.capability import Capability

capability = Capability("bot.standups.handlers", "bot.standups.home_sections", "bot.standups.tasks")
capability.describe("/standup", "Answer today's standup")
