"""The CRM: every lead is in it as it is here, and what moves there moves here."""

from bot.capability import Capability

capability = Capability("bot.crm.handlers", "bot.crm.tasks", "bot.crm.webhooks")
