"""What the home tab and the status say: facts of other capabilities, put together."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from bot.campaigns.models import Campaign
from bot.intake.models import Submission
from bot.leads.list_models import Mine
from bot.leads.models import CallList, Lead
from bot.leads.notice_models import Listed
from bot.metrics.figures import Figures
from bot.people.models import Person, Workspace
from bot.planning.models import Listed as ListedRequest
from bot.planning.models import Proposed
from bot.shadowing.models import ShadowParticipant
from bot.standups.models import Today
from bot.tasks import FailedJob

MOST_ROWS = 10

# A home tab has 100 blocks, and a row takes two; the rest is behind a button.
SHOWN = {
    Mine.TO_CALL: 7, Mine.IN_WORK: 5, Mine.STALLED: 2, Mine.SNOOZED: 2, Mine.TO_RATE: 4,
    Mine.CLOSED: 2,
}  # fmt: skip
FEW = {
    Mine.TO_CALL: 3, Mine.IN_WORK: 1, Mine.STALLED: 0, Mine.SNOOZED: 0, Mine.TO_RATE: 1,
    Mine.CLOSED: 0,
}  # fmt: skip
"""For those whose page has more than their leads; 0 leaves the button that shows the list."""
MOST_FAILED = 3
MOST_LATE = 5
MOST_STALLED = 3
MOST_UNATTENDED = 3
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
    moved: Mapping[int, datetime] = field(default_factory=dict)
    """When something was done last with each of them."""


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
    to_answer: Sequence[ListedRequest]
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
    unattended: Sequence[tuple[Lead, Person]] = ()
    """Leads whose customer wrote again while their owner is out."""
    stalled: Sequence[Listed] = ()
    """Leads that stand still for twice the limit, the longest first; one more than is shown."""


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
    shoes: Sequence[ShadowParticipant] = ()
    """Their places in pairs of shadowing that are under way."""
    marketing: Marketing | None = None
    """For marketers."""
    managing: Managing | None = None
    """For managers."""
    upkeep: Upkeep | None = None
    """For admins."""


class NextRun(NamedTuple):
    """Something that people get by the clock: when it comes next, and on whose clock it is set."""

    at: datetime
    name: str
    zone: str


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
