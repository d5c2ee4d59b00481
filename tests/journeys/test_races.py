"""Many at once: two hundred people click Claim, and one lead is sent fifty times."""

from collections.abc import Sequence
from contextlib import ExitStack
from functools import partial
from itertools import cycle
from pathlib import Path
from typing import TypeVar

import httpx
from sqlalchemy import func, insert, select

from bot.intake.models import Submission
from bot.leads.models import EventType, Lead, LeadEvent
from bot.people.models import Person, Role
from bot.slack.cards import Card
from bot.store import Base
from playground.delivery import Deliveries, Delivery
from playground.standin import StandIn
from playground.state import Message, User
from tests.journeys.conftest import Office, drawn
from tests.journeys.processes import run
from tests.threads import at_once

T = TypeVar("T")
CLICKS, POSTS = 200, 50


class Spread(Deliveries):
    """Slack's requests, to each of several web processes in turn."""

    def __init__(self, slack: StandIn, addresses: Sequence[str]) -> None:
        super().__init__(slack.workspace, slack.faults, slack.sockets)
        self.url = addresses[0]
        self._turns = cycle(addresses)

    def _over_http(self, _url: str, delivery: Delivery, reason: str | None) -> None:
        super()._over_http(next(self._turns), delivery, reason)


def hire(office: Office, count: int) -> list[User]:
    """So many salespeople, each known to Slack and to us."""
    users = [office.slack.add_user(f"seller{number}") for number in range(count)]
    workspace_id = office.application.workspace().id
    rows = [
        {
            "workspace_id": workspace_id, "slack_id": user.id, "name": user.real_name,
            "roles": [Role.SALESPERSON.value], "active": True,
        }
        for user in users
    ]  # fmt: skip
    with office.application.store.transaction() as session:
        session.execute(insert(Person), rows)
    return users


def claim(office: Office, card: Message, user: User) -> bool:
    """Click, on the card as it was before anybody did."""
    return office.slack.hand(user).click(card, "lead.claim").ok


def post_at_once(office: Office, addresses: Sequence[str]) -> list[httpx.Response]:
    """The same lead, so many times, over connections of their own, to each address in turn."""
    lead = {"external_id": "form-7-1", "email": "ada@example.com", "first_name": "Ada"}
    turns = cycle(addresses)
    with httpx.Client(headers=office.key, timeout=60) as sender:
        send = [lambda: sender.post(f"{next(turns)}/leads/api", json=lead)] * POSTS
        return at_once(send, threads=POSTS)


def count(office: Office, table: type[Base]) -> int:
    with office.application.store.transaction() as session:
        return session.scalars(select(func.count()).select_from(table)).one()


def claims(office: Office) -> list[str]:
    """Who has claimed the lead, as the audit knows it: Slack's IDs."""
    with office.application.store.transaction() as session:
        found = (
            select(Person.slack_id).join(LeadEvent).where(LeadEvent.event_type == EventType.CLAIMED)
        )
        return list(session.scalars(found))


def assert_one_winner(office: Office, users: Sequence[User]) -> None:
    """One owner and one row in the audit; everyone else was told the owner's name, once."""
    [winner] = claims(office)
    losers = [user for user in users if user.id != winner]
    assert len(losers) == len(users) - 1

    def messages_of(user: User) -> list[Message]:
        direct = office.slack.messages(office.slack.im(user))
        return [*office.slack.ephemerals(user), *direct]

    office.slack.wait_until(lambda: all(map(messages_of, losers)), timeout=60)
    for loser in losers:
        [sentence] = messages_of(loser)
        assert f"<@{winner}> claimed this lead <!date" in sentence.text
    card = office.card("claimed the lead Ada", winner)
    assert "lead.claim'" not in drawn(card)
    assert office.slack.messages(office.channel) == [card]


def assert_one_lead(office: Office, answers: Sequence[httpx.Response]) -> None:
    """One lead and one card, and every request kept and answered alike."""
    assert [answer.status_code for answer in answers] == [202] * POSTS
    assert len({answer.json()["lead_id"] for answer in answers}) == 1
    assert sorted(answer.json()["duplicate"] for answer in answers) == [False] + [True] * 49
    assert (count(office, Lead), count(office, Submission)) == (1, POSTS)
    office.card("New lead: Ada", "lead.claim")
    assert count(office, Card) == 1
    assert len(office.slack.messages(office.channel)) == 1


def test_many_threads_make_one_lead_with_one_owner(office: Office) -> None:
    users = hire(office, CLICKS)
    assert_one_lead(office, post_at_once(office, [office.address]))
    card = office.slack.as_seen(office.card("lead.claim"))
    clicks = [partial(claim, office, card, user) for user in users]
    assert all(at_once(clicks, threads=4))
    assert_one_winner(office, users)


def test_many_processes_make_one_lead_with_one_owner(office: Office, tmp_path: Path) -> None:
    users = hire(office, CLICKS)
    with ExitStack() as stack:
        webs = [stack.enter_context(run(office, tmp_path, "--web")) for _ in range(4)]
        addresses = [web.address for web in webs]
        assert_one_lead(office, post_at_once(office, addresses))
        office.slack.deliveries = Spread(
            office.slack, [f"{address}/slack/events" for address in addresses]
        )
        card = office.slack.as_seen(office.card("lead.claim"))
        clicks = [partial(claim, office, card, user) for user in users]
        assert all(at_once(clicks, threads=16))
        assert_one_winner(office, users)
