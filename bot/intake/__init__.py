"""Intake: a lead comes in, by a form, an ad, a file, a person or a program, and is written once."""

from bot.capability import Capability

capability = Capability("bot.intake.handlers", "bot.intake.home_sections", "bot.intake.tasks")
