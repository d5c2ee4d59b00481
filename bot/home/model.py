"""What the home tab and the status say: facts of other capabilities, put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.campaigns.model import Campaign
from bot.jobs import FailedJob, Schedule
from bot.leads.model import CallList, Lead, Mine, Submission
from bot.people.model import Person, Workspace
from bot.standups.service import Today

MOST_ROWS = 10

# A home tab has 100 blocks, and a row takes two; the rest is behind a button.
SHOWN = {Mine.TO_CALL: 7, Mine.IN_WORK: 5, Mine.SNOOZED: 3, Mine.TO_RATE: 4, Mine.CLOSED: 3}
MOST_FAILED = 3


@dataclass(frozen=True)
class OwnList:
    """What a home tab shows of one of a person's lists."""

    which: Mine
    leads: Sequence[Lead]
    count: int


@dataclass(frozen=True)
class Upkeep:
    """How the installation does, as an admin's home tab says it."""

    jobs: Mapping[str, int]
    failed: Sequence[FailedJob]
    """The newest."""
    unread: Sequence[Submission]
    """Submissions that could not be read."""


@dataclass(frozen=True)
class Page:
    """What a person's home tab says."""

    person: Person
    admins: Sequence[Person]
    own: Sequence[OwnList]
    to_claim: Sequence[Lead]
    """One more than is shown, where there are more."""
    standup: Today | None
    campaigns: Sequence[Campaign]
    calls: Sequence[tuple[CallList, int]] = ()
    """Lists that are not called through, each with how many are left."""
    away_until: datetime | None = None
    upkeep: Upkeep | None = None
    """For admins."""


@dataclass(frozen=True)
class Condition:
    """How the installation does, for `/handoff status`."""

    workspace: Workspace
    people: int
    received_today: int
    waiting: int
    """Leads that nobody has claimed."""
    jobs: dict[str, int]
    next_runs: Sequence[Schedule]
