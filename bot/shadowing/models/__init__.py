"""The tables and words of shadowing."""

from bot.shadowing.models.circle import (
    SILENT_ROUNDS,
    Rounds,
    ShadowApart,
    ShadowMember,
    ShadowSetting,
)
from bot.shadowing.models.pairs import Debrief, ShadowPair, ShadowRound, ShadowSeat, ShadowSlot
from bot.shadowing.models.told import LeftOver, Mine, Quarter
from bot.shadowing.models.words import LONGEST_ANSWER, LONGEST_GOAL, MINUTES, Goal, Reason, Stage

__all__ = [
    "LONGEST_ANSWER",
    "LONGEST_GOAL",
    "MINUTES",
    "SILENT_ROUNDS",
    "Debrief",
    "Goal",
    "LeftOver",
    "Mine",
    "Quarter",
    "Reason",
    "Rounds",
    "ShadowApart",
    "ShadowMember",
    "ShadowPair",
    "ShadowRound",
    "ShadowSeat",
    "ShadowSetting",
    "ShadowSlot",
    "Stage",
]
