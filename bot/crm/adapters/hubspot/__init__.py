"""HubSpot: a lead is a contact, its money a deal.

`adapter` is the port; `api` how HubSpot is called, `fields` what is written where, `batches` how
many are written at once, `deals` the money, `checking` what has to be right before going live.
"""
