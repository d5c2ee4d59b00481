"""The tables and words of shadowing."""

from bot.shadowing.models.circle import (
    DAYS,
    SILENT_ROUNDS,
    ShadowApart,
    ShadowMember,
    ShadowSetting,
)
from bot.shadowing.models.pairs import ShadowPair, ShadowRound, ShadowSeat, ShadowSlot
from bot.shadowing.models.told import LeftOver, Mine, Quarter
from bot.shadowing.models.words import LONGEST_ANSWER, LONGEST_GOAL, MINUTES, Goal, Reason, Stage

__all__ = [
    "DAYS",
    "LONGEST_ANSWER",
    "LONGEST_GOAL",
    "MINUTES",
    "SILENT_ROUNDS",
    "Goal",
    "LeftOver",
    "Mine",
    "Quarter",
    "Reason",
    "ShadowApart",
    "ShadowMember",
    "ShadowPair",
    "ShadowRound",
    "ShadowSeat",
    "ShadowSetting",
    "ShadowSlot",
    "Stage",
]
