"""The tables of leads, and the rules that their rows keep about themselves."""

from bot.leads.model.intake import HeatRules, Outcome, Submission, Touch
from bot.leads.model.lead import Deed, Disposition, Lead, LeadEvent, LeadFacts, Rating, Status
from bot.leads.model.lists import (
    CallList,
    CallOutcome,
    CallProgress,
    Import,
    ImportRow,
    ImportState,
    Offer,
)

__all__ = [
    "CallList",
    "CallOutcome",
    "CallProgress",
    "Deed",
    "Disposition",
    "HeatRules",
    "Import",
    "ImportRow",
    "ImportState",
    "Lead",
    "LeadEvent",
    "LeadFacts",
    "Offer",
    "Outcome",
    "Rating",
    "Status",
    "Submission",
    "Touch",
]
