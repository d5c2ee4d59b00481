"""The rota: who sells, when each of them works, and when the department does."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, ScalarSelect, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from bot import clock
from bot.people.hours import Calendar, Hours, Shift, Span
from bot.people.models import Absence, Person, Role, Team, Workspace

_Colleague = aliased(Person)


@dataclass(frozen=True)
class Rota:
    """The active people of a workspace with their working time."""

    people: Mapping[int, Person]
    calendars: Mapping[int, Calendar]
    """Each person's own: the team's hours on the person's clock, without their absences."""
    department: Calendar
    """When sales works, whoever is away: its teams' hours, on the teams' clocks."""
    absences: Mapping[int, list[Span]]
    """When people are away, by person; what is over is not there."""
    covers: Mapping[int, list[tuple[Span, int]]] = field(default_factory=dict)
    """Who covers for a person who is away, and when."""

    def is_away(self, person_id: int, at: datetime) -> bool:
        """Whether this person has left, or said that they are away at this moment."""
        spans = self.absences.get(person_id, ())
        return person_id not in self.people or any(start <= at < end for start, end in spans)

    @property
    def salespeople(self) -> list[Person]:
        """Who sells, whether they are there or not."""
        return [each for each in self.people.values() if Role.SALESPERSON in each.roles]

    def on_duty(self, at: datetime) -> list[Person]:
        """The salespeople who work at this moment."""
        return [each for each in self.salespeople if self.calendars[each.id].is_open(at)]

    def is_present(self, person_id: int, at: datetime) -> bool:
        """Whether this person is active and works at this moment."""
        return person_id in self.people and self.calendars[person_id].is_open(at)

    def acts_for(self, owner_id: int, at: datetime) -> int:
        """Who acts as the owner of this person's leads then: the colleague who covers for them, if
        they are there, else the person."""
        for (start, end), cover_id in self.covers.get(owner_id, ()):
            if start <= at < end and not self.is_away(cover_id, at):
                return cover_id
        return owner_id

    def calendar(self, person_id: int) -> Calendar:
        """A person's working time; the department's for who has left."""
        return self.calendars.get(person_id, self.department)


def rota(session: Session, workspace: Workspace) -> Rota:
    """The workspace's rota, with the absences that are not over."""
    people = session.scalars(
        select(Person).where(Person.workspace_id == workspace.id, Person.active).order_by(Person.id)
    ).all()
    teams = {
        team.id: team
        for team in session.scalars(select(Team).where(Team.workspace_id == workspace.id))
    }
    absences = _absences(session, workspace.id)
    away, covers = dict[int, list[Span]](), dict[int, list[tuple[Span, int]]]()
    for each in absences:
        span = (each.starts_at, each.ends_at)
        away.setdefault(each.person_id, []).append(span)
        if each.cover_id is not None:
            covers.setdefault(each.person_id, []).append((span, each.cover_id))
    sales = [person for person in people if Role.SALESPERSON in person.roles]
    return Rota(
        people={person.id: person for person in people},
        calendars={
            person.id: _own(person, teams.get(person.team_id or 0), workspace, away)
            for person in people
        },
        department=_calendar(sales, teams, workspace),
        absences=away,
        covers=covers,
    )


def department(session: Session, workspace: Workspace, role: Role) -> Calendar:
    """When the people with this role work, whoever is away: their teams' hours and clocks."""
    members = session.scalars(
        select(Person).where(
            Person.workspace_id == workspace.id, Person.active, Person.roles.contains([role])
        )
    ).all()
    teams = select(Team).where(Team.workspace_id == workspace.id)
    return _calendar(members, {team.id: team for team in session.scalars(teams)}, workspace)


def _calendar(
    members: Iterable[Person], teams: Mapping[int, Team], workspace: Workspace
) -> Calendar:
    of = sorted({person.team_id for person in members if person.team_id is not None})
    shifts = [Shift(teams[team_id].hours, _zone(teams[team_id], workspace)) for team_id in of]
    return Calendar(*(shifts or [Shift(Hours(), workspace.zone)]))


def _own(
    person: Person, team: Team | None, workspace: Workspace, away: Mapping[int, list[Span]]
) -> Calendar:
    hours = team.hours if team else Hours()
    zone = ZoneInfo(person.timezone) if person.timezone else _zone(team, workspace)
    return Calendar(Shift(hours, zone, tuple(away.get(person.id, ()))))


def _zone(team: Team | None, workspace: Workspace) -> ZoneInfo:
    return ZoneInfo(team.timezone) if team and team.timezone else workspace.zone


def _absences(session: Session, workspace_id: int) -> Sequence[Absence]:
    """The absences that are not over."""
    return session.scalars(
        select(Absence).where(Absence.workspace_id == workspace_id, Absence.ends_at > clock.now())
    ).all()


def cover_of(session: Session, owner_id: int) -> Person | None:
    """The colleague who acts for this person at the moment, while they are away."""
    return session.scalar(select(Person).where(Person.id == _cover_id(owner_id)))


def acting_for(owner_id: InstrumentedAttribute[int | None]) -> ColumnElement[int | None]:
    """Who acts for the owner at the moment, for a statement about many: the colleague who covers
    for them, else they themselves."""
    return func.coalesce(_cover_id(owner_id), owner_id)


def _cover_id(owner_id: InstrumentedAttribute[int | None] | int) -> ScalarSelect[int]:
    return (
        select(_Colleague.id)
        .join(Absence, Absence.cover_id == _Colleague.id)
        .where(Absence.person_id == owner_id, Absence.holds(clock.now()), _Colleague.active)
        .order_by(Absence.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def covers(session: Session, who: Person, owner_id: int) -> bool:
    """Whether this person acts for that one at the moment."""
    found = cover_of(session, owner_id)
    return found is not None and found.id == who.id
