"""People: who is who in a workspace, what each may do, and in which team and time zone."""

from bot.capability import Capability

capability = Capability("bot.people.handlers", "bot.people.home_sections", "bot.people.tasks")
