"""A company in which things happen: its workspace, its people, and what most tests ask about it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.routing import escalation
from bot.slack.cards import Card
from bot.store import Base, Store

ZONE = "Europe/Berlin"


@dataclass
class BaseCompany:
    """What each folder of tests builds on: it adds its people, and what they do."""

    store: Store
    workspace: Workspace

    def someone(
        self, slack_id: str, *roles: Role, name: str | None = None, team: str | None = None,
        zone: str | None = None,
    ) -> Person:  # fmt: skip
        """Hire somebody; without a name they are called as their Slack ID."""
        return hire(
            self.store, self.workspace, slack_id, name or slack_id.title(), *roles,
            team=team, zone=zone,
        )  # fmt: skip

    def leave(self, who: Person) -> None:
        """Slack says that somebody was deactivated."""
        with self.store.transaction() as session:
            session.get_one(Person, who.id).active = False

    def count(self, table: type[Base]) -> int:
        with self.store.transaction() as session:
            return session.scalars(select(func.count()).select_from(table)).one()

    def cards(self, kind: str) -> list[Card]:
        with self.store.transaction() as session:
            return list(session.scalars(select(Card).where(Card.kind == kind).order_by(Card.id)))

    def targets(self, kind: str) -> list[str]:
        """Where the cards of this kind go."""
        return [card.target for card in self.cards(kind)]

    def jobs(self, task: str) -> int:
        """How many jobs of this task wait."""
        with self.store.transaction() as session:
            counted = session.execute(
                text("SELECT count(*) FROM procrastinate_jobs WHERE task_name = :task"),
                {"task": task},
            )
            return int(counted.scalar_one())


def install(store: Store, team_id: str = "T1", channel: str = "C1", *parts: Any) -> Workspace:
    """A workspace with the first settings of leads, and of other parts (modules with `install`)."""
    with store.transaction() as session:
        workspace = people.install(
            session, team_id=team_id, name="Acme", bot_user_id="UBOT", channel=channel,
            timezone=ZONE, currency="EUR",
        )  # fmt: skip
        for part in (escalation, *parts):
            part.install(session, workspace)
    return workspace


def hire(
    store: Store, workspace: Workspace, slack_id: str, name: str, *roles: Role,
    team: str | None = None, zone: str | None = None,
) -> Person:  # fmt: skip
    """Somebody with these roles, in this team, in this zone (in the workspace's without one)."""
    with store.transaction() as session:
        facts = {
            "name": name, "roles": [str(role) for role in roles],
            "team_id": _team_id(session, workspace, team), **({"timezone": zone} if zone else {}),
        }  # fmt: skip
        written = insert(Person).values(workspace_id=workspace.id, slack_id=slack_id, **facts)
        key = [Person.workspace_id, Person.slack_id]
        return session.scalars(
            written.on_conflict_do_update(index_elements=key, set_=facts).returning(Person)
        ).one()


def hire_all(
    store: Store, workspace: Workspace, staff: Mapping[str, Sequence[Role]], *,
    team: str | None = None, slack_ids: Mapping[str, str] | None = None,
) -> list[Person]:  # fmt: skip
    """New people, by name, with their roles, in this team; Sal's Slack ID is USAL, unless
    `slack_ids` has another."""
    ids = slack_ids or {}
    with store.transaction() as session:
        team_id = _team_id(session, workspace, team)
        hired = [
            Person(
                workspace_id=workspace.id, slack_id=ids.get(name, f"U{name.upper()}"), name=name,
                roles=list(map(str, roles)), team_id=team_id,
            )
            for name, roles in staff.items()
        ]  # fmt: skip
        session.add_all(hired)
    return hired


def _team_id(session: Session, workspace: Workspace, team: str | None) -> int | None:
    """The team's id by its name; None where there is no name."""
    if team is None:
        return None
    return next(each.id for each in people.teams(session, workspace.id) if each.name == team)
