"""Who sees what: the one table that pages, files and the API ask before they show a cell.

A matter is a kind of thing to know, a reach says of whose leads one knows it. Somebody with several
roles sees what any of them sees.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from bot.people.models import Person, Role


class Matter(StrEnum):
    """A kind of thing to know of leads and figures."""

    FACTS = "facts"
    """When, from where, how far, how good: what all speak of in the shared channel."""
    NAME = "name"
    """Whom a lead is about."""
    CONTACT = "contact"
    """How to reach them, what they wrote, and what was noted about them."""
    PEOPLE = "people"
    """Which colleague did it, and how one compares with another."""
    MONEY = "money"
    """What was spent and won, and every figure that is made of it."""


class Reach(IntEnum):
    """Of whose leads."""

    NONE = 0
    OWN = 1
    ALL = 2


_M, _NONE, _OWN, _ALL = Matter, Reach.NONE, Reach.OWN, Reach.ALL

SEES: Mapping[Role, Mapping[Matter, Reach]] = {
    Role.SALESPERSON: {
        _M.FACTS: _ALL, _M.NAME: _ALL, _M.CONTACT: _OWN, _M.PEOPLE: _OWN, _M.MONEY: _NONE,
    },
    Role.MARKETER: {
        _M.FACTS: _ALL, _M.NAME: _NONE, _M.CONTACT: _NONE, _M.PEOPLE: _NONE, _M.MONEY: _ALL,
    },
    Role.MANAGER: dict.fromkeys(Matter, _ALL),
    Role.ADMIN: dict.fromkeys(Matter, _ALL),
}  # fmt: skip


@dataclass(frozen=True)
class Sight:
    """What somebody sees: how far in each matter, and whose leads are their own."""

    reach: Mapping[Matter, Reach]
    person_id: int | None = None

    def sees(self, matter: Matter, owner_id: int | None = None) -> bool:
        """Whether a cell of this matter may be shown, of a lead that `owner_id` has claimed."""
        reach = self.reach[matter]
        is_own = owner_id is not None and owner_id == self.person_id
        return reach is Reach.ALL or (reach is Reach.OWN and is_own)

    def knows(self, matter: Matter) -> bool:
        """Whether there is any lead of which a cell of this matter may be shown."""
        return self.reach[matter] is not Reach.NONE


EVERYTHING = Sight(dict.fromkeys(Matter, _ALL))
"""What the operator sees, who holds the database anyway."""

FACTS_ONLY = Sight(dict.fromkeys(Matter, _NONE) | {_M.FACTS: _ALL})
"""What may be said aloud in a room of people whom we do not know."""

KEYHOLDER = Sight(SEES[Role.MARKETER])
"""What a program with a key of HANDOFF_REPORT_KEYS sees: figures and money, nobody's data."""


def sight_of(person: Person) -> Sight | None:
    """What this person sees; None for one without a role."""
    if not person.has_access:
        return None
    roles = [SEES[Role(role)] for role in person.roles]
    return Sight({matter: max(role[matter] for role in roles) for matter in Matter}, person.id)


def sight_of_all(people: Iterable[Person | None]) -> Sight:
    """What every one of these may see, for a file that they all can open; None is a stranger.

    What somebody knows of their own leads alone, nobody knows together.
    """
    sights = [(sight_of(person) if person else None) or FACTS_ONLY for person in people]
    together = {matter: min(sight.reach[matter] for sight in sights or [FACTS_ONLY])
                for matter in Matter}  # fmt: skip
    return Sight({matter: _ALL if reach is _ALL else _NONE for matter, reach in together.items()})
