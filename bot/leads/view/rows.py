"""Leads in lists: on the home tab, and where quiet ones are offered."""

from slack_sdk.models.blocks import ActionsBlock, Block, SectionBlock

from bot.leads.model import Lead, Rating
from bot.leads.view.card import claim_button, rating_button, work_buttons
from bot.slack.text import moment, safe


def row_to_work(lead: Lead) -> list[Block]:
    """An open lead of one's own, on the home tab."""
    return [SectionBlock(text=_row(lead)), ActionsBlock(elements=work_buttons(lead, str(lead.id)))]


def row_to_rate(lead: Lead) -> list[Block]:
    """A closed lead that its owner has not rated, on the home tab."""
    buttons = [rating_button(lead, rating, str(lead.id)) for rating in Rating]
    return [SectionBlock(text=_row(lead)), ActionsBlock(elements=buttons)]


def row_to_claim(lead: Lead) -> list[Block]:
    """A lead that waits for someone, on the home tab."""
    return [SectionBlock(text=_row(lead), accessory=claim_button(lead))]


def _row(lead: Lead) -> str:
    company = f" · {safe(lead.company, 100)}" if lead.company else ""
    reach = " · ".join(safe(way, 100) for way in (lead.phone, lead.email) if way)
    since = lead.claimed_at or lead.received_at
    verb = "claimed" if lead.claimed_at else "received"
    return f"*{safe(lead.name, 100)}*{company}\n{reach}\n{verb} {moment(since)}"
