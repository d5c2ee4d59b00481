"""Leads: received once, claimed by one, worked, rated and closed."""

from bot.capability import Capability

capability = Capability("bot.leads.tasks")
