"""A stand-in of Odoo 19 with its CRM app, written from what a real one answers."""
