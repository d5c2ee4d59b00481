"""The CRMs that Handoff can speak with: a line each."""

from bot.crm.adapters.contract import Access, Adapter

__all__ = ["ADAPTERS", "Access", "Adapter"]

ADAPTERS: dict[str, Adapter] = {}
"""The adapters by their name in HANDOFF_CRM."""
