"""A round opens once, asks everyone once, reminds once and closes once, whatever happens twice."""

from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import select, text

from bot import clock
from bot.people.model import Person
from bot.standups import service
from bot.standups.model import Answer, StandupEntry, StandupRound
from bot.store import Store
from tests.standups.scene import HALF_PAST_NINE, SAID, Company, Hands, at_once


def timers(store: Store) -> dict[str, datetime]:
    """The waiting timers by task, on the clock of the application."""
    with store.transaction() as session:
        rows = session.execute(
            text(
                "SELECT task_name, scheduled_at FROM procrastinate_jobs "
                "WHERE scheduled_at IS NOT NULL"
            )
        )
        return {task: at + clock.offset() for task, at in rows}


def test_everyone_of_the_team_is_asked(company: Company, ada: Person, bo: Person) -> None:
    company.someone("UMIA", "Mia", "Marketing")
    opened = company.opened()
    with company.store.transaction() as session:
        shown = service.round_to_show(session, opened.id)
    assert {entry.person.slack_id for entry in shown.entries} == {"UADA", "UBO"}
    assert {entry.state for entry in shown.entries} == {Answer.ASKED}
    assert opened.day == date(2026, 11, 23)
    assert company.cards(service.PROMPT) == 2


def test_one_who_is_deactivated_is_not_asked(company: Company, ada: Person) -> None:
    with company.store.transaction() as session:
        session.get_one(Person, ada.id).active = False
    company.opened()
    assert company.cards(service.PROMPT) == 0


def test_the_timers_are_set(company: Company, ada: Person) -> None:
    company.opened()
    at = timers(company.store)
    assert abs(at[service.REMIND] - HALF_PAST_NINE - timedelta(minutes=60)) < timedelta(seconds=5)
    assert abs(at[service.CLOSE] - HALF_PAST_NINE - timedelta(minutes=150)) < timedelta(seconds=5)


def test_a_day_has_one_round(company: Company, ada: Person) -> None:
    company.opened()
    with company.store.transaction() as session:
        standup = company.standup(session)
        assert service.open_round(session, standup.id, HALF_PAST_NINE) is None
        later = HALF_PAST_NINE + timedelta(hours=5)
        assert service.open_round(session, standup.id, later) is None
        tomorrow = HALF_PAST_NINE + timedelta(days=1)
        assert service.open_round(session, standup.id, tomorrow) is not None


def test_a_paused_standup_does_not_open(company: Company, ada: Person) -> None:
    with company.store.transaction() as session:
        company.standup(session).active = False
    with company.store.transaction() as session:
        assert service.open_round(session, company.standup(session).id, HALF_PAST_NINE) is None


def test_the_day_is_that_of_the_standups_zone(company: Company, ada: Person) -> None:
    with company.store.transaction() as session:
        company.standup(session).zone = "Asia/Tokyo"
    assert company.opened(slot=datetime(2026, 11, 22, 23, 30, tzinfo=UTC)).day == date(2026, 11, 23)


def test_a_round_that_opens_late_gives_everyone_the_whole_time(
    company: Company, ada: Person, hands: Hands
) -> None:
    hands.forward(hours=3)
    assert company.opened().closes_at == hands.now + timedelta(minutes=150)


def test_only_those_who_wait_are_reminded_and_once(
    company: Company, ada: Person, bo: Person, hands: Hands
) -> None:
    cy = company.someone("UCY", "Cy", "Sales")
    opened = company.opened()
    with company.store.transaction() as session:
        service.answer(session, ada, company.entry_of(ada), SAID)
        service.skip(session, bo, company.entry_of(bo))
    hands.forward(hours=1)
    for _restart in range(3):
        with company.store.transaction() as session:
            service.remind(session, opened.id)
    assert company.cards(service.REMINDER) == 1
    with company.store.transaction() as session:
        entry = session.get_one(StandupEntry, company.entry_of(cy))
        assert entry.reminded_at == hands.now


def test_nobody_is_reminded_who_left_or_of_what_is_closed(
    company: Company, ada: Person, bo: Person
) -> None:
    opened = company.opened()
    with company.store.transaction() as session:
        session.get_one(Person, ada.id).active = False
        assert service.remind(session, opened.id) == 1
    tuesday = company.opened(slot=HALF_PAST_NINE + timedelta(days=1))
    with company.store.transaction() as session:
        service.close(session, tuesday.id)
        assert service.remind(session, tuesday.id) == 0


def test_closing_sums_up_once(company: Company, ada: Person, hands: Hands) -> None:
    opened = company.opened()
    hands.forward(minutes=150)
    with company.store.transaction() as session:
        assert service.close(session, opened.id)
    with company.store.transaction() as session:
        assert not service.close(session, opened.id)
        assert session.get_one(StandupRound, opened.id).closed_at == hands.now
    assert company.cards(service.SUMMARY) == 1


def test_a_round_that_asked_nobody_is_not_summed_up(company: Company) -> None:
    opened = company.opened("Marketing")
    with company.store.transaction() as session:
        assert service.close(session, opened.id)
    assert company.cards(service.SUMMARY) == 0


def test_simultaneous_openings_make_one_round(company: Company, ada: Person, bo: Person) -> None:
    def open_() -> bool:
        with company.store.transaction() as session:
            standup_id = company.standup(session).id
            return service.open_round(session, standup_id, HALF_PAST_NINE) is not None

    assert sorted(at_once(8, open_)) == [False] * 7 + [True]
    assert company.cards(service.PROMPT) == 2
    assert set(timers(company.store)) == {service.REMIND, service.CLOSE}


def test_simultaneous_closings_make_one_summary(company: Company, ada: Person) -> None:
    opened = company.opened()

    def close() -> bool:
        with company.store.transaction() as session:
            return service.close(session, opened.id)

    assert sorted(at_once(8, close)) == [False] * 7 + [True]
    assert company.cards(service.SUMMARY) == 1


def test_an_answer_is_in_the_summary_or_refused(company: Company) -> None:
    team = [company.someone(f"U{number}", f"P{number}", "Sales") for number in range(6)]
    opened = company.opened()
    entries = {person.id: company.entry_of(person) for person in team}
    turns = iter([*team, None, None])
    taken: set[int] = set()
    told: set[int] = set()
    seen: list[set[int]] = []

    def act() -> None:
        person = next(turns)
        with company.store.transaction() as session:
            if person is None:
                if service.close(session, opened.id):
                    shown = service.round_to_show(session, opened.id)
                    answered = [e for e in shown.entries if e.state == Answer.ANSWERED]
                    seen.append({e.person_id for e in answered})
                return
            try:
                service.answer(session, person, entries[person.id], SAID)
                taken.add(person.id)
            except service.StandupClosed:
                told.add(person.id)

    at_once(8, act)
    assert len(seen) == 1
    assert seen[0] == taken
    assert taken | told == {person.id for person in team}


def test_simultaneous_answers_of_one_person_keep_one(company: Company, ada: Person) -> None:
    company.opened()
    entry_id = company.entry_of(ada)
    numbers = iter(range(8))

    def answer() -> None:
        said = f"Version {next(numbers)}"
        with company.store.transaction() as session:
            service.answer(session, ada, entry_id, {"did": said, "plan": said})

    at_once(8, answer)
    with company.store.transaction() as session:
        entries = session.scalars(select(StandupEntry)).all()
    assert len(entries) == 1
    assert entries[0].answers["did"] == entries[0].answers["plan"]


def test_an_answer_and_a_skip_at_once_never_lose_the_answer(company: Company, ada: Person) -> None:
    company.opened()
    entry_id = company.entry_of(ada)
    turns = iter([True, False] * 4)

    def act() -> None:
        with company.store.transaction() as session:
            if next(turns):
                service.answer(session, ada, entry_id, SAID)
            else:
                with suppress(service.AlreadyAnswered, service.AlreadySkipped):
                    service.skip(session, ada, entry_id)

    at_once(8, act)
    with company.store.transaction() as session:
        assert session.get_one(StandupEntry, entry_id).state == Answer.ANSWERED
