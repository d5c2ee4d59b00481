"""The words of shadowing: where a pair stands, what somebody may want, why somebody was left."""

from enum import StrEnum

MINUTES = (60, 120, 240, 480)
"""How long a time may be that somebody proposes: an hour to a shift."""

LONGEST_GOAL = 200
LONGEST_ANSWER = 1000


class Stage(StrEnum):
    """Where a pair stands."""

    FINDING = "finding"
    """They look for a time."""
    AGREED = "agreed"
    HELD = "held"
    """The time is over; both are asked for a debrief."""
    SETTLED = "settled"
    """Both wrote, or had a week to."""
    CANCELLED = "cancelled"
    LAPSED = "lapsed"
    """No time was found before the round was over."""

    @property
    def is_live(self) -> bool:
        """Whether the two are still to meet."""
        return self in (Stage.FINDING, Stage.AGREED)

    @property
    def has_met(self) -> bool:
        """Whether the two count as having met."""
        return self in (Stage.HELD, Stage.SETTLED)


class Goal(StrEnum):
    """What somebody may want of it: the short list."""

    CALLS = "calls"
    REPLIES = "replies"
    OFFER = "offer"
    MATERIAL = "material"
    TARGETING = "targeting"
    REJECTED = "rejected"
    TOOLS = "tools"

    @property
    def label(self) -> str:
        """The goal in words."""
        return _GOALS[self]


_GOALS = {
    Goal.CALLS: "Listen to real calls with leads",
    Goal.REPLIES: "See how first replies are written",
    Goal.OFFER: "Go through an offer as the customer hears it",
    Goal.MATERIAL: "Find out which material helps, and which is missing",
    Goal.TARGETING: "See how an audience is chosen and paid for",
    Goal.REJECTED: "Look at leads that were rejected, and why",
    Goal.TOOLS: "See the tools and reports of the other side",
}


class Reason(StrEnum):
    """Why somebody was left over."""

    UNEVEN = "uneven"
    """The other side has fewer people."""
    ALL_MET = "all_met"
    """Whom they have not met yet does not take part this time."""
    NO_TIME = "no_time"
    """They work when nobody of the other side does."""
    NOBODY = "nobody"
    """There is nobody on the other side."""
