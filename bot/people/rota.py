"""The rota: who sells, when each of them works, and when the department does."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot import clock
from bot.people.hours import Calendar, Hours, Shift, Span
from bot.people.models import Absence, Person, Role, Team, Workspace


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

    def is_away(self, person_id: int, at: datetime) -> bool:
        """Whether this person has left, or said that they are away at this moment."""
        spans = self.absences.get(person_id, ())
        return person_id not in self.people or any(start <= at < end for start, end in spans)

    def on_duty(self, at: datetime) -> list[Person]:
        """The salespeople who work at this moment."""
        return [
            person
            for person in self.people.values()
            if Role.SALESPERSON in person.roles and self.calendars[person.id].is_open(at)
        ]

    def is_present(self, person_id: int, at: datetime) -> bool:
        """Whether this person is active and works at this moment."""
        return person_id in self.people and self.calendars[person_id].is_open(at)

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
    away = _absences(session, workspace.id)
    sales = [person for person in people if Role.SALESPERSON in person.roles]
    return Rota(
        people={person.id: person for person in people},
        calendars={
            person.id: _own(person, teams.get(person.team_id or 0), workspace, away)
            for person in people
        },
        department=_calendar(sales, teams, workspace),
        absences=away,
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


def _absences(session: Session, workspace_id: int) -> dict[int, list[Span]]:
    by_person: dict[int, list[Span]] = {}
    rows = select(Absence).where(
        Absence.workspace_id == workspace_id, Absence.ends_at > clock.now()
    )
    for absence in session.scalars(rows):
        by_person.setdefault(absence.person_id, []).append((absence.starts_at, absence.ends_at))
    return by_person
