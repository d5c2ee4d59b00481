"""Reports: the figures for those who want to look closer, as pages, files and an API."""

from bot.capability import Capability

capability = Capability("bot.reports.handlers", "bot.reports.home_sections", "bot.reports.tasks")
