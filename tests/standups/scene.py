"""A small company on a Monday morning: two teams with their standups, and a clock that obeys."""

from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.people import service as people
from bot.people.models import Person, Team
from bot.standups import answering, asking, rounds, setup
from bot.standups.models import Standup, StandupAnswer, StandupEntry, StandupQuestion, StandupRound
from bot.store import Store
from tests.company import ZONE, BaseCompany, install

HALF_PAST_NINE = datetime(2026, 11, 23, 8, 30, tzinfo=UTC)  # in Berlin, a Monday
SAID = {"plan": "Call", "customers": "", "product": "", "blockers": "", "ideas": ""}

T = TypeVar("T")


class Company(BaseCompany):
    """Two teams with their standups, and what their people do in them."""

    def standup(self, session: Session, team: str = "Sales") -> Standup:
        """The team's first standup."""
        mine = select(Standup).where(Standup.team_id == self.team(session, team).id)
        return session.scalars(mine.order_by(Standup.id).limit(1)).one()

    def ask(self, team: str = "Sales", slot: datetime = HALF_PAST_NINE, zone: str = ZONE) -> int:
        with self.store.transaction() as session:
            return asking.ask(session, self.standup(session, team).id, zone, slot)

    def opened(self, team: str = "Sales", slot: datetime = HALF_PAST_NINE) -> StandupRound:
        self.ask(team, slot)
        with self.store.transaction() as session:
            return session.scalars(
                select(StandupRound)
                .where(StandupRound.standup_id == self.standup(session, team).id)
                .order_by(StandupRound.day.desc())
                .limit(1)
            ).one()

    def entry_of(self, person: Person) -> int:
        """The newest part of this person."""
        with self.store.transaction() as session:
            return session.scalars(
                select(StandupEntry.id)
                .where(StandupEntry.person_id == person.id)
                .order_by(StandupEntry.id.desc())
                .limit(1)
            ).one()

    def entry(self, person: Person) -> StandupEntry:
        with self.store.transaction() as session:
            return rounds.entry_to_show(session, self.entry_of(person))

    def says(self, person: Person, **answers: str) -> StandupEntry:
        with self.store.transaction() as session:
            return answering.answer(session, person, self.entry_of(person), {**SAID, **answers})

    def blocker_of(self, person: Person) -> int:
        with self.store.transaction() as session:
            return session.scalars(
                select(StandupAnswer.id)
                .join(StandupQuestion, StandupQuestion.id == StandupAnswer.question_id)
                .where(
                    StandupAnswer.entry_id == self.entry_of(person),
                    StandupQuestion.theme == "blockers",
                )
            ).one()

    def close(self) -> int:
        with self.store.transaction() as session:
            return rounds.close(session)

    def remind(self) -> int:
        with self.store.transaction() as session:
            return rounds.remind(session)

    def team(self, session: Session, name: str) -> Team:
        return next(team for team in people.teams(session, self.workspace.id) if team.name == name)


def found(store: Store, team_id: str, channel: str) -> Company:
    """A workspace with its teams and their standups, and nobody in it yet."""
    return Company(store, install(store, team_id, channel, setup))
