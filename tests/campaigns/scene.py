"""A small company that announces campaigns: its people, its clock, and its Slack."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from procrastinate import PsycopgConnector
from sqlalchemy import select, text

from bot import clock
from bot.campaigns import announcing, queries, questions
from bot.campaigns.draft import Draft
from bot.campaigns.models import Campaign, Kind
from bot.people.models import Person, Role
from bot.store import Store
from bot.tasks import Tasks
from playground.standin import StandIn
from playground.state import Channel, Message
from tests.company import BaseCompany, hire_all, install
from tests.loops import run
from tests.moved_clock import MovedClock

TODAY = date(2026, 6, 1)  # a Monday
CAPACITY = "About 9 leads a working day. *The team has room for them.*"

SPRING = Draft(
    name="Summer trial",
    kind=Kind.SEARCH_ADS,
    audience="Workshops with 5 to 20 people in Austria",
    offer="Three months at half price on the Team plan",
    terms="New customers only. Monthly payment, cancel any time.",
    talking_points="No set-up fee\nData stays in Vienna",
    starts_on=TODAY,
    ends_on=date(2026, 6, 30),
    utm_campaign="summer-trial-2026",
)


def draft(**changes: Any) -> Draft:
    return replace(SPRING, **changes)


@dataclass
class Company(BaseCompany):
    """Mara in marketing, Sal and Sue in sales, and what they do with campaigns."""

    mara: Person
    sal: Person
    sue: Person

    def announce(self, token: str = "form-1", **changes: Any) -> Campaign:
        with self.store.transaction() as session:
            return announcing.announce(session, self.mara, draft(**changes), token)

    def all_campaigns(self) -> list[Campaign]:
        with self.store.transaction() as session:
            return list(session.scalars(select(Campaign).order_by(Campaign.id)))

    def got_it(self, who: Person, campaign: Campaign) -> bool:
        with self.store.transaction() as session:
            return announcing.got_it(session, who, campaign.id)

    def ask(self, who: Person, campaign: Campaign, text: str, token: str = "form-1") -> bool:
        with self.store.transaction() as session:
            return questions.ask(session, who, campaign.id, text, token) is not None

    def readers(self, campaign: Campaign) -> list[str]:
        with self.store.transaction() as session:
            return [person.name for person in queries.readership(session, campaign).readers]

    def due(self, task: str) -> list[datetime]:
        """When each waiting job of this task is due, to the minute, on the company's clock."""
        with self.store.transaction() as session:
            rows = session.execute(
                text(
                    "SELECT scheduled_at FROM procrastinate_jobs WHERE task_name = :t ORDER BY id"
                ),
                {"t": task},
            )
            return [_to_the_minute(row[0] + clock.offset()) for row in rows]


def _to_the_minute(at: datetime) -> datetime:
    return (at + timedelta(seconds=30)).replace(second=0, microsecond=0)


@dataclass
class Town:
    """The company with a Slack around it, in which its people click."""

    company: Company
    slack: StandIn
    channel: Channel
    tasks: Tasks
    hands: MovedClock

    def work(self) -> None:
        """Let a worker do what waits, in its order, and go home."""
        self.hands.forward(seconds=2)  # so that no channel makes it wait for its second
        run(self._work())

    async def _work(self) -> None:
        url = self.company.store.engine.url.set(drivername="postgresql")
        connector = PsycopgConnector(conninfo=url.render_as_string(hide_password=False))
        with self.tasks.app.replace_connector(connector) as app:
            async with app.open_async():
                await app.run_worker_async(
                    wait=False,
                    concurrency=1,
                    delete_jobs="successful",
                    install_signal_handlers=False,
                )

    def posted(self) -> list[Message]:
        return self.slack.messages(self.channel)

    def direct(self, person: Person) -> list[str]:
        return [message.text for message in self.slack.messages(self.slack.im(person.slack_id))]

    def messages_of(self, person: Person, times: int = 1) -> list[str]:
        """What only this person was told, once it is so many messages."""
        self.slack.wait_until(lambda: len(self.slack.ephemerals(person.slack_id)) >= times)
        return [message.text for message in self.slack.ephemerals(person.slack_id)]


def found(
    store: Store, team_id: str = "T1", channel: str = "C1", *, mara: str = "UMARA",
    sal: str = "USAL", sue: str = "USUE",
) -> Company:  # fmt: skip
    """A company, and its people by their ids in Slack."""
    workspace = install(store, team_id, channel)
    sells = [Role.SALESPERSON]
    staff = {"Mara": [Role.MARKETER], "Sal": sells, "Sue": sells}
    ids = {"Mara": mara, "Sal": sal, "Sue": sue}
    return Company(store, workspace, *hire_all(store, workspace, staff, slack_ids=ids))
