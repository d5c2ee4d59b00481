"""A company whose report is read: its people, its leads, and browsers that sign in with Slack."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import httpx
from sqlalchemy import insert
from sqlalchemy.orm import Session

from bot import clock
from bot.app import Application
from bot.campaigns.models import Campaign
from bot.contacts.identity import identify, keys_of
from bot.doctor import manifest
from bot.leads.models import Lead
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.store import Store
from playground import demo
from playground.standin import StandIn
from playground.state import User

MONDAY = datetime(2026, 11, 15, 23, tzinfo=UTC)
"""16 November 2026, 00:00 in Berlin: the week that most tests report on."""
NOW = datetime(2026, 11, 25, 9, tzinfo=UTC)
"""The Wednesday of the week after."""

ROLES = {
    "sofia": [Role.SALESPERSON], "ben": [Role.SALESPERSON], "mara": [Role.MARKETER],
    "clara": [Role.MANAGER], "root": [Role.ADMIN], "guest": [],
}  # fmt: skip

_numbers = count(1)


@dataclass
class House:
    """The company, and what is around it."""

    slack: StandIn
    application: Application
    address: str
    users: dict[str, User]

    @property
    def store(self) -> Store:
        return self.application.store

    @property
    def database_url(self) -> str:
        return self.store.engine.url.render_as_string(hide_password=False)

    @property
    def workspace(self) -> Workspace:
        return self.application.workspace()

    def person(self, name: str) -> Person:
        with self.store.transaction() as session:
            return people.person(session, self.workspace.id, self.users[name].id)

    def anyone(self) -> httpx.Client:
        """A browser in which nobody has signed in."""
        return httpx.Client(base_url=self.address, timeout=60, follow_redirects=True)

    @contextmanager
    def browser(self, name: str) -> Iterator[httpx.Client]:
        """A browser in which this person has signed in, the way people do."""
        with self.anyone() as web:
            assert sign_in(web, self.users[name].id).status_code == 200
            yield web

    def campaign(self, session: Session, name: str, **facts: Any) -> int:
        """A campaign; returns its id."""
        written = Campaign(
            **{
                "workspace_id": self.workspace.id, "owner_id": self.person("mara").id,
                "name": name, "kind": "other", "audience": "", "offer": "", "terms": "",
                "talking_points": "", "starts_on": date(2026, 1, 1), "currency": "EUR",
                "announced_at": MONDAY,
            }
            | facts
        )  # fmt: skip
        session.add(written)
        session.flush()
        return written.id

    def leads(self, session: Session, *rows: dict[str, Any]) -> list[int]:
        """Leads with these columns; the rest is empty. Returns their ids."""
        contact = identify(session, self.workspace.id, [keys_of("ada@example.com", None)])[0]
        usual = {
            "workspace_id": self.workspace.id, "source": "api", "contact_id": contact.contact_id,
            "received_at": MONDAY + timedelta(hours=9), "last_touch_at": MONDAY,
        }  # fmt: skip
        rows = tuple(
            {f"first_{name}": row[name] for name in ("claimed_by", "claimed_at") if name in row}
            | row
            for row in rows
        )
        names = {name for row in rows for name in row}
        blank: dict[str, Any] = dict.fromkeys(names)
        written = [blank | usual | {"external_id": f"x{next(_numbers)}"} | row for row in rows]
        return list(session.scalars(insert(Lead).returning(Lead.id), written))


def sign_in(web: httpx.Client, slack_id: str, onward: str = "/report") -> httpx.Response:
    """Press the button, say who one is, and come back."""
    page = web.get(onward)
    button = re.search(r'class="button" href="([^"]+)"', page.text)
    assert button, page.text
    chooser = web.get(button[1].replace("&amp;", "&"))
    assert "Who are you?" in chooser.text
    return web.post(chooser.url, data={"user": slack_id})


@contextmanager
def open_house(database_url: str, **settings: Any) -> Iterator[House]:
    """An application over HTTP, on the Wednesday, with everybody in it."""
    clock.use(lambda: NOW)
    slack = StandIn(manifest(), now=demo.now)
    users = _join(slack)
    with slack, demo.running(slack, "#leads", database_url=database_url, **settings) as running:
        house = House(slack, *running, users)
        _hire(house)
        yield house


def move_in(house: House) -> None:
    """Start anew, in another workspace and an empty database, with everybody in it."""
    clock.use(lambda: NOW)
    house.slack.reset()
    house.users = _join(house.slack)
    house.slack.deliver_to(f"{house.address}/slack/events")
    house.application.connect()
    _hire(house)


def _join(slack: StandIn) -> dict[str, User]:
    users = {name: slack.add_user(name, name.title()) for name in ROLES}
    slack.add_channel("leads", members=users.values())
    return users


def _hire(house: House) -> None:
    with house.store.transaction() as session:
        session.add_all(
            Person(
                workspace_id=house.workspace.id, slack_id=house.users[name].id,
                name=name.title(), roles=[str(role) for role in roles],
            )
            for name, roles in ROLES.items()
        )  # fmt: skip
