"""The tables and words of shadowing."""

from bot.shadowing.models.membership import (
    SILENT_ROUNDS,
    Rounds,
    ShadowExclusion,
    ShadowMember,
    ShadowSetting,
)
from bot.shadowing.models.pairs import (
    Debrief,
    ShadowPair,
    ShadowParticipant,
    ShadowRound,
    ShadowSlot,
)
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
    "ShadowExclusion",
    "ShadowMember",
    "ShadowPair",
    "ShadowParticipant",
    "ShadowRound",
    "ShadowSetting",
    "ShadowSlot",
    "Stage",
]
