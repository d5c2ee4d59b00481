"""A round asks everyone once, reminds once and closes once, whatever happens twice."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import select, text

from bot.people.models import Absence, Person, Role
from bot.standups import answering, asking, rounds
from bot.standups.models import Answer, Standup, StandupEntry, StandupRound
from bot.tasks import Schedule, schedule
from tests.company import ZONE
from tests.moved_clock import MovedClock
from tests.standups.scene import HALF_PAST_NINE, Company
from tests.threads import at_once


def entries(company: Company) -> dict[str, StandupEntry]:
    with company.store.transaction() as session:
        rows = session.execute(
            select(Person.slack_id, StandupEntry).join(
                StandupEntry, StandupEntry.person_id == Person.id
            )
        )
        return {row.slack_id: row.StandupEntry for row in rows}


def away(company: Company, person: Person, start: datetime, end: datetime) -> None:
    with company.store.transaction() as session:
        session.add(
            Absence(workspace_id=person.workspace_id, person_id=person.id, starts_at=start,
                    ends_at=end)
        )  # fmt: skip


def moves(company: Company, person: Person, zone: str | None) -> None:
    with company.store.transaction() as session:
        session.get_one(Person, person.id).timezone = zone


def zones(company: Company) -> dict[str, datetime]:
    """The zones of the sales standup, with their next times."""
    with company.store.transaction() as session:
        asking.follow_people(session)
        prefix = company.standup(session).schedule_name("")
        rows = session.scalars(select(Schedule).where(Schedule.name.startswith(prefix)))
        return {row.zone: row.next_run_at for row in rows}


def test_everyone_of_the_team_is_asked(company: Company, ada: Person, bo: Person) -> None:
    company.someone("UMIA", name="Mia", team="Marketing")
    assert company.ask() == 2
    prompted = entries(company)
    assert set(prompted) == {"UADA", "UBO"}
    assert {entry.state for entry in prompted.values()} == {Answer.ASKED}
    assert {entry.due_at for entry in prompted.values()} == {HALF_PAST_NINE}
    assert set(company.targets(asking.PROMPT)) == {"UADA", "UBO"}


def test_prompts_let_everything_else_go_first(company: Company, ada: Person) -> None:
    company.ask()
    with company.store.transaction() as session:
        rows = session.execute(
            text("SELECT lock, priority FROM procrastinate_jobs WHERE task_name LIKE 'slack.%'")
        ).all()
    assert [tuple(row) for row in rows] == [("UADA", -10)]


def test_one_who_is_deactivated_is_not_asked(company: Company, ada: Person) -> None:
    with company.store.transaction() as session:
        session.get_one(Person, ada.id).active = False
    assert company.ask() == 0


def test_a_day_asks_once(company: Company, ada: Person, hands: MovedClock) -> None:
    assert company.ask() == 1
    assert company.ask() == 0
    hands.forward(hours=5)
    assert company.ask(slot=HALF_PAST_NINE + timedelta(hours=5)) == 0
    hands.forward(hours=19)
    assert company.ask(slot=HALF_PAST_NINE + timedelta(days=1)) == 1


def test_a_paused_and_a_deleted_standup_ask_nobody(company: Company, ada: Person) -> None:
    for change in ({"active": False}, {"active": True, "archived_at": HALF_PAST_NINE}):
        with company.store.transaction() as session:
            for name, value in change.items():
                setattr(company.standup(session), name, value)
        assert company.ask() == 0


def test_the_day_is_that_of_the_persons_zone(company: Company, ada: Person) -> None:
    moves(company, ada, "Asia/Tokyo")
    assert company.ask(slot=datetime(2026, 11, 22, 23, 30, tzinfo=UTC), zone="Asia/Tokyo") == 1
    with company.store.transaction() as session:
        assert session.scalars(select(StandupRound.day)).all() == [date(2026, 11, 23)]


def test_each_zone_asks_its_own(company: Company, ada: Person, bo: Person) -> None:
    moves(company, bo, "America/New_York")
    assert company.ask() == 1
    assert company.ask(slot=HALF_PAST_NINE + timedelta(hours=6), zone="America/New_York") == 1
    assert set(company.targets(asking.PROMPT)) == {"UADA", "UBO"}


def test_where_a_person_has_no_zone_the_teams_counts(company: Company, ada: Person) -> None:
    with company.store.transaction() as session:
        company.team(session, "Sales").timezone = "Asia/Kolkata"
    assert set(zones(company)) == {"Asia/Kolkata"}
    moves(company, ada, "America/Chicago")
    assert set(zones(company)) == {"America/Chicago"}


def test_a_standup_of_one_zone_asks_all_at_once(company: Company, ada: Person, bo: Person) -> None:
    moves(company, bo, "America/New_York")
    with company.store.transaction() as session:
        company.standup(session).zone = "UTC"
    assert set(zones(company)) == {"UTC"}
    assert company.ask(zone="UTC") == 2


def test_one_who_joins_or_moves_is_found_by_the_next_tick(company: Company, ada: Person) -> None:
    assert zones(company) == {ZONE: HALF_PAST_NINE + timedelta(days=1)}
    moves(company, ada, "Pacific/Auckland")
    assert zones(company) == {"Pacific/Auckland": datetime(2026, 11, 23, 20, 30, tzinfo=UTC)}


def test_nobody_is_asked_while_away(company: Company, ada: Person, bo: Person) -> None:
    hour = timedelta(hours=1)
    away(company, ada, HALF_PAST_NINE - hour, HALF_PAST_NINE + hour)
    away(company, bo, HALF_PAST_NINE - hour, HALF_PAST_NINE)
    assert company.ask() == 1
    assert set(company.targets(asking.PROMPT)) == {"UBO"}


@pytest.mark.parametrize(
    ("country", "day", "expected"),
    [
        ("DE", "2026-10-02", 1),
        ("DE", "2026-12-25", 0),
        ("US", "2026-11-26", 0),
        (None, "2026-12-25", 1),
    ],
)
def test_public_holidays_are_free(
    company: Company, ada: Person, country: str | None, day: str, expected: int
) -> None:
    with company.store.transaction() as session:
        company.team(session, "Sales").country = country
    slot = datetime.fromisoformat(day).replace(hour=8, minute=30, tzinfo=UTC)
    assert company.ask(slot=slot) == expected


def test_only_the_teams_working_days_count(company: Company, ada: Person) -> None:
    with company.store.transaction() as session:
        company.team(session, "Sales").days = [1, 2, 3]
    assert company.ask() == 0
    assert company.ask(slot=HALF_PAST_NINE + timedelta(days=1)) == 1


def test_who_is_asked_late_has_the_whole_time(
    company: Company, ada: Person, hands: MovedClock
) -> None:
    hands.forward(hours=3)
    company.ask()
    entry = company.entry(ada)
    assert entry.due_at == HALF_PAST_NINE
    assert entry.closes_at == hands.now + timedelta(minutes=150)
    assert entry.remind_at == hands.now + timedelta(minutes=60)


def test_a_second_late_is_not_late(company: Company, ada: Person, hands: MovedClock) -> None:
    hands.forward(seconds=2)
    company.ask()
    assert company.entry(ada).closes_at == HALF_PAST_NINE + timedelta(minutes=150)


def test_a_round_closes_with_its_last_zone(company: Company, ada: Person, bo: Person) -> None:
    moves(company, bo, "America/New_York")
    opened = company.opened()
    assert opened.closes_at == HALF_PAST_NINE + timedelta(hours=6, minutes=150)


def test_until_when_one_may_answer(company: Company, ada: Person, bo: Person) -> None:
    moves(company, bo, "America/New_York")
    company.ask()
    assert company.entry(ada).until == HALF_PAST_NINE + timedelta(minutes=150)
    with company.store.transaction() as session:
        company.standup(session).closing = "last"
    assert company.entry(ada).until == HALF_PAST_NINE + timedelta(hours=6, minutes=150)


def test_a_zone_that_comes_after_the_closing_opens_it_anew(
    company: Company, ada: Person, hands: MovedClock
) -> None:
    company.ask()
    hands.forward(minutes=150)
    assert company.close() == 1
    moves(company, company.someone("UBO", name="Bo", team="Sales"), "America/New_York")
    hands.now = HALF_PAST_NINE + timedelta(hours=6)
    assert company.ask(slot=hands.now, zone="America/New_York") == 1
    assert company.close() == 0
    hands.forward(minutes=150)
    assert company.close() == 1
    assert len(company.cards(rounds.SUMMARY)) == 1


def test_only_those_who_wait_are_reminded_and_once(
    company: Company, ada: Person, bo: Person, hands: MovedClock
) -> None:
    cy = company.someone("UCY", name="Cy", team="Sales")
    company.ask()
    company.says(ada)
    with company.store.transaction() as session:
        answering.skip(session, bo, company.entry_of(bo))
    hands.forward(minutes=59)
    assert company.remind() == 0
    hands.forward(minutes=1)
    assert [company.remind() for _restart in range(3)] == [1, 0, 0]
    assert set(company.targets(rounds.REMINDER)) == {"UCY"}
    assert company.entry(cy).reminded_at == hands.now


def test_nobody_is_reminded_who_left_is_away_or_is_late(
    company: Company, ada: Person, bo: Person, hands: MovedClock
) -> None:
    company.ask()
    with company.store.transaction() as session:
        session.get_one(Person, ada.id).active = False
    away(company, bo, HALF_PAST_NINE, HALF_PAST_NINE + timedelta(days=1))
    hands.forward(hours=1)
    assert company.remind() == 2
    cy = company.someone("UCY", name="Cy", team="Sales")
    hands.forward(days=1, hours=-1)
    company.ask(slot=hands.now)
    hands.forward(days=1)
    assert company.remind() == 2  # Cy, and Bo, who was away on the first day only
    assert len(company.cards(rounds.REMINDER)) == 0
    assert company.entry(cy).reminded_at is None


def test_closing_sums_up_once(company: Company, ada: Person, hands: MovedClock) -> None:
    opened = company.opened()
    hands.forward(minutes=149)
    assert company.close() == 0
    hands.forward(minutes=1)
    assert company.close() == 1
    assert company.close() == 0
    with company.store.transaction() as session:
        assert session.get_one(StandupRound, opened.id).closed_at == hands.now
    assert len(company.cards(rounds.SUMMARY)) == 1


def test_a_round_that_asked_nobody_is_not_summed_up(company: Company, hands: MovedClock) -> None:
    company.ask("Marketing")
    hands.forward(hours=24)
    company.close()
    assert len(company.cards(rounds.SUMMARY)) == 0


def test_the_other_department_reads_it_in_its_own_channel(
    company: Company, ada: Person, hands: MovedClock
) -> None:
    with company.store.transaction() as session:
        company.standup(session).readers = "CMARKETING"
    company.ask()
    hands.forward(minutes=150)
    company.close()
    assert set(company.targets(rounds.SUMMARY)) == {"C1", "CMARKETING"}


def test_or_in_a_thread_one_for_each_week(company: Company, ada: Person, hands: MovedClock) -> None:
    with company.store.transaction() as session:
        standup = company.standup(session)
        standup.readers, standup.readers_in_thread = "CMARKETING", True
    for day in (0, 1, 4, 7):
        hands.now = HALF_PAST_NINE + timedelta(days=day)
        assert company.ask(slot=hands.now) == 1
        hands.forward(minutes=150)
        assert company.close() == 1
    assert len(company.cards(rounds.SUMMARY)) == 8
    assert set(company.targets(rounds.WEEK)) == {"CMARKETING"}
    assert len(company.cards(rounds.WEEK)) == 2
    with company.store.transaction() as session:
        parents = session.execute(
            text("SELECT target, parent_id FROM card WHERE kind = 'standup.summary'")
        ).all()
    assert len({parent for target, parent in parents if target == "CMARKETING"}) == 2
    assert {parent for target, parent in parents if target == "C1"} == {None}


def test_simultaneous_ticks_ask_each_once(company: Company, ada: Person, bo: Person) -> None:
    assert sorted(at_once([company.ask] * 8)) == [0] * 7 + [2]
    assert len(company.cards(asking.PROMPT)) == 2


def test_simultaneous_ticks_remind_and_close_once(
    company: Company, ada: Person, bo: Person, hands: MovedClock
) -> None:
    company.ask()
    hands.forward(hours=1)
    assert sum(at_once([company.remind] * 8)) == 2
    hands.forward(hours=2)
    assert sum(at_once([company.close] * 8)) == 1
    assert len(company.cards(rounds.REMINDER)) == 2
    assert len(company.cards(rounds.SUMMARY)) == 1


def test_a_schedule_fires_into_the_question(
    company: Company, ada: Person, hands: MovedClock
) -> None:
    """What the clock enqueues is what the task takes."""
    zones(company)
    hands.forward(days=1)
    with company.store.transaction() as session:
        assert schedule.tick(session) == 1
        args = session.execute(
            text("SELECT args FROM procrastinate_jobs WHERE task_name = 'standup.open'")
        ).scalar_one()
    slot = datetime.fromisoformat(args["slot"])
    assert slot == HALF_PAST_NINE + timedelta(days=1)
    assert set(args) == {"standup_id", "place", "slot"}


def test_an_hour_that_daylight_saving_skips_or_repeats(company: Company, ada: Person) -> None:
    """At 02:30: it comes an hour later where the hour is left out, and first where it is twice."""
    standup = Standup(days="sun", at=time(2, 30))
    spring = standup.moment_on(date(2026, 3, 29), ZONE)
    assert spring == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    autumn = standup.moment_on(date(2026, 10, 25), ZONE)
    assert autumn == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_manager_is_asked_like_everybody_of_the_team(company: Company) -> None:
    company.someone("UMEG", Role.MANAGER, name="Meg", team="Sales")
    assert company.ask() == 1


def test_a_late_question_that_finds_nobody_puts_nothing_off(
    company: Company, ada: Person, hands: MovedClock
) -> None:
    company.ask()
    hands.forward(minutes=150)
    assert company.ask() == 0
    assert company.close() == 1
