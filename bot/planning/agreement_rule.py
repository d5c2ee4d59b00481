"""When sales agrees: the answers to a proposal, and the rule that says which of them are enough.

Pure: no table, no clock. An answer belongs to a version. It holds while nothing binding has changed
since, and a person's latest answer counts. Silence is no answer, and no rule makes it one; an open
concern prevents every agreement, whoever raised it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Quorum(StrEnum):
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
    Quorum.MAJORITY: "More than half of those asked",
    Quorum.EVERYONE: "Everyone who is asked",
    Quorum.SOME: "A set number",
}


@dataclass(frozen=True)
class AgreementRule:
    """What makes an agreement."""

    quorum: Quorum
    number: int
    """How many, where it is a number."""
    required: frozenset[int]
    """The ids of people without whom there is none."""

    def needed(self, count: int) -> int:
        """How many of so many have to be ready: one at least, and never more than there are."""
        if self.quorum is Quorum.EVERYONE:
            return max(count, 1)
        wanted = count // 2 + 1 if self.quorum is Quorum.MAJORITY else min(self.number, count)
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
class Responses:
    """Who of those who are asked has answered what, by their ids."""

    ready: frozenset[int]
    concerned: frozenset[int]
    silent: frozenset[int]
    open_concerns: int
    """Also those of people who are not asked any more."""

    @property
    def count(self) -> int:
        """How many are asked."""
        return len(self.ready) + len(self.concerned) + len(self.silent)


def current_responses(
    person_ids: Collection[int],
    answers: Sequence[ReadyAnswer],
    concerns: Sequence[RaisedConcern],
    holds_from: int,
) -> Responses:
    """Who answers what now; `holds_from` is the version since which nothing binding has changed.

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
    return Responses(
        ready=everyone & ready,
        concerned=everyone & concerned,
        silent=everyone - ready - concerned,
        open_concerns=sum(each.is_open for each in concerns),
    )


def is_agreed(rule: AgreementRule, responses: Responses) -> bool:
    """Whether the answers make an agreement."""
    return (
        responses.open_concerns == 0
        and len(responses.ready) >= rule.needed(responses.count)
        and rule.required <= responses.ready
    )
