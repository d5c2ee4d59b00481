"""The CRMs that Handoff can speak with: a line each."""

from bot.crm.adapters.contract import Access, Adapter
from bot.crm.adapters.hubspot.adapter import ADAPTER as HUBSPOT

__all__ = ["ADAPTERS", "Access", "Adapter"]

ADAPTERS: dict[str, Adapter] = {
    "hubspot": HUBSPOT,
}
"""The adapters by their name in HANDOFF_CRM."""
