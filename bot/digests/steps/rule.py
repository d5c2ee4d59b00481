"""What a rule is, and the step that comes of it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bot.digests.report import Report
from bot.metrics import Figures

ENOUGH = 5
"""Fewer leads than this are single cases: one talks about them, and draws no conclusion."""


class Whom(StrEnum):
    """Who can take the step."""

    SALES = "Sales"
    MARKETING = "Marketing"
    BOTH = "Sales and marketing"


@dataclass(frozen=True)
class Step:
    """Something to do."""

    rule: str
    whom: str
    sentence: str
    """In mrkdwn."""
    leads: int
    """How many leads are at stake."""
    money: int = 0
    """Spend at stake beside them, in minor units of the currency of the week's cost per lead."""


@dataclass(frozen=True)
class OfWeek:
    """A rule over the figures of the whole week."""

    name: str
    whom: Whom
    applies: Callable[[Report], bool]
    says: Callable[[Report], str]
    leads: Callable[[Report], int]
    """How many are at stake; a request that waits counts as one."""


@dataclass(frozen=True)
class OfCampaign:
    """A rule over the figures of each campaign, beside those of the whole week."""

    name: str
    applies: Callable[[Figures, Figures], bool]
    says: Callable[[Figures, Figures], str]
    """What goes on after the campaign's name."""
    needs_money: bool = False
