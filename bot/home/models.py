"""What the status and an admin's home tab say of the installation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.capability import NextRun
from bot.people.models import Workspace
from bot.tasks import FailedJob


@dataclass(frozen=True)
class Upkeep:
    """How the installation does, as an admin's home tab says it."""

    jobs: Mapping[str, int]
    failed: Sequence[FailedJob]
    """The newest."""
    channel: str
    """Slack's ID of the channel that both departments share."""


@dataclass(frozen=True)
class Condition:
    """How the installation does, for `/handoff status`."""

    workspace: Workspace
    people: int
    received_today: int
    waiting: int
    """Leads that nobody has claimed."""
    jobs: dict[str, int]
    next_runs: Sequence[NextRun]
    """What comes by the clock and is not paused, the next first."""
