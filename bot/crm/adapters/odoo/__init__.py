"""Odoo 19, by its JSON-2 API."""
