"""Routing: who gets a lead. The round robin, absences, the SLA and its escalation."""

from bot.capability import Capability

capability = Capability("bot.routing.handlers", "bot.routing.home_sections", "bot.routing.tasks")
