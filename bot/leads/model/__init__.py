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
from bot.leads.model.working import (
    FREE_LADDER,
    OWNED_LADDER,
    LeadStep,
    Mine,
    Promise,
    Rung,
    Seat,
    ServiceLevel,
    StepFacts,
)

__all__ = [
    "FREE_LADDER",
    "OWNED_LADDER",
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
    "LeadStep",
    "Mine",
    "Offer",
    "Outcome",
    "Promise",
    "Rating",
    "Rung",
    "Seat",
    "ServiceLevel",
    "Status",
    "StepFacts",
    "Submission",
    "Touch",
]
