"""The CRMs that Handoff can speak with: a line each."""

from bot.crm.adapters.contract import Access, Adapter
from bot.crm.adapters.hubspot.adapter import ADAPTER as HUBSPOT
from bot.crm.adapters.odoo.adapter import ADAPTER as ODOO
from bot.crm.adapters.salesforce import Salesforce

__all__ = ["ADAPTERS", "Access", "Adapter"]

ADAPTERS: dict[str, Adapter] = {
    "hubspot": HUBSPOT,
    Salesforce.slug: Adapter(Salesforce.name, Salesforce, ("address", "client_id", "key")),
    "odoo": ODOO,
}
"""The adapters by their name in HANDOFF_CRM."""
