"""The ladder: step after step in working time, each once, and none after the claim."""

from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import func, select, update

from bot import clock, slack
from bot.cli import leads as lead_commands
from bot.errors import FieldErrors, HandoffError, NotAllowed, NotFound
from bot.intake.creating import create_or_merge
from bot.intake.lead_draft import IntakeContext
from bot.leads import calls, claiming, events, outcomes, queries
from bot.leads import notices as lead_notices
from bot.leads.claiming import (
    AlreadyClosed,
    AlreadyYours,
    DoesNotSell,
    InThePast,
    NotClaimed,
    NotYours,
    OwnsItAlready,
    Reserved,
)
from bot.leads.list_models import Mine
from bot.leads.messages import lead_card, lead_modal, notifications
from bot.leads.models import CallResult, Disposition, EventType, Lead, LeadEvent, Rating, Status
from bot.leads.notice_models import EscalationStep, LeadNotice, LeadStep, ServiceLevel
from bot.leads.outcomes import (
    AlreadyQualified,
    AmountMissing,
    AmountUnchanged,
    AnotherIsOpen,
    NotClosed,
    NotWon,
)
from bot.money import Money
from bot.people.models import Absence, Person, Role, Team, Workspace
from bot.routing import (
    absences,
    covering,
    escalation,
    messages,
    round_robin,
    sla,
    slack_status,
    unclaimed,
)
from bot.routing.absences import AlreadyAsked, NotAskedAnyMore, NotAway, StandInAway
from bot.routing.escalation import NotSuggestedToYou
from bot.routing.models import AwayOffer, RoundRobinWeight
from bot.slack import Message
from bot.slack.cards import Card
from bot.slack.text import moment
from bot.sources.lead_payload import read
from bot.store import Store
from bot.tasks.rows import ParkedRow
from tests.company import hire, hire_all, install
from tests.moved_clock import NINE, MovedClock
from tests.threads import at_once

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
_NEXT_LOOK = select(func.min(Lead.next_check_at))


class Floor:
    """A sales floor in Berlin, on a Monday at nine, and its clock."""

    def __init__(self, store: Store) -> None:
        self.store, self.hands = store, MovedClock()
        self.workspace = install(store)
        with store.transaction() as session:
            session.execute(update(Team).where(Team.name == "Sales").values(country="DE-BE"))
        sells = [Role.SALESPERSON]
        staff = {"Sal": sells, "Sue": sells, "Boss": [Role.MANAGER]}
        self.sal, self.sue, self.boss = hire_all(store, self.workspace, staff, team="Sales")

    def hire(self, name: str, role: Role = Role.SALESPERSON) -> Person:
        return hire(self.store, self.workspace, f"U{name.upper()}", name, role, team="Sales")

    def lead(self, n: int = 1, source: str = "api") -> int:
        payload = read(
            {"email": f"ada{n}@example.com", "first_name": "Ada", "external_id": f"x{n}"}
        )
        with self.store.transaction() as session:
            workspace = session.get_one(Workspace, self.workspace.id)
            return create_or_merge(session, workspace, [payload], IntakeContext(source))[0].lead_id

    def sweep(self) -> datetime | None:
        """Let the clock look at what is due; returns when it has to look next."""
        while True:
            with self.store.transaction() as session:
                if not escalation.sweep(session):
                    return session.scalar(_NEXT_LOOK)

    def until(self, end: datetime, every: timedelta = MINUTE) -> None:
        """Let the clock tick until then; ticks at which nothing is due are left out."""
        with self.store.transaction() as session:
            due = session.scalar(_NEXT_LOOK)
        while self.hands.now < end:
            ahead = min(due or end, end) - self.hands.now
            self.hands.now += every * max(1, -(-ahead // every))
            due = self.sweep()

    def steps(self, lead_id: int) -> list[tuple[str, str, str]]:
        """EscalationStep, whom it concerned, and when by Berlin's clock."""
        with self.store.transaction() as session:
            rows = session.execute(
                select(LeadStep, Person.name)
                .outerjoin(Person, Person.id == LeadStep.person_id)
                .where(LeadStep.lead_id == lead_id)
                .order_by(LeadStep.id)
            ).all()
            zone = self.workspace.zone
            return [
                (step.step, name or "", f"{step.at.astimezone(zone):%a %H:%M}")
                for step, name in rows
            ]

    def do(self, verb: Callable[..., Lead], who: Person, *args: object) -> Lead:
        with self.store.transaction() as session:
            return verb(session, who, *args)

    def get(self, lead_id: int) -> Lead:
        with self.store.transaction() as session:
            return session.get_one(Lead, lead_id)

    def level(self, **facts: int) -> None:
        with self.store.transaction() as session:
            level = session.get_one(ServiceLevel, self.workspace.id)
            for name, value in facts.items():
                setattr(level, name, value)

    def away(self, who: Person, hours: float) -> None:
        with self.store.transaction() as session:
            session.add(Absence(workspace_id=who.workspace_id, person_id=who.id,
                                starts_at=clock.now(),
                                ends_at=clock.now() + timedelta(hours=hours)))  # fmt: skip

    def again(self, n: int) -> None:
        """The customer writes again."""
        payload = read({"email": f"ada{n}@example.com", "external_id": f"again{self.hands.runs()}"})
        with self.store.transaction() as session:
            workspace = session.get_one(Workspace, self.workspace.id)
            [result] = create_or_merge(session, workspace, [payload], IntakeContext("api"))
            assert result.has_joined
        self.sweep()

    def stalled(self) -> None:
        with self.store.transaction() as session:
            workspace = session.get_one(Workspace, self.workspace.id)
            lead_notices.notify_stalled(session, workspace, clock.now())

    def mine(self) -> dict[Mine, int]:
        """Sal's lists that have something in them."""
        with self.store.transaction() as session:
            counts = queries.count_mine(session, session.get_one(Person, self.sal.id))
            return {which: count for which, count in counts.items() if count}

    def notices(self, name: str) -> list[str]:
        """What the messages about several leads say to somebody."""
        with self.store.transaction() as session:
            found = session.scalars(
                select(LeadNotice.id)
                .join(Person, Person.id == LeadNotice.person_id)
                .where(Person.name == name)
                .order_by(LeadNotice.id)
            ).all()
            return [
                notifications.notice(queries.notice_facts(session, each)).text for each in found
            ]

    def cards(self, kind: str, target: str) -> int:
        with self.store.transaction() as session:
            return len(session.scalars(select(Card).filter_by(kind=kind, target=target)).all())


@pytest.fixture
def floor(store: Store) -> Iterator[Floor]:
    yield Floor(store)
    clock.use(lambda: datetime.now(UTC))


def test_nobody_claims_and_the_ladder_is_climbed_to_its_end(floor: Floor) -> None:
    lead = floor.lead()
    floor.until(NINE + 4 * HOUR)
    assert floor.steps(lead) == [
        (EscalationStep.NUDGE, "", "Mon 09:03"),
        (EscalationStep.MESSAGE, "Sal", "Mon 09:15"),
        (EscalationStep.MESSAGE, "Sue", "Mon 09:15"),
        (EscalationStep.SUGGEST, "Sal", "Mon 09:30"),
        (EscalationStep.MANAGER, "Boss", "Mon 10:00"),
    ]
    assert floor.get(lead).next_check_at is None
    assert floor.get(lead).claim_due_at == NINE + 3 * MINUTE


def test_a_card_is_drawn_once_it_is_known_by_when(floor: Floor) -> None:
    """Whoever was quick has claimed it by then, and its card would say nothing."""
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    with floor.store.transaction() as session:
        session.execute(update(Card).values(stale=False))
    floor.sweep()
    assert floor.get(lead).due_at is not None
    with floor.store.transaction() as session:
        assert all(session.scalars(select(Card.stale).where(Card.kind == lead_notices.CARD)))


def test_after_the_claim_there_is_none(floor: Floor) -> None:
    lead = floor.lead()
    floor.until(NINE + 6 * MINUTE)
    floor.do(claiming.claim, floor.sue, lead)
    floor.do(outcomes.contacted, floor.sue, lead)
    floor.until(NINE + 4 * HOUR)
    assert [step for step, *_ in floor.steps(lead)] == [EscalationStep.NUDGE]
    assert floor.get(lead).claim_worked == 6 * 60
    assert floor.get(lead).response_worked == 6 * 60


def test_out_of_hours_it_pauses_and_goes_on(floor: Floor) -> None:
    floor.hands.now = datetime(2026, 5, 22, 14, 58, tzinfo=UTC)  # Friday, two minutes to five
    lead = floor.lead()
    floor.until(floor.hands.now + 2 * MINUTE)
    morning = datetime(2026, 5, 26, 7, tzinfo=UTC)  # Tuesday: Whit Monday is free
    floor.until(morning, every=30 * MINUTE)
    floor.until(morning + 20 * MINUTE)
    assert floor.steps(lead) == [
        (EscalationStep.NUDGE, "", "Tue 09:01"),
        (EscalationStep.MESSAGE, "Sal", "Tue 09:13"),
        (EscalationStep.MESSAGE, "Sue", "Tue 09:13"),
    ]
    floor.do(claiming.claim, floor.sal, lead)
    floor.sweep()
    assert floor.get(lead).claim_worked == 22 * 60


def test_an_outage_delays_it_and_makes_no_burst(floor: Floor) -> None:
    lead = floor.lead()
    floor.sweep()
    floor.hands.forward(hours=3)
    floor.until(floor.hands.now + 14 * MINUTE)
    assert floor.steps(lead) == [
        (EscalationStep.NUDGE, "", "Mon 12:01"),
        (EscalationStep.MESSAGE, "Sal", "Mon 12:13"),
        (EscalationStep.MESSAGE, "Sue", "Mon 12:13"),
    ]


def test_a_claim_without_contact_is_reminded_and_taken_back(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    floor.until(NINE + 61 * MINUTE)
    assert floor.steps(lead) == [
        (EscalationStep.REMIND, "Sal", "Mon 09:03"),
        (EscalationStep.TAKE_BACK, "Sal", "Mon 10:00"),
    ]
    back = floor.get(lead)
    assert (back.claimed_by, back.passed_by, back.assignment_no) == (None, floor.sal.id, 2)
    with floor.store.transaction() as session:
        event = session.scalars(
            select(LeadEvent).where(LeadEvent.event_type == EventType.TAKEN_BACK)
        ).one()
    assert event.facts == {"owner_id": floor.sal.id, "why": "no contact"}
    floor.until(NINE + 95 * MINUTE)
    assert floor.steps(lead)[-1] == (EscalationStep.SUGGEST, "Sue", "Mon 10:30")


def test_who_released_a_lead_is_not_offered_it(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    floor.hands.now += MINUTE
    floor.do(claiming.release, floor.sal, lead)
    floor.until(NINE + 45 * MINUTE)
    assert floor.get(lead).suggested_to == floor.sue.id


def test_no_owner_is_first_reminded_after_the_response_target(floor: Floor) -> None:
    """At the latest when it passes; a lead that is late already is reminded of halfway to when it
    goes back."""
    early, close, late = floor.lead(1), floor.lead(2), floor.lead(3)
    floor.do(claiming.claim, floor.sal, early)
    floor.until(NINE + 4 * MINUTE)
    floor.do(claiming.claim, floor.sal, close)
    floor.until(NINE + 10 * MINUTE)
    floor.do(claiming.claim, floor.sal, late)
    floor.until(NINE + 45 * MINUTE)
    reminded = [floor.steps(each)[-1] for each in (early, close, late)]
    assert reminded == [
        (EscalationStep.REMIND, "Sal", f"Mon 09:{minute}") for minute in ("03", "05", "40")
    ]


def test_who_passes_on_hands_over_to_the_next_and_then_to_the_fallback(floor: Floor) -> None:
    lead = floor.lead()
    floor.until(NINE + 30 * MINUTE)
    with floor.store.transaction() as session:
        first = session.scalars(
            select(LeadStep.id).where(LeadStep.step == EscalationStep.SUGGEST)
        ).one()
    floor.do(escalation.decline, floor.sal, first)
    assert floor.get(lead).suggested_to == floor.sue.id
    with pytest.raises(NotSuggestedToYou):
        floor.do(escalation.decline, floor.sal, first)
    with floor.store.transaction() as session:
        second = session.scalars(
            select(LeadStep.id)
            .where(LeadStep.step == EscalationStep.SUGGEST)
            .order_by(LeadStep.id.desc())
        ).first()
    floor.do(escalation.decline, floor.sue, second)
    assert floor.steps(lead)[-1] == (EscalationStep.FALLBACK, "Boss", "Mon 09:30")


def test_what_was_offered_to_somebody_who_goes_away_is_offered_to_the_next(floor: Floor) -> None:
    lead = floor.lead()
    floor.until(NINE + 30 * MINUTE)
    assert floor.get(lead).suggested_to == floor.sal.id
    with floor.store.transaction() as session:
        absences.go_away(session, floor.sal, NINE + 24 * HOUR)
    assert offer_to(floor, lead, floor.sal).endswith("back in the channel.")
    floor.until(NINE + 31 * MINUTE)
    assert floor.get(lead).suggested_to == floor.sue.id
    assert offer_to(floor, lead, floor.sal).endswith("offered to somebody else.")
    with floor.store.transaction() as session:
        absences.go_away(session, floor.sue, NINE + 24 * HOUR)
    floor.until(NINE + 2 * HOUR)
    assert floor.get(lead).suggested_to is None
    assert floor.steps(lead)[-1][1:] == ("Boss", "Mon 10:00")


def test_when_all_are_out_the_named_person_hears_of_it_once(floor: Floor) -> None:
    nina = floor.hire("Nina", Role.MARKETER)
    floor.level(fallback_id=nina.id)
    for each in (floor.sal, floor.sue):
        floor.away(each, 6)
    lead = floor.lead()
    floor.until(NINE + 50 * MINUTE)
    assert floor.steps(lead) == [
        (EscalationStep.NUDGE, "", "Mon 09:03"),
        (EscalationStep.FALLBACK, "Nina", "Mon 09:15"),
    ]


def test_a_full_hand_is_passed_over(floor: Floor) -> None:
    floor.level(most_open=1)
    mine = floor.lead(1)
    floor.do(claiming.claim, floor.sal, mine)
    floor.do(outcomes.contacted, floor.sal, mine)
    lead = floor.lead(2)
    floor.until(NINE + 30 * MINUTE)
    assert floor.steps(lead)[-1] == (EscalationStep.SUGGEST, "Sue", "Mon 09:30")


def test_with_all_hands_full_the_manager_hears_once_and_the_first_with_room_is_offered_it(
    floor: Floor,
) -> None:
    floor.level(most_open=1)
    held = [floor.lead(1), floor.lead(2)]
    for seller, each in zip((floor.sal, floor.sue), held, strict=True):
        floor.do(claiming.claim, seller, each)
        floor.do(outcomes.contacted, seller, each)
    lead = floor.lead(3)
    floor.until(NINE + 2 * HOUR)
    assert [step for step in floor.steps(lead) if step[1] == "Boss"] == [
        (EscalationStep.MANAGER, "Boss", "Mon 10:00")
    ]
    assert floor.notices("Boss") == [f"Ada (#{lead}) is still unclaimed. Assign someone?"]
    floor.do(outcomes.lose, floor.sue, held[1], outcomes.Ending(Disposition.NO_BUDGET))
    floor.until(NINE + 2 * HOUR + 6 * MINUTE)
    assert floor.get(lead).suggested_to == floor.sue.id
    assert [step for step, *_ in floor.steps(lead)][-1] == EscalationStep.SUGGEST


def test_when_all_are_out_one_message_tells_of_all_that_waits(floor: Floor) -> None:
    for each in (floor.sal, floor.sue):
        floor.away(each, 3)
    leads = [floor.lead(number) for number in range(3)]
    floor.until(NINE + 2 * HOUR)
    for lead in leads:
        assert floor.steps(lead)[1:] == [(EscalationStep.FALLBACK, "Boss", "Mon 09:15")]
    assert floor.notices("Boss") == ["3 leads are still unclaimed. Assign someone?"]
    assert floor.cards(lead_notices.STEP, "UBOSS") == 0
    floor.do(claiming.reassign, floor.boss, leads[0], floor.sal.id)
    assert floor.notices("Boss") == ["2 leads are still unclaimed. Assign someone?"]
    floor.until(NINE + 3 * HOUR + 10 * MINUTE)  # they are back
    assert floor.get(leads[1]).suggested_to in (floor.sal.id, floor.sue.id)


def names_in(floor: Floor, notice_id: int) -> list[str]:
    """The lines of a message about several leads."""
    with floor.store.transaction() as session:
        found = queries.notice_facts(session, notice_id)
        return [each.lead.email or "" for each in found.listed]


def notice_ids(floor: Floor, who: Person) -> list[int]:
    with floor.store.transaction() as session:
        mine = select(LeadNotice.id).filter_by(person_id=who.id).order_by(LeadNotice.id)
        return list(session.scalars(mine))


def sent(floor: Floor) -> None:
    """Slack has got the messages."""
    with floor.store.transaction() as session:
        unsent = update(Card).where(Card.sent_at.is_(None))
        session.execute(unsent.values(sent_at=clock.now(), channel="D1", ts="1.1"))


def write_again(floor: Floor, notice_id: int) -> None:
    with floor.store.transaction() as session:
        unclaimed.write_again(session, notice_id)


def test_ten_overdue_leads_are_one_message_that_is_edited_as_they_are_assigned(
    floor: Floor,
) -> None:
    leads = [floor.lead(n) for n in range(10)]
    floor.until(NINE + 62 * MINUTE)
    [notice_id] = notice_ids(floor, floor.boss)
    assert floor.notices("Boss") == ["10 leads are still unclaimed. Assign someone?"]
    assert floor.cards(lead_notices.STEP, "UBOSS") == 0
    assert floor.cards(lead_notices.NOTICE, "UBOSS") == 1
    assert floor.notices("Sal") == ["10 leads are still unclaimed. Can you take one?"]
    sent(floor)
    for each in leads[:5]:
        with floor.store.transaction() as session:
            session.execute(update(Card).values(stale=False))
        floor.do(claiming.assign_unclaimed, floor.boss, each, floor.sal.id)
        with floor.store.transaction() as session:
            card = select(Card.stale).filter_by(kind=lead_notices.NOTICE, subject_id=notice_id)
            assert session.scalars(card).one()
    assert floor.notices("Boss") == ["5 leads are still unclaimed. Assign someone?"]
    for each in leads[5:]:
        floor.do(claiming.claim, floor.sue, each)
    assert floor.notices("Boss") == ["None of these 10 leads is unclaimed any more."]
    assert floor.notices("Sal") == ["None of these 10 leads is unclaimed any more."]
    assert notice_ids(floor, floor.boss) == [notice_id]


def test_who_claimed_a_lead_in_the_meantime_keeps_it(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sue, lead)
    with pytest.raises(claiming.AlreadyClaimed):
        floor.do(claiming.assign_unclaimed, floor.boss, lead, floor.sal.id)
    with pytest.raises(NotYours):
        floor.do(claiming.assign_unclaimed, floor.sal, lead, floor.sal.id)
    floor.do(claiming.release, floor.sue, lead)
    with pytest.raises(NotAllowed):
        floor.do(claiming.assign_unclaimed, floor.sal, lead, floor.sal.id)
    assert floor.get(lead).claimed_by is None


def test_a_new_message_comes_for_what_is_new_and_takes_over_what_is_open(floor: Floor) -> None:
    """At once where the last is settled or old; else it is edited, and written anew later."""
    first = floor.lead(1)
    floor.until(NINE + 5 * MINUTE)
    floor.lead(2)
    floor.until(NINE + 60 * MINUTE)
    sent(floor)
    floor.until(NINE + 65 * MINUTE)
    [one] = notice_ids(floor, floor.boss)
    assert names_in(floor, one) == ["ada1@example.com", "ada2@example.com"]
    floor.until(NINE + 75 * MINUTE)
    for _ in range(2):  # a worker was killed after the first
        write_again(floor, one)
    one, two = notice_ids(floor, floor.boss)
    assert floor.notices("Boss") == [
        "There's a newer message about what is still open here.",
        "2 leads are still unclaimed. Assign someone?",
    ]
    sent(floor)
    floor.hands.forward(minutes=20)
    write_again(floor, two)
    assert notice_ids(floor, floor.boss) == [one, two], "nothing is new"
    floor.do(claiming.claim, floor.sal, first)
    floor.until(NINE + 155 * MINUTE)
    assert floor.get(first).claimed_by is None, "it went back"
    floor.until(NINE + 215 * MINUTE)
    assert names_in(floor, notice_ids(floor, floor.boss)[-1]) == [
        "ada1@example.com", "ada2@example.com"
    ]  # fmt: skip
    assert len(notice_ids(floor, floor.boss)) == 3


def test_messages_of_many_sweeps_at_once_lose_no_lead(floor: Floor) -> None:
    other = floor.hire("Chief", Role.MANAGER)
    leads = [floor.lead(n) for n in range(30)]
    for minutes in (0, 3, 15, 30, 60):
        floor.hands.now = NINE + minutes * MINUTE
        at_once([floor.sweep] * 4)
        floor.sweep()
    for manager in (floor.boss, other):
        [notice_id] = notice_ids(floor, manager)
        assert len(names_in(floor, notice_id)) == len(leads)


def test_who_writes_again_while_the_owner_is_out_is_told_to_somebody_who_is_there(
    floor: Floor,
) -> None:
    lead = floor.lead(1)
    floor.do(claiming.claim, floor.sal, lead)
    floor.do(outcomes.contacted, floor.sal, lead)
    floor.sweep()
    floor.hands.forward(minutes=10)
    floor.away(floor.sal, 24)
    floor.again(1)
    assert floor.cards(lead_notices.COVER, "UBOSS") == 1
    with floor.store.transaction() as session:
        assert [each.id for each, _ in lead_notices.unattended(session, floor.workspace.id, 5)] == [
            lead
        ]
        session.get_one(Person, floor.boss.id).active = False
    floor.hands.forward(minutes=10)
    floor.again(1)
    assert floor.cards(lead_notices.COVER, "USUE") == 1
    floor.do(outcomes.rate, floor.sal, lead, Rating.GOOD, "")
    floor.hands.forward(minutes=1)
    with floor.store.transaction() as session:
        assert lead_notices.unattended(session, floor.workspace.id, 5) == []


def test_who_writes_again_at_night_is_told_when_somebody_comes(floor: Floor) -> None:
    lead = floor.lead(1)
    floor.do(claiming.claim, floor.sal, lead)
    floor.do(outcomes.contacted, floor.sal, lead)
    floor.away(floor.sal, 48)
    floor.hands.now = NINE + 12 * HOUR
    floor.again(1)
    assert floor.cards(lead_notices.COVER, "UBOSS") == 0
    floor.until(NINE + 24 * HOUR + MINUTE, every=30 * MINUTE)
    assert floor.cards(lead_notices.COVER, "UBOSS") == 1


def test_an_owner_who_is_there_hears_of_it_alone(floor: Floor) -> None:
    lead = floor.lead(1)
    floor.do(claiming.claim, floor.sal, lead)
    floor.do(outcomes.contacted, floor.sal, lead)
    floor.again(1)
    floor.until(NINE + 30 * MINUTE)
    assert floor.cards(lead_notices.COVER, "UBOSS") == floor.cards(lead_notices.COVER, "USUE") == 0


def test_a_contacted_lead_that_stands_still_is_named_to_its_owner_and_then_to_the_manager(
    floor: Floor,
) -> None:
    floor.level(stalled_days=10)
    lead = floor.lead(1)
    floor.do(claiming.claim, floor.sal, lead)
    floor.do(outcomes.contacted, floor.sal, lead)
    floor.hands.forward(days=9)
    floor.stalled()
    assert floor.notices("Sal") == []
    floor.hands.forward(days=5)
    assert floor.mine() == {Mine.STALLED: 1}
    floor.stalled()
    still = "1 lead has stalled"
    assert (floor.notices("Sal"), floor.notices("Boss")) == ([still], [])
    floor.hands.forward(days=7)
    floor.stalled()
    floor.stalled()  # a retry
    assert floor.notices("Boss") == [still]
    assert floor.notices("Sal") == [still] * 2
    floor.do(outcomes.rate, floor.sal, lead, Rating.GOOD, "")
    assert floor.mine() == {Mine.IN_WORK: 1}
    assert floor.notices("Boss") == ["All done: none of these leads is stalled any more."]
    floor.do(claiming.snooze, floor.sal, lead, clock.now() + 30 * 24 * HOUR)
    floor.hands.forward(days=31)
    floor.sweep()
    assert floor.mine() == {Mine.IN_WORK: 1}  # it has been slept on, and begins again


def test_snooze_reminds_at_its_end_each_time(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    for hour in (2, 3):
        floor.do(claiming.snooze, floor.sal, lead, NINE + hour * HOUR)
        floor.until(NINE + hour * HOUR + MINUTE)
    assert floor.steps(lead) == [
        (EscalationStep.WAKE, "Sal", "Mon 11:00"),
        (EscalationStep.WAKE, "Sal", "Mon 12:00"),
    ]
    with pytest.raises(InThePast):
        floor.do(claiming.snooze, floor.sal, lead, NINE)


def test_reassigning_gives_the_lead_and_its_card_to_a_colleague(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    with pytest.raises(NotYours, match="Only they or a manager can reassign it"):
        floor.do(claiming.reassign, floor.sue, lead, floor.sue.id)
    floor.do(claiming.reassign, floor.sal, lead, floor.sue.id)
    assert floor.get(lead).claimed_by == floor.sue.id
    with floor.store.transaction() as session:
        given = session.scalars(select(LeadStep.id).where(LeadStep.step == "given")).one()
        shown = session.execute(
            select(Card.kind, Card.target).where(
                Card.kind.in_([lead_notices.STEP, lead_notices.CARD]),
                Card.subject_id.in_([given, lead]),
            )
        )
        assert set(map(tuple, shown)) == {("lead", "C1"), ("lead.step", "USUE")}
    with pytest.raises(OwnsItAlready, match="<@USUE>"):
        floor.do(claiming.reassign, floor.boss, lead, floor.sue.id)
    mara = floor.hire("Mara", Role.MARKETER)
    with pytest.raises(DoesNotSell):
        floor.do(claiming.reassign, floor.boss, lead, mara.id)


def test_many_sweeps_at_once_take_each_step_once(floor: Floor) -> None:
    leads = [floor.lead(n) for n in range(30)]
    for minutes in (0, 3, 15, 30, 60):
        floor.hands.now = NINE + minutes * MINUTE
        at_once([floor.sweep] * 4)
        floor.sweep()
    for lead in leads:
        steps = [step for step, *_ in floor.steps(lead)]
        assert steps == ["nudge", "message", "message", "suggest", "manager"]
    with floor.store.transaction() as session:
        offered = session.scalars(
            select(LeadStep.person_id).where(LeadStep.step == EscalationStep.SUGGEST)
        ).all()
        seats = session.scalars(select(RoundRobinWeight.turn)).all()
    assert sorted(offered.count(each) for each in {floor.sal.id, floor.sue.id}) == [15, 15]
    assert len(seats) == 2


def test_a_claim_in_the_same_moment_wins_over_the_ladder(floor: Floor) -> None:
    for n in range(10):
        lead = floor.lead(n)
        floor.sweep()
        floor.hands.forward(minutes=3)
        with ThreadPoolExecutor(2) as pool:
            pool.submit(floor.sweep)
            pool.submit(floor.do, claiming.claim, floor.sal, lead).result()
        floor.do(outcomes.contacted, floor.sal, lead)
        floor.until(floor.hands.now + 20 * MINUTE, 5 * MINUTE)
        assert [step for step, *_ in floor.steps(lead)] in ([], [EscalationStep.NUDGE])


def test_what_is_settled_is_drawn_and_never_posted_anew(floor: Floor) -> None:
    lead = floor.lead()
    floor.until(NINE + 30 * MINUTE)
    with floor.store.transaction() as session:
        ids = session.scalars(select(LeadStep.id).order_by(LeadStep.id)).all()
        before = [notifications.step(queries.step_facts(session, each)) for each in ids]
    assert [each.too_late for each in before] == [False] * 4
    floor.do(claiming.claim, floor.sue, lead)
    with floor.store.transaction() as session:
        after = [notifications.step(queries.step_facts(session, each)) for each in ids]
        assert all(session.scalars(select(Card.stale).where(Card.kind == lead_notices.STEP)))
    assert {each.text for each in after} == {f"*Ada* (#{lead}): with <@USUE> now."}
    assert all(each.too_late for each in after)


def test_a_quiet_lead_has_no_ladder(floor: Floor) -> None:
    lead = floor.lead(source="csv")
    floor.until(NINE + 4 * HOUR, HOUR)
    assert floor.steps(lead) == []


def test_who_is_away_keeps_their_leads(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    with floor.store.transaction() as session:
        assert absences.go_away(session, floor.sal, NINE + 24 * HOUR) == []
    floor.until(NINE + 20 * HOUR, 5 * MINUTE)
    assert floor.get(lead).claimed_by == floor.sal.id
    assert floor.steps(lead) == []  # the clock of who is away stands still


def test_what_was_handed_over_comes_back_if_it_is_open_and_with_the_stand_in(
    floor: Floor,
) -> None:
    ben = floor.hire("Ben")
    leads = [floor.lead(n) for n in range(6)]
    kept, lent, snoozed, won, passed, resting = leads
    for each in leads:
        floor.do(claiming.claim, floor.sal, each)
        floor.do(outcomes.contacted, floor.sal, each)
    floor.do(claiming.snooze, floor.sal, resting, NINE + 72 * HOUR)
    with floor.store.transaction() as session:
        found = absences.to_hand_over(session, floor.sal, NINE + 24 * HOUR)
        assert [each.id for each in found] == [kept, lent, snoozed, won, passed]
        suggested = absences.suggest_stand_ins(session, floor.sal, found)
        assert [suggested[each].name for each in (kept, lent, snoozed)] == ["Ben", "Sue", "Ben"]
        stand_ins = dict.fromkeys((lent, snoozed, won, passed), floor.sue)
        given = absences.go_away(session, floor.sal, NINE + 24 * HOUR, stand_ins, "Call by Friday")
        assert [each.id for each in given] == [lent, snoozed, won, passed]
    floor.do(claiming.snooze, floor.sue, snoozed, NINE + 48 * HOUR)
    floor.do(outcomes.win, floor.sue, won, Money(100, "EUR"))
    floor.do(claiming.reassign, floor.sue, passed, ben.id)
    floor.hands.now = NINE + 24 * HOUR
    with floor.store.transaction() as session:
        absence = session.scalars(select(Absence)).one()
        assert [each.id for each in absences.end_absence(session, absence.id)] == [lent, snoozed]
        assert absences.end_absence(session, absence.id) == []
        handed = absences.handover(session, absence.id, "USAL")
        lines = [block["text"]["text"] for block in messages.came_back(handed).blocks]
        cards = session.execute(
            select(Card.kind, Card.target).where(
                Card.kind.in_([absences.STANDS_IN, absences.CAME_BACK])
            )
        ).all()
        assert [note.text for note, _ in queries.facts(session, lent).notes] == ["Call by Friday"]
    assert lines == [
        "You're back. 2 leads came back to you.",
        f"*Ada* (#{lent})", f"*Ada* (#{snoozed})",
        "*Not returned*", f"*Ada* (#{won}): won", f"*Ada* (#{passed}): <@UBEN>",
    ]  # fmt: skip
    assert sorted(map(tuple, cards)) == [
        (absences.CAME_BACK, "USAL"), (absences.CAME_BACK, "USUE"), (absences.STANDS_IN, "USUE"),
    ]  # fmt: skip
    floor.do(claiming.reassign, floor.sal, lent, floor.sue.id)
    with floor.store.transaction() as session:
        message = messages.came_back(absences.handover(session, absence.id, "USAL"))
    assert "2 leads came back" in message.text, "whoever has them since"
    floor.do(claiming.reassign, floor.sue, lent, floor.sal.id)
    owners = [floor.get(each).claimed_by for each in leads]
    assert owners == [floor.sal.id] * 3 + [floor.sue.id, ben.id, floor.sal.id]
    assert floor.get(snoozed).snoozed_until == NINE + 48 * HOUR


def test_a_lent_lead_that_the_stand_in_pauses_comes_back_and_stays_paused(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    with floor.store.transaction() as session:
        absences.go_away(session, floor.sal, NINE + 24 * HOUR, {lead: floor.sue})
        absence = session.scalars(select(Absence)).one()
    monday = outcomes.Ending(Disposition.BAD_TIMING, "After the move", wake_on=date(2026, 6, 15))
    paused = floor.do(outcomes.lose, floor.sue, lead, monday)
    floor.hands.now = NINE + 24 * HOUR
    with floor.store.transaction() as session:
        assert [each.id for each in absences.end_absence(session, absence.id)] == [lead]
        card = messages.came_back(absences.handover(session, absence.id, "USUE"))
    assert paused.wake_at is not None
    assert [block["text"]["text"] for block in card.blocks] == [
        "<@USAL> is back. 1 lead came back to them.",
        f"*Ada* (#{lead}): paused until {moment(paused.wake_at)}",
    ]
    back = floor.get(lead)
    assert (back.claimed_by, back.returns_to, back.status) == (
        floor.sal.id, None, Status.RECYCLED,
    )  # fmt: skip
    assert (back.wake_at, back.disposition, back.disposition_note) == (
        paused.wake_at, Disposition.BAD_TIMING, "After the move",
    )  # fmt: skip
    floor.until(NINE + 14 * 24 * HOUR, HOUR)
    assert floor.steps(lead) == [(EscalationStep.WAKE, "Sal", "Mon 09:00")]


def test_each_colleague_gets_one_message_with_their_leads(floor: Floor) -> None:
    ben = floor.hire("Ben")
    leads = [floor.lead(n, source="csv") for n in range(3)]  # quiet: no card in the channel
    for each in leads:
        floor.do(claiming.claim, floor.sal, each)
    before = messages_to(floor)
    with floor.store.transaction() as session:
        stand_ins = {leads[0]: floor.sue, leads[1]: floor.sue, leads[2]: ben}
        absences.go_away(session, floor.sal, NINE + 24 * HOUR, stand_ins, "Call by Friday")
        absence = session.scalars(select(Absence)).one()
        texts = {
            who: [block["text"]["text"] for block in messages.stands_in(
                absences.handover(session, absence.id, who)
            ).blocks]
            for who in ("USUE", "UBEN")
        }  # fmt: skip
    assert messages_to(floor) - before == {
        (absences.STANDS_IN, "USUE"): 1, (absences.STANDS_IN, "UBEN"): 1
    }  # fmt: skip
    assert "You have 2 of their leads" in texts["USUE"][0]
    assert "> Call by Friday" in texts["USUE"][0]
    assert texts["USUE"][1:] == [f"*Ada* (#{leads[0]})", f"*Ada* (#{leads[1]})"]
    assert "You have 1 of their leads" in texts["UBEN"][0]
    assert texts["UBEN"][1:] == [f"*Ada* (#{leads[2]})"]
    floor.hands.now = NINE + 24 * HOUR
    with floor.store.transaction() as session:
        absences.end_absence(session, absence.id)
        back = messages.came_back(absences.handover(session, absence.id, "UBEN"))
    assert "1 lead came back to them" in back.text
    assert {kind for kind, _ in messages_to(floor) - before} == {
        absences.STANDS_IN, absences.CAME_BACK
    }  # fmt: skip


def cover(floor: Floor, hours: float = 3) -> int:
    """Sue covers for Sal; returns the absence's id."""
    with floor.store.transaction() as session:
        absences.go_away(session, floor.sal, floor.hands.now + hours * HOUR, cover=floor.sue)
        return session.scalars(select(Absence.id).order_by(Absence.id.desc()).limit(1)).one()


def test_who_covers_acts_as_owner_under_their_own_name(floor: Floor) -> None:
    ben, lead = floor.hire("Ben"), floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    with pytest.raises(NotYours):
        floor.do(outcomes.contacted, floor.sue, lead)
    absence_id = cover(floor)
    floor.until(NINE + 10 * MINUTE)
    assert floor.steps(lead) == [(EscalationStep.REMIND, "Sue", "Mon 09:03")]
    [reminder] = notices_to(floor, lead, floor.sue)
    assert "you're covering for them" in reminder
    with pytest.raises(NotYours):
        floor.do(outcomes.contacted, ben, lead)
    with floor.store.transaction() as session:
        seen = queries.facts_for(session, floor.sue, lead)
        assert (seen.may_work, seen.may_ask) == (True, False)
    floor.do(outcomes.contacted, floor.sue, lead)
    with floor.store.transaction() as session:
        event = session.scalars(select(LeadEvent).order_by(LeadEvent.id.desc()).limit(1)).one()
        assert (event.person_id, event.facts["covers"]) == (floor.sue.id, floor.sal.id)
    found = floor.get(lead)
    assert (found.claimed_by, found.first_claimed_by) == (floor.sal.id, floor.sal.id)
    assert messages_to(floor)[absences.COVERS, "USUE"] == 1
    with floor.store.transaction() as session:
        shown = messages.covers(covering.cover(session, absence_id), "USUE")
    assert "You're covering for <@USAL>" in shown.text
    assert f"(#{lead})" in str(shown.blocks)
    floor.hands.now = NINE + 3 * HOUR
    with floor.store.transaction() as session:
        absences.end_absence(session, absence_id)
        over = messages.covers(covering.cover(session, absence_id), "USUE")
        assert not covering.covers_by(session, floor.sue)
    assert over.text.startswith("You covered for <@USAL>")
    with pytest.raises(NotYours):
        floor.do(outcomes.qualify, floor.sue, lead)


def test_what_wakes_or_is_asked_for_meanwhile_goes_to_who_covers(floor: Floor) -> None:
    ben, lead, other = floor.hire("Ben"), floor.lead(1), floor.lead(2)
    for each in (lead, other):
        floor.do(claiming.claim, floor.sal, each)
        floor.do(outcomes.contacted, floor.sal, each)
    floor.do(claiming.snooze, floor.sal, lead, NINE + HOUR)
    cover(floor)
    floor.until(NINE + HOUR, 5 * MINUTE)
    assert floor.steps(lead) == [(EscalationStep.WAKE, "Sue", "Mon 10:00")]
    floor.again(2)
    floor.sweep()
    assert messages_to(floor)[lead_notices.COVER, "USUE"] == 1
    assert messages_to(floor)[lead_notices.COVER, "UBOSS"] == 0
    floor.do(absences.take_over, ben, other)
    assert notices_to(floor, other, floor.sue)[-1].startswith("<@UBEN> would like to take over")
    assert floor.get(other).claimed_by == floor.sal.id


def test_either_of_them_ends_a_cover(floor: Floor) -> None:
    absence_id = cover(floor)
    floor.hands.forward(minutes=5)
    with floor.store.transaction() as session:
        with pytest.raises(NotFound):
            covering.end_cover(session, floor.boss, absence_id)
        covering.end_cover(session, floor.sue, absence_id)
        covering.end_cover(session, floor.sue, absence_id)  # a double click
        still = absences.absence_of(session, floor.sal)
        assert still is not None
        assert (still.cover_id, still.ends_at) == (None, NINE + 3 * HOUR)
        told_owner = messages.covers(covering.cover(session, absence_id), "USAL")
    assert "<@USUE> no longer covers for you" in told_owner.text
    assert messages_to(floor)[absences.COVERS, "USAL"] == 1
    absence_id = cover(floor)
    floor.hands.forward(minutes=5)
    with floor.store.transaction() as session:
        covering.end_cover(session, floor.sal, absence_id)
        assert absences.absence_of(session, floor.sal) is None
    assert messages_to(floor)[absences.COVERS, "USAL"] == 1
    with pytest.raises(absences.CoversForThemselves), floor.store.transaction() as session:
        absences.stand_in(session, floor.sal, "USAL")


def status(floor: Floor, who: Person, text: str, until: datetime | None, emoji: str = "") -> int:
    """Slack tells of somebody's new status; returns how often they were asked since the start."""
    profile = {"status_text": text, "status_emoji": emoji,
               "status_expiration": int(until.timestamp()) if until else 0}  # fmt: skip
    with floor.store.transaction() as session:
        workspace = session.get_one(Workspace, floor.workspace.id)
        user = {"id": who.slack_id, "profile": profile}
        slack_status.offer_absence(session, workspace, user)
    return messages_to(floor)[absences.AWAY_OFFER, who.slack_id]


def test_a_slack_status_is_offered_as_an_absence_once_and_never_taken(floor: Floor) -> None:
    sal, until = floor.sal, NINE + 96 * HOUR
    assert status(floor, sal, "In a meeting", until) == 0
    assert status(floor, sal, "Vacationing", NINE - HOUR) == 0
    assert status(floor, floor.boss, "Vacationing", until) == 0
    assert status(floor, sal, "", until, ":palm_tree:") == 1
    assert status(floor, sal, "Out of office", until) == 1
    assert status(floor, sal, "OOO", None) == 2
    assert status(floor, sal, "On leave", None) == 2
    with floor.store.transaction() as session:
        assert absences.absence_of(session, sal) is None
        first, second = session.scalars(select(AwayOffer.id).order_by(AwayOffer.id)).all()
        with pytest.raises(NotFound):
            slack_status.decline(session, floor.sue, first)
        slack_status.decline(session, sal, first)

    def drawn(offer_id: int) -> Message:
        with floor.store.transaction() as session:
            return messages.away_offer(*slack_status.with_absence(session, offer_id))

    assert drawn(first).text == "OK, you get leads as usual."
    assert (
        drawn(second).text == "Your Slack status says you're away. Shall I set you away here too?"
    )
    with floor.store.transaction() as session:
        absences.go_away(session, sal, until)
    assert drawn(second).text.startswith("You're away until")
    assert status(floor, sal, "Vacationing", until + HOUR) == 2, "who is away is not asked"


def messages_to(floor: Floor) -> Counter[tuple[str, str]]:
    """How many messages of each kind went to each person or channel."""
    with floor.store.transaction() as session:
        rows = session.execute(select(Card.kind, Card.target).where(Card.kind != slack.HOME))
        return Counter((kind, target) for kind, target in rows)


def test_who_cannot_stand_in_is_refused(floor: Floor) -> None:
    floor.away(floor.sue, 3)
    with floor.store.transaction() as session:
        with pytest.raises(StandInAway, match="Sue is away too"):
            absences.stand_in(session, floor.sal, "USUE")
        mara = hire(floor.store, floor.workspace, "UMARA", "Mara", Role.MARKETER)
        with pytest.raises(DoesNotSell):
            absences.stand_in(session, floor.sal, mara.slack_id)
        floor.do(claiming.claim, floor.sal, lead := floor.lead())
        assert absences.suggest_stand_ins(session, floor.sal, [session.get_one(Lead, lead)]) == {}


def test_who_is_back_early_says_so_and_who_is_not_away_hears_it(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    with floor.store.transaction() as session:
        absences.go_away(session, floor.sal, NINE + 24 * HOUR, {lead: floor.sue})
        absences.go_away(session, floor.sal, NINE + 48 * HOUR)  # longer than first thought
        assert len(session.scalars(select(Absence)).all()) == 2
    assert floor.get(lead).claimed_by == floor.sue.id
    floor.hands.forward(hours=1)
    with floor.store.transaction() as session:
        assert [each.id for each in absences.come_back(session, floor.sal)] == [lead]
    assert floor.get(lead).claimed_by == floor.sal.id
    with pytest.raises(NotAway), floor.store.transaction() as session:
        absences.come_back(session, floor.sal)


def test_who_is_away_is_offered_nothing_and_is_next_once_they_are_back(floor: Floor) -> None:
    floor.away(floor.sal, 2)
    first = [floor.lead(n) for n in range(4)]
    floor.until(NINE + HOUR, 5 * MINUTE)
    assert {floor.get(each).suggested_to for each in first} == {floor.sue.id}
    floor.hands.now = NINE + 2 * HOUR
    later = [floor.lead(n) for n in range(10, 20)]
    floor.until(NINE + 3 * HOUR, 5 * MINUTE)
    offered = [floor.get(each).suggested_to for each in later]
    assert offered[0] == floor.sal.id
    assert sorted(offered.count(each) for each in (floor.sal.id, floor.sue.id)) in ([4, 6], [5, 5])


def test_a_returning_customer_is_kept_for_who_knows_them(floor: Floor) -> None:
    floor.level(head_start_seconds=120)
    lost = floor.lead(1)
    floor.do(claiming.claim, floor.sal, lost)
    floor.do(outcomes.lose, floor.sal, lost, outcomes.Ending(Disposition.NO_BUDGET))
    with floor.store.transaction() as session:
        again = read({"email": "ada1@example.com", "external_id": "again"})
        workspace = session.get_one(Workspace, floor.workspace.id)
        lead = create_or_merge(session, workspace, [again], IntakeContext("api"))[0].lead_id
    floor.sweep()
    assert floor.steps(lead) == [(EscalationStep.HEAD_START, "Sal", "Mon 09:00")]
    with pytest.raises(Reserved, match="<@USAL> knows this customer"):
        floor.do(claiming.claim, floor.sue, lead)
    floor.hands.forward(seconds=120)
    floor.do(claiming.claim, floor.sue, lead)
    assert floor.get(lead).claimed_by == floor.sue.id


def returning(floor: Floor) -> int:
    """A lead of somebody whom Sal knows, while returning customers are kept for two minutes."""
    floor.level(head_start_seconds=120)
    lost = floor.lead(1)
    floor.do(claiming.claim, floor.sal, lost)
    floor.do(outcomes.lose, floor.sal, lost, outcomes.Ending(Disposition.NO_BUDGET))
    with floor.store.transaction() as session:
        again = read({"email": "ada1@example.com", "external_id": "again"})
        workspace = session.get_one(Workspace, floor.workspace.id)
        return create_or_merge(session, workspace, [again], IntakeContext("api"))[0].lead_id


def test_a_head_start_of_who_was_deactivated_stops_nothing(floor: Floor) -> None:
    lead = returning(floor)
    with floor.store.transaction() as session:
        session.get_one(Person, floor.sal.id).active = False
    other = floor.lead(2)
    floor.until(NINE + 6 * MINUTE)
    for each in (lead, other):
        assert floor.steps(each) == [(EscalationStep.NUDGE, "", "Mon 09:03")]
    with floor.store.transaction() as session:
        assert session.scalars(select(ParkedRow)).all() == []


def test_a_head_start_of_who_is_away_keeps_nobody_waiting(floor: Floor) -> None:
    lead = returning(floor)
    floor.away(floor.sal, 24)
    floor.sweep()
    assert floor.steps(lead) == []
    floor.do(claiming.claim, floor.sue, lead)
    assert floor.get(lead).claimed_by == floor.sue.id


def test_a_head_start_ends_when_its_owner_goes_away(floor: Floor) -> None:
    lead = returning(floor)
    floor.sweep()
    with pytest.raises(HandoffError):
        floor.do(claiming.claim, floor.sue, lead)
    with floor.store.transaction() as session:
        absences.go_away(session, floor.sal, clock.now() + timedelta(days=1))
    floor.do(claiming.claim, floor.sue, lead)
    assert floor.get(lead).claimed_by == floor.sue.id


def test_a_qualified_lead_can_be_handed_over_and_claimed(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    floor.do(outcomes.qualify, floor.sal, lead)
    with pytest.raises(AlreadyQualified):
        floor.do(outcomes.qualify, floor.sal, lead)
    floor.do(claiming.release, floor.sal, lead)
    floor.do(claiming.claim, floor.sue, lead)
    assert (floor.get(lead).status, floor.get(lead).claimed_by) == (Status.QUALIFIED, floor.sue.id)


def test_a_share_is_what_the_command_prints(floor: Floor) -> None:
    for n in range(4):
        floor.lead(n)
    floor.until(NINE + 31 * MINUTE)
    with floor.store.transaction() as session:
        lines = list(lead_commands.fairness(session, 28))
    assert lines[1].split() == ["Sal", "1", "2", "50.0%", "50.0%", "0"]
    assert lines[-1].startswith("4 offers in 28 days.")


def test_the_promise_is_changed_by_an_admin_with_sensible_numbers(floor: Floor) -> None:
    root = floor.hire("Root", Role.ADMIN)
    with floor.store.transaction() as session:
        promise, fallback = sla.sla(session, floor.workspace.id)
        assert fallback is None
        sla.change_sla(session, root, replace(promise, nudge_minutes=2), "USUE")
        cases: list[tuple[dict[str, Any], set[str]]] = [
            ({"nudge_minutes": 0, "most_open": 20_000}, {"nudge_minutes", "most_open"}),
            ({"nudge_minutes": 6, "remind_minutes": 15}, {"nudge_minutes", "remind_minutes"}),
            ({"respond_minutes": 61}, {"manager_minutes", "take_back_minutes"}),
            (
                {"suggest_minutes": 15, "take_back_minutes": 3},
                {"suggest_minutes", "take_back_minutes"},
            ),
        ]
        for wrong, fields in cases:
            with pytest.raises(FieldErrors) as refused:
                sla.change_sla(session, root, replace(promise, **wrong), None)
            assert set(refused.value.errors) == fields
        for who in (floor.sal, floor.boss):
            with pytest.raises(NotAllowed, match="Only admins can change the response targets"):
                sla.change_sla(session, who, promise, None)
    lead = floor.lead()
    floor.until(NINE + 3 * MINUTE)
    assert floor.steps(lead) == [(EscalationStep.NUDGE, "", "Mon 09:02")]


def test_a_recycled_lead_returns_to_its_owner_on_its_day(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    monday = outcomes.Ending(Disposition.BAD_TIMING, wake_on=date(2026, 6, 15))
    floor.do(outcomes.lose, floor.sal, lead, monday)
    floor.until(NINE + 14 * 24 * HOUR, HOUR)
    awake = floor.get(lead)
    assert (awake.status, awake.claimed_by, awake.disposition) == (
        Status.NEW, floor.sal.id, None,
    )  # fmt: skip
    assert floor.steps(lead) == [(EscalationStep.WAKE, "Sal", "Mon 09:00")]


def test_a_recycled_lead_is_offered_to_the_next_where_its_owner_is_away(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    saturday = outcomes.Ending(Disposition.BAD_TIMING, "After the move", wake_on=date(2026, 6, 13))
    floor.do(outcomes.lose, floor.sal, lead, saturday)
    floor.until(NINE + 6 * 24 * HOUR, HOUR)
    rests = floor.get(lead)
    floor.away(floor.sal, 14 * 24)
    assert (rests.status, rests.claimed_by) == (Status.RECYCLED, floor.sal.id)
    floor.until(NINE + 14 * 24 * HOUR, HOUR)
    awake = floor.get(lead)
    assert (awake.status, awake.claimed_by, awake.disposition) == (Status.NEW, None, None)
    assert floor.steps(lead) == [(EscalationStep.SUGGEST, "Sue", "Mon 09:00")]


def test_who_asks_anew_wakes_the_lead_that_rests(floor: Floor) -> None:
    lead = floor.lead(1)
    floor.do(claiming.claim, floor.sal, lead)
    ending = outcomes.Ending(Disposition.BAD_TIMING, wake_on=date(2026, 9, 1))
    floor.do(outcomes.lose, floor.sal, lead, ending)
    floor.hands.forward(minutes=5)
    with floor.store.transaction() as session:
        again = read({"email": "ada1@example.com", "external_id": "again"})
        workspace = session.get_one(Workspace, floor.workspace.id)
        assert create_or_merge(session, workspace, [again], IntakeContext("api"))[0].has_joined
    floor.sweep()
    assert (floor.get(lead).status, floor.get(lead).claimed_by) == (Status.NEW, floor.sal.id)
    assert floor.steps(lead) == []  # that they wrote was told already


def test_a_resting_lead_can_be_released_or_won(floor: Floor) -> None:
    win = partial(outcomes.win, amount=Money(100, "EUR"))
    verbs: list[Callable[..., Lead]] = [claiming.release, win]
    for n, verb in enumerate(verbs):
        lead = floor.lead(n)
        floor.do(claiming.claim, floor.sal, lead)
        ending = outcomes.Ending(Disposition.BAD_TIMING, wake_on=date(2026, 9, 1))
        floor.do(outcomes.lose, floor.sal, lead, ending)
        floor.do(verb, floor.sal, lead)
        floor.sweep()
        assert floor.get(lead).status == (Status.WON if n else Status.NEW)


def test_a_manager_sets_weights_and_the_rotation_follows(floor: Floor) -> None:
    with floor.store.transaction() as session:
        round_robin.set_weight(session, floor.boss, floor.sue.slack_id, 3)
        with pytest.raises(NotAllowed):
            round_robin.set_weight(session, floor.sal, floor.sal.slack_id, 2)
        with pytest.raises(DoesNotSell):
            round_robin.set_weight(session, floor.boss, floor.boss.slack_id, 2)
        with pytest.raises(ValueError, match="11"):
            round_robin.set_weight(session, floor.boss, floor.sal.slack_id, 11)
    for number in range(8):
        floor.lead(number)
    floor.until(floor.hands.now + timedelta(minutes=31))
    with floor.store.transaction() as session:
        found = round_robin.shares(session, floor.workspace.id, NINE - timedelta(days=1))
    assert {each.person.name: (each.weight, each.offered) for each in found} == {
        "Sal": (1, 2), "Sue": (3, 6),
    }  # fmt: skip


def test_a_lead_that_turns_hot_later_has_its_promise_from_then_on(floor: Floor) -> None:
    facts = {"email": "ada@example.com", "external_id": "quiet"}
    with floor.store.transaction() as session:
        workspace = session.get_one(Workspace, floor.workspace.id)
        [result] = create_or_merge(session, workspace, [read(facts)], IntakeContext("csv"))
        lead_id = result.lead_id
    floor.until(NINE + timedelta(hours=2), every=HOUR)
    assert floor.get(lead_id).claim_due_at is None
    request = {"phone": "+49 30 23125001", "message": "Please call me", "external_id": "hot"}
    with floor.store.transaction() as session:
        workspace = session.get_one(Workspace, floor.workspace.id)
        [result] = create_or_merge(
            session, workspace, [read(facts | request)], IntakeContext("api")
        )
        assert result.lead_id == lead_id
    floor.sweep()
    lead = floor.get(lead_id)
    assert lead.is_hot
    assert lead.claim_due_at == floor.hands.now + timedelta(minutes=3)
    assert lead.response_due_at == floor.hands.now + timedelta(minutes=5)


def test_who_claimed_first_stays_unless_it_was_given_back_before_a_contact(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    floor.do(claiming.release, floor.sal, lead)
    assert (floor.get(lead).first_claimed_by, floor.get(lead).first_claimed_at) == (None, None)
    floor.hands.forward(minutes=10)
    floor.do(claiming.claim, floor.sue, lead)
    floor.sweep()
    first = (floor.sue.id, clock.now(), 600)
    floor.hands.forward(minutes=10)
    floor.do(claiming.reassign, floor.sue, lead, floor.sal.id)
    floor.do(outcomes.contacted, floor.sal, lead)
    floor.do(claiming.release, floor.sal, lead)
    floor.sweep()
    floor.do(claiming.claim, floor.sal, lead)
    floor.sweep()
    found = floor.get(lead)
    assert (found.first_claimed_by, found.first_claimed_at, found.claim_worked) == first
    with floor.store.transaction() as session:
        text = str(lead_modal.modal(queries.facts(session, lead)).to_dict())
    assert "claimed by <@USUE> after 10 min · with <@USAL> since" in text


def test_every_word_about_a_lead_stays_with_it(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    floor.do(outcomes.rate, floor.sal, lead, Rating.WEAK, "a student")
    floor.do(outcomes.rate, floor.sal, lead, Rating.GOOD)
    autumn = outcomes.Ending(Disposition.BAD_TIMING, "moves in May", wake_on=date(2026, 9, 1))
    floor.do(outcomes.lose, floor.sal, lead, autumn)
    floor.do(claiming.reassign, floor.sal, lead, floor.sue.id, "call after six")
    floor.do(events.add_note, floor.sal, lead, "  likes blue ")
    with pytest.raises(events.NothingWritten):
        floor.do(events.add_note, floor.sal, lead, " \n")
    floor.do(outcomes.lose, floor.sue, lead, outcomes.Ending(Disposition.NO_FIT, "no API"))
    with floor.store.transaction() as session:
        facts = queries.facts(session, lead)
        assert [(note.text, author and author.name) for note, author in facts.notes] == [
            ("no API", "Sue"), ("likes blue", "Sal"), ("call after six", "Sal"),
            ("moves in May", "Sal"), ("a student", "Sal"),
        ]  # fmt: skip
        channel = str(lead_card.card(facts).blocks)
        assert channel.count("no API") == 1  # it stands beside the outcome
        assert "likes blue" not in channel
        floor.do(outcomes.reopen, floor.sue, lead)
        session.expire_all()
        channel = str(lead_card.card(queries.facts(session, lead)).blocks)
        assert "*Note* no API · <@USUE>" in channel
        assert "4 older notes" in channel
        whole = str(lead_modal.modal(facts).to_dict())
        assert all(each in whole for each in ("a student", "moves in May", "call after six"))
        assert "likes blue" not in str(lead_card.card(replace(facts, names_only=True)).blocks)


def test_an_attempt_is_no_response_and_gives_the_owner_time_anew(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    floor.until(NINE + 2 * MINUTE)
    floor.do(calls.log_call, floor.sal, lead, calls.Call(CallResult.NO_ANSWER, "rang twice"))
    found = floor.get(lead)
    assert (found.first_response_at, found.call_attempts) == (None, 1)
    floor.until(NINE + 31 * MINUTE)
    assert floor.steps(lead) == []
    floor.until(NINE + 32 * MINUTE)
    assert floor.steps(lead)[-1] == (EscalationStep.REMIND, "Sal", "Mon 09:32")
    floor.until(NINE + 60 * MINUTE)
    floor.do(calls.log_call, floor.sal, lead, calls.Call(CallResult.VOICEMAIL))
    floor.until(NINE + 116 * MINUTE)
    assert floor.get(lead).claimed_by == floor.sal.id
    with floor.store.transaction() as session:
        facts = queries.facts(session, lead)
        assert [each.outcome for each in facts.attempts] == ["voicemail", "no_answer"]
        for shown in (lead_card.card(facts).blocks, lead_modal.modal(facts).to_dict()):
            assert "2 attempts, last" in str(shown)
            assert "No answer: rang twice" in str(shown)
        assert [note.text for note, _ in facts.notes] == ["Voicemail", "No answer: rang twice"]
        assert "older note" not in str(lead_card.card(facts).blocks)
    floor.until(NINE + 117 * MINUTE)
    assert floor.get(lead).claimed_by is None


def test_who_was_reached_has_had_a_response_and_rests_until_the_follow_up(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    call = calls.Call(
        CallResult.REACHED, "wants 40 seats", Rating.GOOD, "send a quote", date(2026, 6, 6)
    )
    floor.do(partial(calls.log_call, before=0), floor.sal, lead, call)
    found = floor.get(lead)
    assert (found.first_response_at, found.rating) == (NINE, Rating.GOOD)
    monday = datetime(2026, 6, 8, 9, tzinfo=ZoneInfo("Europe/Berlin"))  # the 6th is a Saturday
    assert found.snoozed_until == monday
    with floor.store.transaction() as session:
        facts = queries.facts(session, lead)
        assert [note.text for note, _ in facts.notes] == ["wants 40 seats\nNext step: send a quote"]
        assert not facts.attempts
    with pytest.raises(calls.NotedAlready):
        floor.do(partial(calls.log_call, before=0), floor.sal, lead, call)
    again = calls.Call(CallResult.REACHED, follow_up=date(2026, 6, 1))
    with pytest.raises(claiming.DayIsOver):
        floor.do(calls.log_call, floor.sal, lead, again)
    with pytest.raises(outcomes.ReasonMissing):
        floor.do(calls.log_call, floor.sal, lead, calls.Call(CallResult.REACHED, "", Rating.JUNK))
    with pytest.raises(claiming.NotYours):
        floor.do(calls.log_call, floor.sue, lead, calls.Call(CallResult.REACHED))
    assert floor.get(lead).call_attempts == 1
    floor.do(calls.log_call, floor.sal, lead, calls.Call(CallResult.REACHED, "a bot", Rating.JUNK))
    assert floor.get(lead).rating_reason == "a bot"
    floor.do(calls.log_call, floor.sal, lead, calls.Call(CallResult.NO_ANSWER, "", Rating.JUNK))
    assert floor.get(lead).rating_reason == "a bot"  # the form shows the quality that it has


def notices_to(floor: Floor, lead_id: int, who: Person) -> list[str]:
    """What the steps say that concern this person, but for the lead's card."""
    with floor.store.transaction() as session:
        mine = select(LeadStep.id).where(LeadStep.lead_id == lead_id, LeadStep.person_id == who.id)
        query = mine.where(LeadStep.step != EscalationStep.GIVEN)
        ids = session.scalars(query.order_by(LeadStep.id)).all()
        shown = session.scalars(select(Card.subject_id).where(Card.target == who.slack_id)).all()
        assert set(ids) <= set(shown)
        return [notifications.step(queries.step_facts(session, each)).text for each in ids]


def offer_to(floor: Floor, lead_id: int, who: Person) -> str:
    """What the message says by which the lead was offered to this person."""
    with floor.store.transaction() as session:
        offered = session.scalars(
            select(LeadStep.id).where(
                LeadStep.lead_id == lead_id,
                LeadStep.person_id == who.id,
                LeadStep.step == EscalationStep.SUGGEST,
            )
        ).one()
        return notifications.step(queries.step_facts(session, offered)).text


def test_the_former_owner_hears_of_a_reassignment(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    floor.do(outcomes.contacted, floor.sal, lead)
    floor.do(claiming.reassign, floor.boss, lead, floor.sue.id)
    assert notices_to(floor, lead, floor.sal) == [
        f"*Ada* (#{lead}) is with <@USUE> now. <@UBOSS> handed it over."
    ]
    floor.do(claiming.release, floor.boss, lead)
    assert notices_to(floor, lead, floor.sue) == [
        f"*Ada* (#{lead}): <@UBOSS> gave it back to the channel."
    ]
    floor.do(claiming.claim, floor.sue, lead)
    floor.do(claiming.reassign, floor.sue, lead, floor.sal.id)
    assert len(notices_to(floor, lead, floor.sue)) == 1  # what one does oneself is no news


def test_a_colleague_asks_for_a_lead_and_its_owner_or_a_manager_agrees(floor: Floor) -> None:
    lead, other = floor.lead(1), floor.lead(2)
    for each in (lead, other):
        floor.do(claiming.claim, floor.sal, each)
        floor.do(outcomes.contacted, floor.sal, each)
        floor.do(absences.take_over, floor.sue, each)
        assert floor.get(each).claimed_by == floor.sal.id
    with pytest.raises(AlreadyAsked):
        floor.do(absences.take_over, floor.sue, lead)
    with floor.store.transaction() as session:
        first, second = session.scalars(
            select(LeadStep.id).where(LeadStep.step == EscalationStep.ASKED).order_by(LeadStep.id)
        ).all()
    assert notices_to(floor, lead, floor.sal) == [
        f"<@USUE> would like to take over *Ada* (#{lead})."
    ]
    with pytest.raises(NotYours):
        floor.do(absences.agree, floor.sue, first)
    floor.do(absences.agree, floor.sal, first)
    assert floor.get(lead).claimed_by == floor.sue.id
    for answer in (absences.agree, absences.keep):
        with pytest.raises(NotAskedAnyMore):
            floor.do(answer, floor.boss, first)
    floor.do(absences.keep, floor.sal, second)
    assert notices_to(floor, other, floor.sue) == [f"<@USAL> would like to keep *Ada* (#{other})."]
    assert notices_to(floor, other, floor.sal) == [f"*Ada* (#{other}): stays with <@USAL>."]
    with pytest.raises(NotAskedAnyMore):
        floor.do(absences.agree, floor.sal, second)


def test_managers_are_asked_too_where_the_owner_does_not_work(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    floor.do(outcomes.contacted, floor.sal, lead)
    with floor.store.transaction() as session:
        session.get_one(Person, floor.sal.id).timezone = "America/New_York"
    floor.do(absences.take_over, floor.sue, lead)
    assert notices_to(floor, lead, floor.boss) == [
        f"<@USUE> would like to take over *Ada* (#{lead}) from <@USAL>."
    ]
    with floor.store.transaction() as session:
        step_id = session.scalars(
            select(LeadStep.id).where(LeadStep.person_id == floor.boss.id)
        ).one()
    floor.do(absences.agree, floor.boss, step_id)
    assert floor.get(lead).claimed_by == floor.sue.id
    assert notices_to(floor, lead, floor.sal)[-1] == (
        f"*Ada* (#{lead}) is with <@USUE> now. <@UBOSS> handed it over."
    )


def test_who_is_away_is_stood_in_for_at_once_and_gets_it_back(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    floor.do(outcomes.contacted, floor.sal, lead)
    with floor.store.transaction() as session:
        absences.go_away(session, floor.sal, NINE + 24 * HOUR)
        facts = queries.facts_for(session, floor.sue, lead)
        assert (facts.may_ask, facts.owner_back_at) == (True, NINE + 24 * HOUR)
        assert not queries.facts_for(session, floor.sal, lead).may_ask
    floor.do(absences.take_over, floor.sue, lead)
    assert floor.get(lead).claimed_by == floor.sue.id
    assert notices_to(floor, lead, floor.sal) == [
        f"<@USUE> took over *Ada* (#{lead}). You get it back when you return."
    ]
    with floor.store.transaction() as session:
        assert [each.id for each in absences.come_back(session, floor.sal)] == [lead]
    assert floor.get(lead).claimed_by == floor.sal.id


def test_what_cannot_be_taken_over(floor: Floor) -> None:
    lead, ended = floor.lead(1), floor.lead(2)
    with pytest.raises(NotClaimed):
        floor.do(absences.take_over, floor.sue, lead)
    for each in (lead, ended):
        floor.do(claiming.claim, floor.sal, each)
    floor.do(outcomes.win, floor.sal, ended, Money(100, "EUR"))
    mara = floor.hire("Mara", Role.MARKETER)
    for who, each, error in (
        (floor.sal, lead, AlreadyYours), (floor.sue, ended, AlreadyClosed), (mara, lead, NotAllowed)
    ):  # fmt: skip
        with pytest.raises(error):
            floor.do(absences.take_over, who, each)
    with pytest.raises(NotFound):
        floor.do(absences.agree, floor.sal, 999)


def test_what_was_closed_by_mistake_is_reopened_and_audited(floor: Floor) -> None:
    won, lost = floor.lead(1), floor.lead(2)
    for each in (won, lost):
        floor.do(claiming.claim, floor.sal, each)
    with pytest.raises(NotClosed):
        floor.do(outcomes.reopen, floor.sal, won)
    floor.do(outcomes.win, floor.sal, won, Money(100, "EUR"))
    floor.hands.forward(minutes=1)
    floor.do(outcomes.qualify, floor.sal, lost)
    floor.do(outcomes.lose, floor.sal, lost, outcomes.Ending(Disposition.NO_FIT, "no API"))
    with pytest.raises(NotYours):
        floor.do(outcomes.reopen, floor.sue, won)
    floor.do(outcomes.reopen, floor.sal, won)
    floor.do(outcomes.reopen, floor.boss, lost)
    floor.sweep()
    again, other = floor.get(won), floor.get(lost)
    assert (again.status, again.won_amount, again.closed_at) == (Status.NEW, None, None)
    assert (again.qualified_at, again.first_response_at) == (None, NINE)  # the win had proved it
    assert (other.status, other.disposition, other.claimed_by) == (
        Status.QUALIFIED, None, floor.sal.id,
    )  # fmt: skip
    with floor.store.transaction() as session:
        event = session.scalars(
            select(LeadEvent).where(
                LeadEvent.event_type == EventType.REOPENED, LeadEvent.lead_id == won
            )
        ).one()
        assert (event.person_id, event.facts["was"], event.facts["minor"]) == (
            floor.sal.id, "won", 100,
        )  # fmt: skip
        assert "no API" in str(lead_card.card(queries.facts(session, lost)).blocks)
    floor.until(NINE + 4 * HOUR, 5 * MINUTE)
    assert floor.get(won).claimed_by == floor.sal.id


def test_a_lead_is_not_reopened_beside_another_of_the_same_person(floor: Floor) -> None:
    lead = floor.lead(1)
    floor.do(claiming.claim, floor.sal, lead)
    floor.do(outcomes.lose, floor.sal, lead, outcomes.Ending(Disposition.NO_BUDGET))
    with floor.store.transaction() as session:
        again = read({"email": "ada1@example.com", "external_id": "again"})
        workspace = session.get_one(Workspace, floor.workspace.id)
        newer = create_or_merge(session, workspace, [again], IntakeContext("api"))[0].lead_id
    with pytest.raises(AnotherIsOpen, match=f"#{newer}"):
        floor.do(outcomes.reopen, floor.sal, lead)


def test_the_amount_of_a_win_is_corrected_and_audited(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    with pytest.raises(NotWon):
        floor.do(outcomes.correct_amount, floor.sal, lead, Money(500, "EUR"))
    floor.do(outcomes.win, floor.sal, lead, Money(1_250_000, "EUR"))
    for amount, error in ((Money(0, "EUR"), AmountMissing),
                          (Money(1_250_000, "EUR"), AmountUnchanged)):  # fmt: skip
        with pytest.raises(error):
            floor.do(outcomes.correct_amount, floor.sal, lead, amount)
    with pytest.raises(NotYours):
        floor.do(outcomes.correct_amount, floor.sue, lead, Money(125_000, "EUR"))
    floor.do(outcomes.correct_amount, floor.boss, lead, Money(125_000, "EUR"))
    assert floor.get(lead).won_amount == Money(125_000, "EUR")
    with floor.store.transaction() as session:
        event = session.scalars(
            select(LeadEvent).where(LeadEvent.event_type == EventType.CORRECTED)
        ).one()
        assert (event.facts["from_minor"], event.facts["minor"]) == (1_250_000, 125_000)
