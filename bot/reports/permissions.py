"""Who sees what: the one table that pages, files and the API ask before they show a cell.

A data class is a kind of thing to know, a scope says of whose leads one may know it. Somebody with
several roles sees what any of them sees.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from bot.people.models import Person, Role


class DataClass(StrEnum):
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


class Scope(IntEnum):
    """Of whose leads."""

    NONE = 0
    OWN = 1
    ALL = 2


_D, _NONE, _OWN, _ALL = DataClass, Scope.NONE, Scope.OWN, Scope.ALL

SEES: Mapping[Role, Mapping[DataClass, Scope]] = {
    Role.SALESPERSON: {
        _D.FACTS: _ALL, _D.NAME: _ALL, _D.CONTACT: _OWN, _D.PEOPLE: _OWN, _D.MONEY: _NONE,
    },
    Role.MARKETER: {
        _D.FACTS: _ALL, _D.NAME: _NONE, _D.CONTACT: _NONE, _D.PEOPLE: _NONE, _D.MONEY: _ALL,
    },
    Role.MANAGER: dict.fromkeys(DataClass, _ALL),
    Role.ADMIN: dict.fromkeys(DataClass, _ALL),
}  # fmt: skip


@dataclass(frozen=True)
class Permissions:
    """What somebody may see: how far of each data class, and whose leads are their own."""

    scopes: Mapping[DataClass, Scope]
    person_id: int | None = None

    def may_see(self, data: DataClass, owner_id: int | None = None) -> bool:
        """Whether a cell of this class may be shown, of a lead that `owner_id` has claimed."""
        scope = self.scopes[data]
        is_own = owner_id is not None and owner_id == self.person_id
        return scope is Scope.ALL or (scope is Scope.OWN and is_own)

    def may_see_some(self, data: DataClass) -> bool:
        """Whether there is any lead of which a cell of this class may be shown."""
        return self.scopes[data] is not Scope.NONE


EVERYTHING = Permissions(dict.fromkeys(DataClass, _ALL))
"""What the operator sees, who holds the database anyway."""

FACTS_ONLY = Permissions(dict.fromkeys(DataClass, _NONE) | {_D.FACTS: _ALL})
"""What may be said aloud in a room of people whom we do not know."""

KEYHOLDER = Permissions(SEES[Role.MARKETER])
"""What a program with a key of HANDOFF_REPORT_KEYS sees: figures and money, nobody's data."""


def permissions_of(person: Person) -> Permissions | None:
    """What this person may see; None for one without a role."""
    if not person.has_access:
        return None
    roles = [SEES[Role(role)] for role in person.roles]
    return Permissions({each: max(role[each] for role in roles) for each in DataClass}, person.id)


def shared_permissions(people: Iterable[Person | None]) -> Permissions:
    """What every one of these may see, for a file that they all can open; None is a stranger.

    What somebody may see of their own leads alone is not shared.
    """
    of_all = [(permissions_of(person) if person else None) or FACTS_ONLY for person in people]
    shared = {
        each: min(permissions.scopes[each] for permissions in of_all or [FACTS_ONLY])
        for each in DataClass
    }
    return Permissions({each: _ALL if shared[each] is _ALL else _NONE for each in DataClass})
