"""Salesforce: leads, and the opportunities into which people convert them."""

from bot.crm.adapters.salesforce.adapter import Salesforce as Salesforce
