"""What the home tab and the status say: facts of other capabilities, put together."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.campaigns.model import Campaign
from bot.jobs import Schedule
from bot.leads.model import Lead, Submission
from bot.people.model import Person, Workspace
from bot.standups.service import Today

# A home tab has 100 blocks; a row takes two. One more than is shown tells that there are more.
MOST_ROWS = 10


@dataclass(frozen=True)
class Page:
    """What a person's home tab says."""

    person: Person
    admins: Sequence[Person]
    to_work: Sequence[Lead]
    to_rate: Sequence[Lead]
    to_claim: Sequence[Lead]
    standup: Today | None
    campaigns: Sequence[Campaign]
    failed_work: int | None
    """How many jobs failed; None for those who need not know."""
    unread: Sequence[Submission] = ()
    """Submissions that could not be read; for admins."""


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
