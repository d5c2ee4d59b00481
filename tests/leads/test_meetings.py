"""Meetings that leads book: one row each, whatever comes first; what their owners hear and say."""

import itertools
import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from bot.intake import receiving
from bot.intake.models import Outcome
from bot.intake.receiving import RawSubmission
from bot.leads import claiming, meetings, merging, outcomes, queries, undoing
from bot.leads.claiming import NotYours
from bot.leads.list_models import Mine
from bot.leads.meeting_models import MEETING, Meeting, MeetingNotice
from bot.leads.meetings import AnsweredAlready, NotOver
from bot.leads.messages import lead_card, lead_modal, notifications
from bot.leads.messages import meetings as view
from bot.leads.models import Lead, LeadEvent, Touch
from bot.leads.notice_models import LeadNotice, LeadStep
from bot.people.models import Person, Workspace
from bot.routing import absences
from bot.slack.cards import Card
from bot.slack.text import moment
from bot.sources import calendly
from bot.store import Store
from tests.golden_files import Golden
from tests.moved_clock import NINE
from tests.routing.test_escalation import Floor

TEN = NINE + timedelta(hours=25)
"""Tuesday at ten, in Berlin."""
THREE = TEN + timedelta(hours=5)


class Office(Floor):
    """A sales floor to which Calendly speaks."""

    def hook(self, *events: dict[str, Any]) -> list[Outcome]:
        """What Calendly sends, all at once."""
        bodies = [json.dumps(each).encode() for each in events]
        sent = [RawSubmission("calendly", "calendly", body, "application/json") for body in bodies]
        with self.store.transaction() as session:
            workspace = session.get_one(Workspace, self.workspace.id)
            return [each.outcome for each in receiving.receive(session, workspace, sent)]

    def book(self, at: datetime = TEN, key: str = "IN1", **invitee: Any) -> int:
        """Somebody books a meeting; returns the id of their lead."""
        assert self.hook(created(at, key, **invitee)) == [Outcome.LEAD]
        return self.meeting(key).lead_id or 0

    def meeting(self, key: str = "IN1") -> Meeting:
        with self.store.transaction() as session:
            return session.scalars(select(Meeting).filter_by(external_id=f"calendly:{key}")).one()

    def statuses(self, lead_id: int) -> dict[str, str]:
        with self.store.transaction() as session:
            rows = session.execute(
                select(Meeting.external_id, Meeting.status).where(Meeting.lead_id == lead_id)
            )
            return {key.removeprefix("calendly:"): status for key, status in rows}

    def leads(self) -> list[Lead]:
        with self.store.transaction() as session:
            return list(session.scalars(select(Lead).order_by(Lead.id)))

    def events(self, lead_id: int) -> list[str]:
        with self.store.transaction() as session:
            mine = select(LeadEvent.event_type).where(LeadEvent.lead_id == lead_id)
            return list(session.scalars(mine.order_by(LeadEvent.id)))

    def card(self, lead_id: int) -> str:
        with self.store.transaction() as session:
            blocks = lead_card.card(queries.facts(session, lead_id)).blocks
            return json.dumps(blocks, ensure_ascii=False)

    def tick(self) -> None:
        """Let the clock look at leads and meetings."""
        self.sweep()
        with self.store.transaction() as session:
            meetings.remind(session)

    def messages_to(self, who: Person) -> list[str]:
        """What this person has been told of meetings, as it reads now."""
        with self.store.transaction() as session:
            mine = select(Card.subject_id).where(Card.kind == MEETING, Card.target == who.slack_id)
            ids = session.scalars(mine.order_by(Card.id)).all()
            return [view.notice(meetings.facts(session, id_)).text for id_ in ids]

    def messages(self) -> list[dict[str, Any]]:
        """The messages about meetings."""
        with self.store.transaction() as session:
            ids = session.scalars(select(MeetingNotice.id).order_by(MeetingNotice.id)).all()
            drawn = [view.notice(meetings.facts(session, id_)) for id_ in ids]
            return [{"text": each.text, "blocks": each.blocks} for each in drawn]

    def drawn(self, lead_id: int) -> dict[str, Any]:
        with self.store.transaction() as session:
            card = lead_card.card(queries.facts(session, lead_id))
            return {"text": card.text, "blocks": card.blocks}

    def met(self) -> int:
        """A lead of Sal's whose meeting is over."""
        lead_id = self.book()
        self.do(claiming.claim, self.sal, lead_id)
        self.hands.to(TEN + timedelta(minutes=30))
        self.tick()
        return lead_id

    def modal(self, lead_id: int, who: Person) -> str:
        with self.store.transaction() as session:
            facts = queries.facts_for(session, session.merge(who), lead_id)
            return json.dumps(lead_modal.modal(facts).to_dict(), ensure_ascii=False)


def created(at: datetime, key: str = "IN1", **invitee: Any) -> dict[str, Any]:
    """What Calendly sends of a booking."""
    body: dict[str, Any] = json.loads(json.dumps(calendly.EXAMPLE))
    body["payload"] |= {"uri": f"calendly:{key}"} | invitee
    body["payload"]["scheduled_event"] |= {
        "start_time": at.isoformat(), "end_time": (at + timedelta(minutes=30)).isoformat(),
        "location": {"type": "zoom", "join_url": "https://zoom.example.com/j/1"},
    }  # fmt: skip
    return body


def canceled(key: str = "IN1", **invitee: Any) -> dict[str, Any]:
    """What Calendly sends of a meeting that is off, with all that it says of the invitee."""
    return created(TEN, key, status="canceled", **invitee) | {"event": "invitee.canceled"}


@pytest.fixture
def office(store: Store) -> Office:
    return Office(store)


def test_a_booking_is_a_meeting_of_its_lead(office: Office) -> None:
    lead_id = office.book()
    meeting = office.meeting()
    assert (meeting.starts_at, meeting.ends_at) == (TEN, TEN + timedelta(minutes=30))
    assert (meeting.title, meeting.place) == ("First call", "https://zoom.example.com/j/1")
    [lead] = office.leads()
    assert (lead.id, lead.first_response_at) == (lead_id, None)  # a booking is no response
    assert f"📅 Meeting {moment(TEN)}" in office.card(lead_id)
    assert "Starts" not in office.card(lead_id)  # it is said once
    assert "zoom.example.com" not in office.card(lead_id)
    assert "https://zoom.example.com/j/1" in office.modal(lead_id, office.sal)


def test_the_same_delivery_again_changes_nothing(office: Office) -> None:
    lead_id = office.book()
    office.hook(created(TEN), created(TEN))
    office.hook(canceled(), canceled())
    office.hook(canceled(rescheduled=True), created(TEN))
    assert office.statuses(lead_id) == {"IN1": "cancelled"}
    assert office.events(lead_id) == ["received", "meeting_booked", "meeting_cancelled"]
    assert "📅" not in office.card(lead_id)
    assert "*cancelled*" in office.modal(lead_id, office.sal)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))), ids=str)
@pytest.mark.parametrize("together", [False, True])
def test_a_moved_meeting_ends_as_the_new_one_in_any_order(
    office: Office, order: tuple[int, ...], together: bool
) -> None:
    sent = [
        created(TEN),
        canceled(rescheduled=True, new_invitee="calendly:IN2"),
        created(THREE, "IN2", old_invitee="calendly:IN1"),
    ]
    deliveries = [sent[place] for place in order]
    if together:
        office.hook(*deliveries)
    else:
        for each in deliveries:
            office.hook(each)
    [lead] = office.leads()
    assert office.statuses(lead.id) == {"IN1": "moved", "IN2": "booked"}
    assert moment(THREE) in office.card(lead.id)
    assert moment(TEN) not in office.card(lead.id)


def test_a_meeting_joins_the_open_lead_and_a_cancelled_one_makes_none(office: Office) -> None:
    lead_id = office.lead(1)
    assert office.book(email="ada1@example.com") == lead_id
    new = {"email": "new@example.com", "text_reminder_number": None}
    assert office.hook(canceled("IN9", **new)) == [Outcome.CANCELLATION]
    assert [each.id for each in office.leads()] == [lead_id]
    office.hook(created(TEN, "IN9", **new))  # late, but they raised a hand
    assert office.statuses(office.leads()[1].id) == {"IN9": "cancelled"}


def test_a_meeting_goes_with_its_lead_and_comes_back(office: Office) -> None:
    lead_id, other = office.book(), office.lead(2)
    with office.store.transaction() as session:
        boss = session.merge(office.boss)
        merging.merge(session, boss, lead_id, other)
    assert office.meeting().lead_id == other
    assert office.hook(canceled()) == [Outcome.CANCELLATION]
    assert office.events(other)[-1] == "meeting_cancelled"
    with office.store.transaction() as session:
        merging.unmerge(session, session.merge(office.boss), lead_id)
    assert office.meeting().lead_id == lead_id


def test_the_owners_steps_rest_until_the_meeting_is_over(office: Office) -> None:
    lead_id = office.book()
    office.do(claiming.claim, office.sal, lead_id)
    office.until(NINE + timedelta(hours=3), every=timedelta(minutes=10))
    assert office.steps(lead_id) == []
    assert office.get(lead_id).due_at == TEN + timedelta(hours=1)
    assert "Reply by" not in office.card(lead_id)
    office.until(TEN + timedelta(hours=3), every=timedelta(minutes=10))
    # The time anew from the meeting's end, as after an attempt.
    assert [step[::2] for step in office.steps(lead_id)[:2]] == [
        ("remind", "Tue 11:00"), ("take_back", "Tue 12:00")
    ]  # fmt: skip
    assert "📅 Meeting" in office.card(lead_id)
    assert "result not logged yet" in office.card(lead_id)


def test_a_meeting_that_is_off_lets_the_steps_go_on(office: Office) -> None:
    lead_id = office.book()
    office.do(claiming.claim, office.sal, lead_id)
    office.until(NINE + timedelta(hours=1), every=timedelta(minutes=10))
    office.hook(canceled())
    office.sweep()
    assert office.get(lead_id).due_at == office.hands.now + timedelta(minutes=5)
    office.until(NINE + timedelta(hours=2), every=timedelta(minutes=10))
    assert office.steps(lead_id)[0] == ("remind", "Sal", "Mon 10:30")


def test_an_unclaimed_lead_escalates_and_says_the_meeting(office: Office) -> None:
    lead_id = office.book()
    office.until(NINE + timedelta(minutes=20))
    assert [step for step, *_ in office.steps(lead_id)][:2] == ["nudge", "message"]
    with office.store.transaction() as session:
        step_id = session.scalars(select(LeadStep.id).filter_by(step="nudge")).one()
        nudge = notifications.step(queries.step_facts(session, step_id))
        notice_id = session.scalars(select(LeadNotice.id).order_by(LeadNotice.id)).first()
        assert notice_id
        listed = notifications.notice(queries.notice_facts(session, notice_id))
    for message in (nudge, listed):
        assert f"📅 Meeting {moment(TEN)}" in json.dumps(message.blocks, ensure_ascii=False)


WHO = "*Ada Lovelace* (#1)"


def test_the_owner_is_reminded_and_then_asked_once_each(office: Office) -> None:
    lead_id = office.book()
    office.hands.to(TEN - timedelta(minutes=16))
    office.do(claiming.claim, office.sal, lead_id)
    office.tick()
    assert office.messages_to(office.sal) == []
    office.hands.forward(minutes=1)
    office.tick()
    office.tick()
    assert office.messages_to(office.sal) == [
        f"📅 Your meeting with {WHO} starts at {moment(TEN, '{time}')}."
    ]
    office.hands.to(TEN + timedelta(minutes=30))
    office.tick()
    office.tick()
    assert office.messages_to(office.sal) == [
        f"📅 Meeting with {WHO}, {moment(TEN)}: over.",
        f"Did the meeting with {WHO} take place?\n📅 {moment(TEN)}",
    ]
    office.do(meetings.took_place, office.sal, office.meeting().id)
    assert set(office.messages_to(office.sal)) == {
        f"📅 Meeting with {WHO}, {moment(TEN)}: took place."
    }


def test_nobody_is_asked_for_a_lead_without_an_owner_until_it_has_one(office: Office) -> None:
    lead_id = office.book()
    office.hands.to(TEN + timedelta(hours=1))
    office.tick()
    assert office.messages_to(office.sal) == []
    office.do(claiming.claim, office.sue, lead_id)
    office.tick()
    assert len(office.messages_to(office.sue)) == 1
    office.do(claiming.reassign, office.sue, lead_id, office.sal.id)
    office.tick()
    assert "take place?" in office.messages_to(office.sal)[0]
    assert office.messages_to(office.sue) == [
        f"📅 Meeting with {WHO}, {moment(TEN)}: the lead is with {office.sal.mention}."
    ]


def test_who_covers_for_the_owner_is_reminded_and_asked(office: Office) -> None:
    lead_id = office.book()
    office.do(claiming.claim, office.sal, lead_id)
    with office.store.transaction() as session:
        until = TEN + timedelta(hours=1)
        absences.go_away(session, session.merge(office.sal), until, cover=office.sue)
    office.hands.to(TEN + timedelta(minutes=30))
    office.tick()
    office.tick()
    assert office.messages_to(office.sal) == []
    [question] = office.messages_to(office.sue)
    assert "take place?" in question
    office.hands.to(TEN + timedelta(hours=2))
    office.tick()
    assert "take place?" in office.messages_to(office.sal)[0]
    assert office.sal.mention in office.messages_to(office.sue)[0]


def test_a_moved_meeting_changes_its_reminder(office: Office) -> None:
    lead_id = office.book()
    office.do(claiming.claim, office.sal, lead_id)
    office.hands.to(TEN - timedelta(minutes=10))
    office.tick()
    office.hook(created(THREE, "IN2", old_invitee="calendly:IN1"), canceled(rescheduled=True))
    office.tick()
    moved = f"📅 Meeting with {WHO}, {moment(TEN)}: moved to {moment(THREE)}."
    assert office.messages_to(office.sal) == [moved]
    office.hands.to(THREE - timedelta(minutes=15))
    office.tick()
    office.hook(canceled("IN2"))
    assert (
        office.messages_to(office.sal)[1] == f"📅 Meeting with {WHO}, {moment(THREE)}: cancelled."
    )
    office.hands.to(THREE + timedelta(hours=1))
    office.tick()
    assert len(office.messages_to(office.sal)) == 2


def test_a_meeting_that_took_place_is_the_first_response(office: Office) -> None:
    lead_id = office.met()
    with pytest.raises(NotYours):
        office.do(meetings.took_place, office.sue, office.meeting().id)
    lead = office.do(meetings.took_place, office.sal, office.meeting().id)
    assert lead.first_response_at == TEN
    assert office.events(lead_id)[-2:] == ["meeting_held", "contacted"]
    assert office.statuses(lead_id) == {"IN1": "held"}
    office.tick()
    assert office.get(lead_id).response_worked == 9 * 3600  # a day's eight, and one of the next
    with pytest.raises(AnsweredAlready):
        office.do(meetings.nobody_came, office.sal, office.meeting().id)
    assert "*took place*" in office.modal(lead_id, office.sal)


def test_an_earlier_response_stays(office: Office) -> None:
    lead_id = office.book()
    office.do(claiming.claim, office.sal, lead_id)
    office.do(outcomes.contacted, office.sal, lead_id)
    with pytest.raises(NotOver):
        office.do(meetings.took_place, office.sal, office.meeting().id)
    office.hands.to(TEN + timedelta(hours=1))
    lead = office.do(meetings.took_place, office.sal, office.meeting().id)
    assert lead.first_response_at == NINE
    assert office.events(lead_id)[-1] == "meeting_held"


def test_nobody_came_is_an_attempt(office: Office) -> None:
    lead_id = office.met()
    office.hands.forward(minutes=5)
    lead = office.do(meetings.nobody_came, office.sal, office.meeting().id)
    assert lead.first_response_at is None
    assert "1 attempt, last" in office.card(lead_id)
    assert "(nobody came)" in office.card(lead_id)
    office.tick()
    office.hands.to(TEN + timedelta(hours=1, minutes=4))
    office.tick()
    assert office.steps(lead_id) == []  # half an hour anew
    office.hands.forward(minutes=1)
    office.tick()
    assert office.steps(lead_id) == [("remind", "Sal", "Tue 11:05")]


def test_no_lead_stands_still_that_has_a_meeting_ahead(office: Office) -> None:
    lead_id = office.lead(1)
    office.do(claiming.claim, office.sal, lead_id)
    office.do(outcomes.contacted, office.sal, lead_id)
    office.book(TEN + timedelta(days=21), email="ada1@example.com")
    with office.store.transaction() as session:
        touch = session.scalars(select(Touch)).one()
        message = lead_card.returned(touch, session.get_one(Lead, lead_id))
    assert message.text == "Ada booked a meeting."
    assert "*Starts*" in str(message.blocks)
    for days, stalled in ((20, 0), (23, 1)):
        office.hands.to(NINE + timedelta(days=days))
        with office.store.transaction() as session:
            assert queries.count_mine(session, office.sal)[Mine.STALLED] == stalled


@pytest.mark.parametrize("verb", [meetings.took_place, meetings.nobody_came])
def test_what_was_said_of_a_meeting_is_undone(office: Office, verb: Any) -> None:
    lead_id = office.met()
    before = office.modal(lead_id, office.sal)
    assert "It took place" in before
    assert "Nobody came" in before
    office.do(verb, office.sal, office.meeting().id)
    assert "Undo meeting" in office.modal(lead_id, office.sal)
    with office.store.transaction() as session:
        [*_, first] = queries.facts_for(session, session.merge(office.sal), lead_id).undoable
    office.do(undoing.undo, office.sal, first.id)
    assert office.statuses(lead_id) == {"IN1": "booked"}
    assert office.get(lead_id).first_response_at is None
    assert "attempt" not in office.card(lead_id)
    assert "take place?" in office.messages_to(office.sal)[-1]
    assert office.modal(lead_id, office.sal) == before


def test_how_meetings_look(office: Office, golden: Golden) -> None:
    lead_id = office.book()
    office.do(claiming.claim, office.sal, lead_id)
    shown = {"card_ahead": office.drawn(lead_id)}
    office.hands.to(TEN - timedelta(minutes=15))
    office.tick()
    shown["reminder"] = office.messages()[0]
    office.hands.to(TEN + timedelta(minutes=30))
    office.tick()
    shown |= {"card_over": office.drawn(lead_id), "question": office.messages()[1]}
    with office.store.transaction() as session:
        facts = queries.facts_for(session, session.merge(office.sal), lead_id)
        shown["modal"] = lead_modal.modal(facts).to_dict()
    golden("meetings", shown)
