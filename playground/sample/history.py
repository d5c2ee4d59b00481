"""The fortnight that has happened when the playground opens.

History is not inserted: the application's own verbs make it, at the times when it would have
happened, so that cards, audits and figures are the real thing.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import partial
from itertools import cycle
from typing import TypeVar
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import announcing
from bot.campaigns import changing as campaign_changing
from bot.campaigns import queries as campaign_queries
from bot.campaigns import questions as campaign_questions
from bot.campaigns.draft import Draft
from bot.campaigns.models import Campaign
from bot.digests import sending as digests
from bot.digests.models import Audience
from bot.intake import receiving
from bot.leads import claiming, outcomes
from bot.leads import events as lead_events
from bot.leads.models import Disposition, Lead, Rating
from bot.money import Money
from bot.people import service as people
from bot.people.models import Person, Role, Workspace
from bot.planning import proposal_answers, proposals
from bot.planning import requests as planning_requests
from bot.routing import escalation
from bot.shadowing import rounds as shadowing
from bot.shadowing.models import Rounds
from bot.slack.cards import HOME, Card
from bot.spend import entering, margins
from bot.standups import answering as standup_answering
from bot.standups import asking as standup_asking
from bot.standups import rounds as standup_rounds
from bot.standups.models import StandupEntry, Theme
from bot.store import Store
from bot.tasks import Schedule
from playground.sample import texts
from playground.sample.team import ADMIN, TEAM
from playground.sample.website import Website
from playground.state import User

T = TypeVar("T")
Step = Callable[[Session, Person, int], object]
Event = tuple[timedelta, Callable[[Session], object]]
"""What happens, and how long after the start."""

SENDER = "website"

_DAYS = 14
_DEALS = [240_000, 480_000, 725_000, 1_250_000]  # minor units
_DAY, _HOUR, _SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)


class History:
    """Makes the last fortnight happen, step by step, on a clock that it sets."""

    def __init__(
        self, store: Store, workspace: Workspace, users: dict[str, User],
        draw: Callable[[int], None],
    ) -> None:  # fmt: skip
        """`draw` brings one card up to date: new ones after each step, at its time; what changed
        later of them, once in the end."""
        self._store = store
        self._workspace = workspace
        self._users = users
        self._draw = draw
        self.website = Website()
        self._chance = self.website.chance
        self._notes = cycle(texts.NOTES)
        self._now = clock.now()
        self._start = self._now - _DAYS * _DAY

    def make(self) -> None:
        """All that happened, in its order; the clock is the machine's own again afterwards."""
        _set_clock(self._start)
        try:
            self._at(timedelta(), self._appoint)
            for after, event in sorted(self._events(), key=lambda each: each[0]):
                self._at(after, event)
            while self._at(_DAYS * _DAY, escalation.sweep):
                pass  # what was promised is measured before it is summed up
            self._at(_DAYS * _DAY, self._sum_up)
            self._at(_DAYS * _DAY, self._pair)
            self._draw_stale()
        finally:
            clock.use(None)

    def _events(self) -> Iterator[Event]:
        yield from self._planning()
        yield from self._talk()
        for arrived in self._arrivals():
            yield from self._lead(arrived)

    def _at(self, after: timedelta, step: Callable[[Session], T]) -> T:
        _set_clock(max(self._start + after, clock.now()))
        with self._store.transaction() as session:
            outcome = step(session)
        self._draw_stale(Card.ts.is_(None), Card.kind != HOME)
        return outcome

    def _draw_stale(self, *which: ColumnElement[bool]) -> None:
        """Draw at once what a worker would draw later; time goes on, since a channel takes one
        post a second."""
        with self._store.transaction() as session:
            stale = select(Card.id).where(Card.stale, *which).order_by(Card.id)
            card_ids = session.scalars(stale).all()
        for card_id in card_ids:
            self._draw(card_id)
            _set_clock(clock.now() + _SECOND)

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
            person.email = member.email  # else Slack is asked, which takes until after the start
        margins.set_margin(session, admin, Decimal(60))

    def _sum_up(self, session: Session) -> None:
        """Last week's digest, so that one stands in the channel from the start."""
        digests.send(session, self._workspace.id, Audience.CHANNEL, clock.now())

    def _pair(self, session: Session) -> None:
        """A round of shadowing has just begun; who meets whom stands in their messages."""
        rounds = Rounds(active=True, every_weeks=4, day="mon", at=time(10))
        shadowing.configure(session, self._person(session, ADMIN), rounds)
        shadowing.open_round(session, self._workspace.id, clock.now())

    # ---- campaigns, requests, money ---------------------------------------------------------

    def _planning(self) -> Iterator[Event]:
        yield timedelta(minutes=1), partial(self._announce, "mara", texts.fresh_start)
        yield timedelta(minutes=2), partial(self._announce, "jonas", texts.retail_webinar)
        yield timedelta(hours=1), self._question
        yield 4 * _DAY, partial(self._request, 0)
        yield 4 * _DAY + _HOUR, partial(self._second, ("sofia", "aylin"))
        yield 7 * _DAY, self._stricter
        yield 10 * _DAY, partial(self._request, 1)
        yield 12 * _DAY, self._propose
        yield 12 * _DAY + 3 * _HOUR, self._answers
        yield 13 * _DAY, self._spend

    def _announce(
        self, handle: str, draft_of: Callable[[date, str], Draft], session: Session
    ) -> None:
        draft = draft_of(self._start.date(), self._workspace.currency)
        campaign = announcing.announce(session, self._person(session, handle), draft, draft.name)
        for reader in ("sofia", "aylin"):
            announcing.got_it(session, self._person(session, reader), campaign.id)

    def _question(self, session: Session) -> None:
        sofia, mara = self._person(session, "sofia"), self._person(session, "mara")
        fresh_start = self._campaign(session, texts.FRESH_START)
        text = "Does it count for customers who left two years ago?"
        question = campaign_questions.ask(session, sofia, fresh_start.id, text, "sample")
        assert question is not None
        campaign_questions.answer(
            session, mara, question.id, "Yes: after twelve months they are new again."
        )

    def _stricter(self, session: Session) -> None:
        """The terms change while the campaign runs, and those who confirmed are asked again."""
        fresh_start = self._campaign(session, texts.FRESH_START)
        draft = replace(Draft.of(fresh_start), terms=texts.STRICTER)
        campaign_changing.change(session, self._person(session, "mara"), fresh_start.id, draft)
        announcing.got_it(session, self._person(session, "aylin"), fresh_start.id)

    def _request(self, number: int, session: Session) -> None:
        handle, text, audience, example = texts.REQUESTS[number]
        planning_requests.ask_for(
            session, self._person(session, handle), text, token=f"sample-{number}",
            audience=audience, example=example,
        )  # fmt: skip

    def _second(self, handles: tuple[str, ...], session: Session) -> None:
        [waiting] = planning_requests.unanswered(session, self._workspace.id, 1)
        for handle in handles:
            planning_requests.support(session, self._person(session, handle), waiting.request.id)

    def _propose(self, session: Session) -> None:
        """Marketing proposes what sales asked for."""
        mara, currency = self._person(session, "mara"), self._workspace.currency
        draft = texts.chains(self._now.date(), currency)
        lines = [(name, Money(minor, currency)) for name, minor in texts.CHAINS_LINES]
        [waiting] = planning_requests.unanswered(session, self._workspace.id, 1)
        plan = proposals.Plan(draft, lines)
        campaign = proposals.create_draft(session, mara, plan, "sample", waiting.request.id)
        proposals.propose(session, mara, campaign.id)

    def _answers(self, session: Session) -> None:
        chains = self._campaign(session, "chains-2026")
        proposal_answers.answer_ready(session, self._person(session, "aylin"), chains.id)
        text = "Two years are long for shops that may close. Can it be one?"
        sofia = self._person(session, "sofia")
        proposal_answers.raise_concern(session, sofia, chains.id, chains.version, text, "sample")

    def _spend(self, session: Session) -> None:
        first, currency = self._start.date(), self._workspace.currency
        for (code, lines), handle in zip(texts.DAILY_SPEND.items(), ("mara", "jonas"), strict=True):
            campaign = self._campaign(session, code)
            for line, daily in lines:
                amount = Money(daily * _DAYS, currency)
                last = first + (_DAYS - 1) * _DAY
                spending = entering.Spending(first, last, line, amount)
                who = self._person(session, handle)
                entering.enter(session, who, campaign.id, spending, f"{code} {line}")

    def _campaign(self, session: Session, code: str) -> Campaign:
        campaign_id = campaign_queries.by_utm(session, self._workspace.id, code)
        return campaign_queries.known(session, campaign_id or 0)

    # ---- the daily dialogue -----------------------------------------------------------------

    def _talk(self) -> Iterator[Event]:
        """The standups of the last working day, summed up in the channel."""
        day = self._now.astimezone(self._workspace.zone).date() - _DAY
        while day.weekday() > 4:
            day -= _DAY
        noon = datetime.combine(day, time(12, 30), self._workspace.zone)
        after = noon - self._start
        yield after - 4 * _HOUR, partial(self._ask, day)
        yield after - 3 * _HOUR, self._reply
        yield after + 3 * _HOUR, standup_rounds.close

    def _ask(self, day: date, session: Session) -> None:
        due = select(Schedule).where(Schedule.task == standup_asking.OPEN).order_by(Schedule.id)
        for schedule in session.scalars(due).all():
            zone = schedule.args["place"]
            slot = datetime.combine(day, time(9, 30), ZoneInfo(zone))
            standup_asking.ask(session, schedule.args["standup_id"], zone, slot)

    def _reply(self, session: Session) -> None:
        people_by_id = {self._person(session, handle).id: handle for handle in texts.STANDUP}
        for entry in session.scalars(select(StandupEntry).order_by(StandupEntry.id)).all():
            handle = people_by_id.get(entry.person_id)
            if handle is None:
                continue
            words = texts.STANDUP[handle]
            questions = standup_rounds.entry_to_show(
                session, entry.id
            ).round.standup.active_questions
            fields = {
                each.key: words.get(Theme(each.theme), "As planned." if each.needs_answer else "")
                for each in questions
            }
            standup_answering.answer(session, self._person(session, handle), entry.id, fields)

    # ---- leads ------------------------------------------------------------------------------

    def _arrivals(self) -> list[timedelta]:
        """When leads came, in office hours of working days; what happens last must be over."""
        hours = [
            day * 24 + self._chance.uniform(0, 9)
            for day in range(_DAYS + 1)
            if (self._start + timedelta(days=day)).weekday() < 5
            for _ in range(self._chance.choice([2, 2, 3, 4]))
        ]
        return [timedelta(hours=hour) for hour in hours if 0.2 < hour < _DAYS * 24 - 6]

    def _lead(self, arrived: timedelta) -> Iterator[Event]:
        """One lead, with what became of it."""
        came: list[int] = []
        yield arrived, lambda session: came.append(self._receive(session))
        handle = self._chance.choice(["sofia", "ben", "aylin"])
        for minutes, step in self._fate():
            yield arrived + timedelta(minutes=minutes), partial(self._act, step, handle, came)

    def _receive(self, session: Session) -> int:
        code = self._chance.choice([texts.FRESH_START, texts.FRESH_START, texts.RETAIL, None])
        body = json.dumps(self.website.lead(code)).encode()
        sent = receiving.RawSubmission("api", SENDER, body, "application/json")
        receipt = receiving.receive(session, self._workspace, [sent])[0]
        assert receipt.lead_id is not None
        return receipt.lead_id

    def _act(self, step: Step, handle: str, came: list[int], session: Session) -> None:
        step(session, self._person(session, handle), came[0])

    def _fate(self) -> list[tuple[float, Step]]:
        """What happens to a lead, each step with its minutes after the arrival."""
        chance = self._chance.random
        claimed = self._chance.expovariate(1 / 18)
        steps: list[tuple[float, Step]] = []
        if chance() < 0.1:
            return steps
        steps.append((claimed, claiming.claim))
        contacted = claimed + self._chance.expovariate(1 / 35)
        if chance() < 0.9:
            steps.append((contacted, outcomes.contacted))
        rating = self._chance.choices(list(Rating), [3, 5, 2, 1])[0]
        if chance() < 0.8:
            reason = "No budget this year" if rating.needs_reason else ""
            rate = partial(outcomes.rate, rating=rating, reason=reason)
            steps.append((contacted + 120, rate))
        if rating in (Rating.GREAT, Rating.GOOD) and chance() < 0.7:
            steps.append((contacted + 180, self._qualify))
            steps.append((contacted + 182, partial(lead_events.add_note, text=next(self._notes))))
        return [*steps, *self._end(rating, contacted + 240)]

    def _qualify(self, session: Session, who: Person, lead_id: int) -> Lead:
        """With what is expected, as far as it can be said already."""
        amount = Money(_DEALS[lead_id % len(_DEALS)], self._workspace.currency)
        close_on = clock.now().date() + timedelta(days=20 + lead_id * 7 % 60)
        expected = outcomes.Expectation(amount if lead_id % 5 else None, close_on)
        return outcomes.qualify(session, who, lead_id, expected)

    def _end(self, rating: Rating, after: float) -> list[tuple[float, Step]]:
        if rating is Rating.GREAT and self._chance.random() < 0.6:
            amount = Money(self._chance.choice(_DEALS), self._workspace.currency)
            return [(after, partial(outcomes.win, amount=amount))]
        if rating.needs_reason and self._chance.random() < 0.7:
            code = self._chance.choice([Disposition.NO_BUDGET, Disposition.NO_INTEREST_OR_NEED])
            return [(after, partial(outcomes.lose, ending=outcomes.Ending(code)))]
        return []


def _set_clock(moment: datetime) -> None:
    clock.use(lambda: moment)
