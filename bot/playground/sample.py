"""The sample workspace: a believable team, two campaigns, and a fortnight of leads.

History is not inserted: the application's own verbs make it, at the times when it would have
happened, so that cards, audits and figures are the real thing.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import cycle, product
from typing import TypeVar

from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import service as campaigns
from bot.campaigns.model import Campaign
from bot.digests import service as digests
from bot.digests.model import Audience
from bot.leads import service as leads
from bot.leads.model import Disposition, Rating
from bot.money import Money
from bot.people import service as people
from bot.people.model import Person, Role, Workspace
from bot.playground.standin import StandIn
from bot.playground.state import User
from bot.store import Store

T = TypeVar("T")
Step = Callable[[Session, Person, int], object]

CHANNEL = "leads"
"""The shared channel of marketing and sales."""

SENDER = "website"


@dataclass(frozen=True)
class Member:
    """A sample person."""

    handle: str
    name: str
    zone: str
    role: Role
    team: str

    @property
    def label(self) -> str:
        """What they do, as the page's list of people says it."""
        return "Sales" if self.role is Role.SALESPERSON else self.role.label


TEAM = (
    Member("sofia", "Sofia Rossi", "Europe/Rome", Role.SALESPERSON, "Sales"),
    Member("ben", "Ben Carter", "Europe/London", Role.SALESPERSON, "Sales"),
    Member("aylin", "Aylin Demir", "Europe/Berlin", Role.SALESPERSON, "Sales"),
    Member("mara", "Mara Lindqvist", "Europe/Stockholm", Role.MARKETER, "Marketing"),
    Member("jonas", "Jonas Weber", "Europe/Berlin", Role.MARKETER, "Marketing"),
    Member("clara", "Clara Novak", "Europe/Vienna", Role.MANAGER, "Sales"),
)
ADMIN = "clara"

_FIRST = "Anna Luca Priya Tom Elena Kofi Marta Hugo Ines Yusuf Greta Paul Noor Felix Lena".split()  # noqa: SIM905
_LAST = "Berger Moretti Shah Hughes Popova Mensah Silva Laurent Costa Kaya Holm Fischer".split()  # noqa: SIM905
_COMPANIES = [
    "Nordwind Logistics", "Brasserie Lumen", "Kestrel Robotics", "Alpine Dental", "Atelier Sanne",
    "Hafen Coffee Roasters", "Vireo Health", "Bluefin Seafood", "Studio Okapi", "Larch & Co.",
]  # fmt: skip
_TITLES = ["Owner", "Operations manager", "Head of purchasing", "Office manager", "CTO"]
_WISHES = [
    "We open a second site in spring. What would the starter package cost for 12 people?",
    "Please call me back, mornings are best. We want to switch before the end of the quarter.",
    "Does the free trial include the integration with our shop?",
    "Saw you at the fair. Can you send an offer for 40 seats?",
    "We compare three vendors and decide this week.",
    "Just looking for prices, thank you.",
]
_DEALS = [240_000, 480_000, 725_000, 1_250_000]  # minor units


def staff(slack: StandIn) -> dict[str, User]:
    """Put the team and its channels into the workspace."""
    users = {
        each.handle: slack.add_user(
            each.handle, each.name, tz=each.zone, is_admin=each.handle == ADMIN
        )
        for each in TEAM
    }
    slack.add_channel(CHANNEL, members=users.values(), topic="New leads and campaigns, for both")
    for team in people.TEAMS:
        members = [users[each.handle] for each in TEAM if each.team == team]
        slack.add_channel(team.lower(), members=members, with_app=False, topic=f"{team} only")
    return users


class Website:
    """Its visitors raise a hand, and nobody twice: who came back would get no card of their own."""

    def __init__(self) -> None:
        self.chance = random.Random(7)  # noqa: S311 - the same sample every time
        names = list(product(_FIRST, _LAST))
        self.chance.shuffle(names)
        self._visitors = enumerate(cycle(names), 100)

    def lead(self, code: str | None) -> dict[str, str]:
        """What the website sends of its next visitor."""
        chance = self.chance
        number, (first, last) = next(self._visitors)
        body = {
            "external_id": f"sample-{number}-{chance.getrandbits(48):012x}",
            "first_name": first,
            "last_name": last,
            "company": chance.choice(_COMPANIES),
            "job_title": chance.choice(_TITLES),
            "email": f"{first}.{last}{'' if number < 280 else number}@example.com".lower(),
            "phone": f"+49 30 90{18_000 + number}",
            "country": "DE",
            "message": chance.choice(_WISHES),
        }
        return body | ({"utm_campaign": code} if code else {})


class History:
    """Makes the last fortnight happen, step by step, on a clock that it sets."""

    def __init__(
        self, store: Store, workspace: Workspace, users: dict[str, User], draw: Callable[[], None]
    ) -> None:
        """`draw` brings every card up to date; it is called after each step, at its time."""
        self._store = store
        self._workspace = workspace
        self._users = users
        self._draw = draw
        self.website = Website()
        self._chance = self.website.chance
        self._start = clock.now() - timedelta(days=14)

    def make(self) -> None:
        """People, campaigns, leads; the clock is the machine's own again afterwards."""
        try:
            self._at(self._start, self._appoint)
            self._at(self._start, self._announce)
            for hours in self._arrivals():
                self._lead(self._start + timedelta(hours=hours))
            self._at(self._start + timedelta(days=14), self._sum_up)
        finally:
            clock.use(None)

    def _at(self, moment: datetime, step: Callable[[Session], T]) -> T:
        clock.use(lambda: moment)
        with self._store.transaction() as session:
            outcome = step(session)
        self._draw()
        return outcome

    def _person(self, session: Session, handle: str) -> Person:
        return people.person(session, self._workspace.id, self._users[handle].id)

    def _appoint(self, session: Session) -> None:
        admin = self._person(session, ADMIN)
        people.open_people(session, admin, None)
        teams = {team.name: team.id for team in people.teams(session, self._workspace.id)}
        for member in TEAM:
            roles = {member.role} | ({Role.ADMIN} if member.handle == ADMIN else set())
            slack_id = self._users[member.handle].id
            person = people.assign(session, admin, slack_id, roles, teams[member.team])
            person.name, person.timezone = member.name, member.zone

    def _announce(self, session: Session) -> None:
        today = self._start.date()
        for handle, fields in zip(("mara", "jonas"), _campaigns(today), strict=True):
            draft = campaigns.draft(fields, self._workspace.currency, today)
            who = self._person(session, handle)
            campaign = campaigns.announce(session, who, draft, fields["name"])
            self._read(session, campaign)

    def _read(self, session: Session, campaign: Campaign) -> None:
        for handle in ("sofia", "aylin"):
            campaigns.got_it(session, self._person(session, handle), campaign.id)

    def _sum_up(self, session: Session) -> None:
        """Last week's digest, so that one stands in the channel from the start."""
        digests.send(session, self._workspace.id, Audience.CHANNEL, clock.now())

    def _arrivals(self) -> list[float]:
        """Hours since the start, in office hours of working days, in order; none in the future."""
        hours = [
            day * 24 + self._chance.uniform(0, 9)
            for day in range(15)
            if (self._start + timedelta(days=day)).weekday() < 5
            for _ in range(self._chance.choice([1, 2, 3]))
        ]
        # What happens last must be over before the sample opens.
        return sorted(hour for hour in hours if hour < 14 * 24 - 6)

    def _lead(self, arrived: datetime) -> None:
        """One lead, with what became of it."""
        lead_id = self._at(arrived, self._receive)
        handle = self._chance.choice(["sofia", "ben", "aylin"])
        for minutes, step in self._fate():
            act = partial(self._act, step, handle, lead_id)
            self._at(arrived + timedelta(minutes=minutes), act)

    def _receive(self, session: Session) -> int:
        code = self._chance.choice(["spring-start", "spring-start", "webinar-retail", None])
        body = json.dumps(self.website.lead(code)).encode()
        workspace = self._workspace
        receipt = leads.receive(session, workspace, "api", SENDER, body, "application/json")
        assert receipt.lead_id is not None
        return receipt.lead_id

    def _act(self, step: Step, handle: str, lead_id: int, session: Session) -> None:
        step(session, self._person(session, handle), lead_id)

    def _fate(self) -> list[tuple[float, Step]]:
        """What happens to a lead, each step with its minutes after the arrival."""
        chance = self._chance.random
        claimed = self._chance.expovariate(1 / 18)
        steps: list[tuple[float, Step]] = []
        if chance() < 0.12:
            return steps
        steps.append((claimed, leads.claim))
        if chance() < 0.9:
            steps.append((claimed + self._chance.expovariate(1 / 35), leads.contacted))
        rating = self._chance.choices(list(Rating), [3, 5, 2, 1])[0]
        if chance() < 0.8:
            reason = "No budget this year" if rating.needs_reason else ""
            steps.append((claimed + 120, lambda s, who, i: leads.rate(s, who, i, rating, reason)))
        steps.extend(self._end(rating, claimed + 240))
        return steps

    def _end(self, rating: Rating, after: float) -> list[tuple[float, Step]]:
        if rating is Rating.HOT and self._chance.random() < 0.6:
            amount = Money(self._chance.choice(_DEALS), self._workspace.currency)
            return [(after, lambda s, who, i: leads.win(s, who, i, amount))]
        if rating.needs_reason and self._chance.random() < 0.7:
            code = self._chance.choice([Disposition.NO_BUDGET, Disposition.NO_INTEREST_OR_NEED])
            return [(after, lambda s, who, i: leads.lose(s, who, i, leads.Ending(code)))]
        return []


def _campaigns(today: date) -> list[dict[str, str]]:
    """The two sample campaigns, as their forms would be filled in."""
    return [
        {
            "name": "Spring start",
            "kind": "search_ads",
            "audience": "Shops and offices with 5 to 50 people that switch vendors",
            "offer": "Three months free with a yearly contract",
            "terms": "New customers only. Signed within 30 days of the first call. Twelve months "
            "minimum, then monthly.",
            "talking_points": "Set-up takes one day and is free.\n"
            "Their data moves with them; we do it.\n"
            "Nobody else includes support in the base price.",
            "starts_on": today.isoformat(),
            "ends_on": (today + timedelta(days=45)).isoformat(),
            "budget": "12,000",
            "expected_leads": "60",
            "utm_campaign": "spring-start",
        },
        {
            "name": "Retail webinar",
            "kind": "webinar",
            "audience": "Owners of two or more shops",
            "offer": "A free audit of one shop, worth 900 EUR",
            "terms": "For participants of the webinar. One audit a company.",
            "talking_points": "Ask which shop loses most.\nThe audit takes two hours on site.",
            "starts_on": today.isoformat(),
            "ends_on": (today + timedelta(days=30)).isoformat(),
            "budget": "4,500",
            "expected_leads": "25",
            "utm_campaign": "webinar-retail",
        },
    ]
