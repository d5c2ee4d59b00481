"""A small company before its first round: people of both sides, and a clock that obeys."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from bot.people import service as people
from bot.people.models import Absence, Person, Role
from bot.shadowing import debriefs, meeting, queries, rounds
from bot.shadowing.models import (
    Debrief,
    Rounds,
    ShadowMember,
    ShadowPair,
    ShadowParticipant,
    ShadowRound,
    ShadowSlot,
)
from bot.store import Store
from tests.company import BaseCompany, hire_all, install
from tests.moved_clock import MovedClock

MONDAY_AT_TEN = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)  # in Berlin
ON = Rounds(active=True, every_weeks=4, day="mon", at=time(10))
SAID = Debrief(surprised="How short calls are.", change="Shorter texts.")


@dataclass
class Company(BaseCompany):
    """The people by their Slack ID, and what they do in a round."""

    hands: MovedClock

    def staff(self, marketers: int, salespeople: int) -> tuple[list[Person], list[Person]]:
        sides = {"M": [Role.MARKETER] * marketers, "S": [Role.SALESPERSON] * salespeople}
        staff = {f"{side}{n}": [role] for side in sides for n, role in enumerate(sides[side])}
        hired = hire_all(
            self.store, self.workspace, staff, slack_ids={name: name for name in staff}
        )
        return hired[:marketers], hired[marketers:]

    def configure(self, **changes: Any) -> None:
        with self.store.transaction() as session:
            chief = people.person(session, self.workspace.id, "UCHIEF")
            rounds.configure(session, chief, replace(ON, **changes))

    def round(self) -> ShadowRound | None:
        with self.store.transaction() as session:
            return rounds.open_round(session, self.workspace.id, self.hands.now)

    def away(self, person: Person, days: int) -> None:
        with self.store.transaction() as session:
            session.add(
                Absence(workspace_id=self.workspace.id, person_id=person.id,
                        starts_at=self.hands.now, ends_at=self.hands.now + timedelta(days=days))
            )  # fmt: skip

    def pairs(self) -> list[ShadowPair]:
        """Of the newest round, by id."""
        with self.store.transaction() as session:
            newest = select(func.max(ShadowRound.id)).scalar_subquery()
            pairs = select(ShadowPair).where(ShadowPair.round_id == newest).order_by(ShadowPair.id)
            return list(session.scalars(pairs.options(*queries.with_people())))

    def pair(self, pair_id: int) -> ShadowPair:
        with self.store.transaction() as session:
            return queries.pair_to_show(session, pair_id)

    def left_over(self) -> set[int]:
        """Of the newest round."""
        with self.store.transaction() as session:
            newest = select(func.max(ShadowRound.id)).scalar_subquery()
            return set(
                session.scalars(
                    select(ShadowParticipant.person_id).where(
                        ShadowParticipant.round_id == newest, ShadowParticipant.pair_id.is_(None)
                    )
                )
            )

    def member(self, person: Person) -> ShadowMember:
        with self.store.transaction() as session:
            return session.get_one(ShadowMember, person.id)

    def does(self, act: Callable[..., Any], who: Person, *what: Any) -> Any:
        """Let a person do something, in a transaction of its own."""
        with self.store.transaction() as session:
            return act(session, session.get_one(Person, who.id), *what)

    def agree(self, pair: ShadowPair, slot: ShadowSlot | None = None) -> ShadowPair:
        """Let both say the same time."""
        chosen = slot or pair.slots[0]
        for participant in pair.taken:
            self.does(meeting.pick, participant.person, chosen.id)
        return self.pair(pair.id)

    def meet(self, pair: ShadowPair) -> ShadowPair:
        """Agree, and let the time pass."""
        agreed = self.agree(pair)
        assert agreed.agreed is not None
        self.hands.to(agreed.agreed.ends_at)
        with self.store.transaction() as session:
            assert debriefs.over(session, pair.id, agreed.agreed.id)
        return self.pair(pair.id)


def found(store: Store, hands: MovedClock) -> Company:
    company = Company(store, install(store), hands)
    company.someone("UCHIEF", Role.MANAGER)
    return company


def held(session: Session, table: str) -> int:
    """How many rows a table has."""
    return int(session.execute(text(f"SELECT count(*) FROM {table}")).scalar_one())
