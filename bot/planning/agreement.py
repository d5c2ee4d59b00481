"""When sales agrees: the answers to a proposal, and the rule that says which of them are enough.

Pure: no table, no clock. An answer belongs to a version. It holds while nothing binding has changed
since, and a person's latest word counts. Silence is no answer, and no rule makes it one; a concern
that is open stands against every agreement, whoever raised it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Enough(StrEnum):
    """How many of those who are asked have to be ready."""

    MAJORITY = "majority"
    EVERYONE = "everyone"
    SOME = "some"
    """A number that the admin sets."""

    @property
    def label(self) -> str:
        """How modals write it."""
        return _LABELS[self]


_LABELS = {
    Enough.MAJORITY: "More than half of those asked",
    Enough.EVERYONE: "Everyone who is asked",
    Enough.SOME: "A number of them",
}


@dataclass(frozen=True)
class Rule:
    """What makes an agreement."""

    enough: Enough
    some: int
    """How many, where it is a number."""
    must: frozenset[int]
    """The ids of people without whom there is none."""

    def needed(self, count: int) -> int:
        """How many of so many have to be ready: one at least, and never more than there are."""
        if self.enough is Enough.EVERYONE:
            return max(count, 1)
        wanted = count // 2 + 1 if self.enough is Enough.MAJORITY else min(self.some, count)
        return max(wanted, 1)


@dataclass(frozen=True)
class ReadyAnswer:
    """Somebody said that they are ready."""

    person_id: int
    version: int
    at: datetime


@dataclass(frozen=True)
class RaisedConcern:
    """Somebody raised a concern."""

    person_id: int
    at: datetime
    is_open: bool


@dataclass(frozen=True)
class Standing:
    """Who of those who are asked has answered what, by their ids."""

    ready: frozenset[int]
    concerned: frozenset[int]
    silent: frozenset[int]
    open_concerns: int
    """Also those of people who are not asked any more."""

    @property
    def asked(self) -> int:
        """How many are asked."""
        return len(self.ready) + len(self.concerned) + len(self.silent)


def standing(
    person_ids: Collection[int],
    answers: Sequence[ReadyAnswer],
    concerns: Sequence[RaisedConcern],
    holds_from: int,
) -> Standing:
    """Where everyone stands; `holds_from` is the version since which nothing binding has changed.

    Whoever raised a concern is ready again only by saying so after it, even where it was answered.
    """
    concerned = {each.person_id for each in concerns if each.is_open}
    last_concern = {
        person: max(each.at for each in concerns if each.person_id == person)
        for person in {each.person_id for each in concerns}
    }
    ready = {
        each.person_id
        for each in answers
        if each.version >= holds_from
        and (each.person_id not in last_concern or each.at > last_concern[each.person_id])
    } - concerned
    everyone = frozenset(person_ids)
    return Standing(
        ready=everyone & ready,
        concerned=everyone & concerned,
        silent=everyone - ready - concerned,
        open_concerns=sum(each.is_open for each in concerns),
    )


def agreed(rule: Rule, now: Standing) -> bool:
    """Whether the answers make an agreement."""
    return (
        now.open_concerns == 0
        and len(now.ready) >= rule.needed(now.asked)
        and rule.must <= now.ready
    )
