"""What is told of shadowing: a person's page, who was left over, a quarter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from bot.people.models import Person
from bot.shadowing.models.membership import ShadowMember
from bot.shadowing.models.pairs import ShadowParticipant


@dataclass(frozen=True)
class Mine:
    """What `/shadow` tells a person."""

    person: Person
    has_side: bool
    """Whether they are in marketing or sales at all."""
    member: ShadowMember | None
    participants: Sequence[ShadowParticipant]
    """Their parts in pairs that are not over, the newest first; with all that a card shows."""
    next_round_at: datetime | None
    """None: no rounds are planned."""
    shown_at: datetime
    """The moment of which it tells."""


@dataclass(frozen=True)
class LeftOver:
    """Somebody who had no partner in a round."""

    participant: ShadowParticipant
    has_found: bool
    """Whether they have taken somebody's place since."""
    next_round_at: datetime | None


@dataclass(frozen=True)
class Quarter:
    """What came of shadowing in a quarter."""

    first: date
    """Its first day."""
    met: int
    """Pairs that met."""
    debriefs: int
    """People who wrote one."""
    ideas: int
    requests: int
    """Ideas that became requests."""
    campaigns: int
    """Requests of them for which there is a campaign, or was."""
