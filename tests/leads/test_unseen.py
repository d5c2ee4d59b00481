"""Leads that could have been forgotten: what the state machine has found, each for itself."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from bot import clock
from bot.intake.creating import create_or_merge
from bot.intake.lead_draft import IntakeContext
from bot.leads import call_lists, claiming, merging, outcomes, queries, quiet_leads
from bot.leads.list_models import CallOutcome, Mine
from bot.leads.models import CallList, Disposition, EventType, LeadEvent, Status
from bot.leads.notice_models import EscalationStep
from bot.money import Money
from bot.people.models import Absence, Person, Role, Workspace
from bot.routing import absences
from bot.sources.lead_payload import read
from bot.store import Store
from tests.moved_clock import NINE
from tests.routing.test_escalation import HOUR, MINUTE, Floor

AUTUMN = outcomes.Ending(Disposition.BAD_TIMING, "After the move", wake_on=date(2026, 9, 1))


@pytest.fixture
def floor(store: Store) -> Iterator[Floor]:
    yield Floor(store)
    clock.use(lambda: datetime.now(UTC))


def waiting(floor: Floor) -> list[int]:
    with floor.store.transaction() as session:
        return [lead.id for lead in queries.waiting(session, floor.workspace.id, 10)]


def listed(floor: Floor) -> int:
    """A contact on a call list."""
    with floor.store.transaction() as session:
        workspace = session.get_one(Workspace, floor.workspace.id)
        call_list = CallList(workspace_id=workspace.id, name="June", created_at=clock.now())
        session.add(call_list)
        session.flush()
        context = IntakeContext("csv", call_list_id=call_list.id)
        [result] = create_or_merge(
            session, workspace, [read({"email": "bea@example.com"})], context
        )
        return result.lead_id


def test_a_quiet_lead_that_is_released_after_the_talk_is_offered_again(floor: Floor) -> None:
    lead = floor.lead(source="csv")
    floor.do(claiming.claim, floor.sal, lead)
    floor.do(outcomes.qualify, floor.sal, lead)
    floor.do(claiming.release, floor.sal, lead)
    assert waiting(floor) == [lead]
    with floor.store.transaction() as session:
        assert queries.count_waiting(session, floor.workspace.id) == 1
        assert quiet_leads.post_digest(session, floor.workspace, NINE)
        assert [each.id for each, _ in quiet_leads.digest(session, 1).rows] == [lead]


def test_a_contact_that_was_called_and_released_waits_for_someone(floor: Floor) -> None:
    lead = listed(floor)
    assert waiting(floor) == []
    with floor.store.transaction() as session:
        [(call_list, left)] = queries.call_lists(session, floor.workspace.id)
        assert left == 1
        assert call_lists.next_contact(session, floor.sal, call_list.id)
        call_lists.note_call(session, floor.sal, lead, CallOutcome.CALL_BACK)
    floor.do(claiming.release, floor.sal, lead)
    with floor.store.transaction() as session:
        assert not queries.call_lists(session, floor.workspace.id)
    assert waiting(floor) == [lead]


def test_who_was_merged_by_mistake_is_on_the_ladder_again(floor: Floor) -> None:
    mara = floor.hire("Mara", Role.MARKETER)
    kept, gone = floor.lead(1), floor.lead(2)
    floor.do(merging.merge, mara, gone, kept)
    floor.until(NINE + HOUR, 5 * MINUTE)
    assert floor.steps(gone) == []
    floor.do(merging.unmerge, mara, gone)
    floor.until(NINE + HOUR + 5 * MINUTE)
    assert floor.steps(gone) == [(EscalationStep.NUDGE, "", "Mon 10:01")]


def test_who_stays_away_longer_gets_nothing_back_before(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    with floor.store.transaction() as session:
        absences.go_away(session, floor.sal, NINE + HOUR, {lead: floor.sue})
        absences.go_away(session, floor.sal, NINE + 3 * HOUR)
        first, second = session.scalars(select(Absence.id).order_by(Absence.id)).all()
    floor.hands.now = NINE + HOUR
    with floor.store.transaction() as session:
        assert absences.end_absence(session, first) == []
    floor.hands.now = NINE + 3 * HOUR
    with floor.store.transaction() as session:
        assert [each.id for each in absences.end_absence(session, second)] == [lead]
        assert [
            each.id for each, _ in absences.handover(session, second, floor.sal.slack_id).leads
        ] == [lead]


def test_who_stands_in_and_goes_away_too_hands_on_what_returns_to_the_first(floor: Floor) -> None:
    lead = floor.lead()
    floor.do(claiming.claim, floor.sal, lead)
    ben = floor.hire("Ben")
    with floor.store.transaction() as session:
        absences.go_away(session, floor.sal, NINE + 3 * HOUR, {lead: floor.sue})
        absences.go_away(session, floor.sue, NINE + HOUR, {lead: ben})
        first, second = session.scalars(select(Absence.id).order_by(Absence.id)).all()
    floor.hands.now = NINE + HOUR
    with floor.store.transaction() as session:
        assert absences.end_absence(session, second) == []
    assert floor.get(lead).claimed_by == ben.id
    floor.hands.now = NINE + 3 * HOUR
    with floor.store.transaction() as session:
        assert [each.id for each in absences.end_absence(session, first)] == [lead]
    assert floor.get(lead).claimed_by == floor.sal.id


def test_who_leaves_the_company_leaves_their_leads_to_others(floor: Floor) -> None:
    talked, listed_one = floor.lead(1), listed(floor)
    for lead in (talked, listed_one):
        floor.do(claiming.claim, floor.sal, lead)
    floor.do(outcomes.contacted, floor.sal, talked)
    with floor.store.transaction() as session:
        assert absences.release_for_leavers(session) == 0
        session.get_one(Person, floor.sal.id).active = False
    with floor.store.transaction() as session:
        assert absences.release_for_leavers(session) == 2
        assert absences.release_for_leavers(session) == 0
    floor.sweep()
    assert floor.steps(talked) == [(EscalationStep.SUGGEST, "Sue", "Mon 09:00")]
    assert floor.steps(listed_one) == []  # its call list brings it up
    with floor.store.transaction() as session:
        last = select(LeadEvent).where(LeadEvent.event_type == EventType.RELEASED)
        events = session.scalars(last).all()
    assert {(event.person_id, event.facts["why"]) for event in events} == {(None, "left")}


def test_a_resting_lead_that_somebody_works_on_rests_no_more(floor: Floor) -> None:
    snoozed, qualified, won = (floor.lead(n) for n in range(3))
    for lead in (snoozed, qualified, won):
        floor.do(claiming.claim, floor.sal, lead)
        floor.do(outcomes.lose, floor.sal, lead, AUTUMN)
    floor.do(claiming.snooze, floor.sal, snoozed, NINE + HOUR)
    floor.do(outcomes.qualify, floor.sal, qualified)
    floor.do(outcomes.win, floor.sal, won, Money(100, "EUR"))
    found = [floor.get(lead) for lead in (snoozed, qualified, won)]
    assert [lead.status for lead in found] == [Status.NEW, Status.QUALIFIED, Status.WON]
    assert {(lead.disposition, lead.wake_at) for lead in found} == {(None, None)}
    with floor.store.transaction() as session:
        mine = queries.mine(session, floor.sal, Mine.SNOOZED, 10)
        assert [lead.id for lead in mine] == [snoozed]
    floor.until(NINE + HOUR)
    assert floor.steps(snoozed) == [(EscalationStep.WAKE, "Sal", "Mon 10:00")]
