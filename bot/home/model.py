"""What the home tab and the status say: facts of other capabilities, put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.campaigns.model import Campaign
from bot.jobs import FailedJob, Schedule
from bot.leads.model import CallList, Lead, Mine, Submission
from bot.metrics.figures import Figures
from bot.people.model import Person, Workspace
from bot.planning.model import Listed, Proposed
from bot.shadowing.model import ShadowSeat
from bot.standups.model import Today

MOST_ROWS = 10

# A home tab has 100 blocks, and a row takes two; the rest is behind a button.
SHOWN = {Mine.TO_CALL: 7, Mine.IN_WORK: 5, Mine.SNOOZED: 3, Mine.TO_RATE: 4, Mine.CLOSED: 3}
FEW = {Mine.TO_CALL: 3, Mine.IN_WORK: 2, Mine.SNOOZED: 1, Mine.TO_RATE: 1, Mine.CLOSED: 1}
"""For those whose page has more than their leads."""
MOST_FAILED = 3
MOST_LATE = 5
MOST_CAMPAIGNS = 5
MOST_TO_ANSWER = 3
MOST_PROPOSALS = 2
MOST_SHOES = 2


@dataclass(frozen=True)
class OwnList:
    """What a home tab shows of one of a person's lists."""

    which: Mine
    leads: Sequence[Lead]
    count: int


@dataclass(frozen=True)
class OwnCampaign:
    """A campaign of a marketer's own, with how it does."""

    campaign: Campaign
    figures: Figures
    """Over its whole life."""
    readers: int
    """How many of sales have confirmed it."""
    sales: int


@dataclass(frozen=True)
class Marketing:
    """What a marketer's home tab says."""

    campaigns: Sequence[OwnCampaign]
    """Those that run or come; one more than is shown, where there are more."""
    proposals: Sequence[Proposed]
    """Those of their own that wait for sales, at most as many as are shown."""
    to_answer: Sequence[Listed]
    """Requests; one more than is shown, where there are more."""


@dataclass(frozen=True)
class Managing:
    """What a manager's home tab says."""

    late: Sequence[tuple[Lead, Person | None]]
    """Leads whose answer is overdue, with their owners; one more than is shown, if there are."""
    overdue: int
    """Requests that marketing has not answered in time."""
    week: Figures
    """This week so far."""
    before: Figures
    """The same days of last week."""


@dataclass(frozen=True)
class Upkeep:
    """How the installation does, as an admin's home tab says it."""

    jobs: Mapping[str, int]
    failed: Sequence[FailedJob]
    """The newest."""
    unread: Sequence[Submission]
    """Submissions that could not be read."""
    channel: str
    """Slack's ID of the channel that both departments share."""


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
    to_agree: Sequence[Proposed] = ()
    """Proposals that wait for this person's answer, at most as many as are shown."""
    shoes: Sequence[ShadowSeat] = ()
    """Their places in pairs of shadowing that are under way."""
    marketing: Marketing | None = None
    """For marketers."""
    managing: Managing | None = None
    """For managers."""
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
