"""Setting up: two from the start, then any number, changed by managers."""

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import FieldErrors, NotAllowed, NotFound, OutdatedForm
from bot.people.models import Person, Role
from bot.standups import answering, asking, queries, rounds, setup
from bot.standups.forms import ChangeStandup, NewStandup, Question, Settings
from bot.standups.models import DAYS, Standup, Theme, Trend, Week, crontab_days
from bot.standups.settings_messages import _response_rates
from bot.standups.templates import TEMPLATES, Template
from bot.tasks import Schedule
from tests.company import ZONE
from tests.forms import sent
from tests.moved_clock import MovedClock
from tests.standups.scene import HALF_PAST_NINE, Company

FIELDS: dict[str, Any] = {
    "name": "Sales standup", "days": ["mon", "wed", "fri"], "at": time(8, 15),
    "zone": "America/New_York", "remind_after_minutes": 30, "close_after_minutes": 90,
    "closing": "each", "channel": "C2", "readers": "C3", "readers_in_thread": True,
}  # fmt: skip
SETTINGS = Settings(**FIELDS)


def a_new_one(**facts: Any) -> NewStandup:
    return NewStandup(**{**FIELDS, "token": "a form", "template": "look_back", **facts})


def read(**typed: Any) -> ChangeStandup:
    """What the form says once somebody has typed this into it."""
    standup = Standup(**{**FIELDS, "days": "mon,wed,fri"}, id=1)
    return ChangeStandup.read(sent(ChangeStandup.of(standup), **typed))


def schedules(session: Session, standup: Standup) -> list[Schedule]:
    prefix = standup.schedule_name("")
    return list(session.scalars(select(Schedule).where(Schedule.name.startswith(prefix))))


def test_each_team_begins_with_its_own_template(company: Company, max_: Person) -> None:
    with company.store.transaction() as session:
        found = setup.standups(session, max_)
    assert [standup.name for standup in found] == ["Marketing standup", "Sales standup"]
    for standup, template in zip(found, (Template.MARKETING, Template.SALES), strict=True):
        assert [each.key for each in standup.active_questions] == [
            each.key for each in TEMPLATES[template]
        ]
        assert (standup.days, standup.at, standup.zone) == ("mon-fri", time(9, 30), None)
        assert (standup.channel, standup.active) == ("C1", True)


def test_templates_ask_of_everything_and_keys_are_unique() -> None:
    questions = [each for template in Template for each in TEMPLATES[template]]
    assert {each.theme for each in questions} == set(Theme) - {Theme.OTHER}
    for template in Template:
        keys = [each.key for each in TEMPLATES[template]]
        assert len(keys) == len(set(keys)) <= 6
        assert any(each.needs_answer for each in TEMPLATES[template])


def test_a_schedule_stands_for_each_zone(company: Company, ada: Person, hands: MovedClock) -> None:
    hands.forward(minutes=-5)
    with company.store.transaction() as session:
        assert asking.follow_people(session) == 0
    with company.store.transaction() as session:
        standup = company.standup(session)
        [due] = schedules(session, standup)
        assert (due.task, due.args) == (
            "standup.open", {"standup_id": standup.id, "place": ZONE},
        )  # fmt: skip
        assert (due.cron, due.zone, due.next_run_at) == ("30 9 * * mon-fri", ZONE, HALF_PAST_NINE)


def test_a_new_start_resets_nothing(company: Company, max_: Person, hands: MovedClock) -> None:
    with company.store.transaction() as session:
        standup = company.standup(session)
        setup.configure(session, max_, standup.id, SETTINGS)
        setup.archive(session, max_, company.standup(session, "Marketing").id)
    hands.forward(days=2)
    with company.store.transaction() as session:
        setup.install(session, company.workspace)
    with company.store.transaction() as session:
        [left] = setup.standups(session, max_)
        assert (left.id, left.at, left.channel) == (standup.id, time(8, 15), "C2")


def test_a_change_goes_to_the_row_and_the_clock(
    company: Company, ada: Person, max_: Person
) -> None:
    with company.store.transaction() as session:
        setup.configure(session, max_, company.standup(session).id, SETTINGS)
    with company.store.transaction() as session:
        standup = company.standup(session)
        assert (standup.days, standup.at, standup.zone) == (
            "mon,wed,fri", time(8, 15), "America/New_York",
        )  # fmt: skip
        assert (standup.readers, standup.readers_in_thread) == ("C3", True)
        [due] = schedules(session, standup)
        assert (due.cron, due.zone) == ("15 8 * * mon,wed,fri", "America/New_York")
        assert due.next_run_at == datetime(2026, 11, 23, 13, 15, tzinfo=UTC)


def test_what_did_not_change_is_let_run(company: Company, ada: Person, max_: Person) -> None:
    """At the very minute when it is due, a new channel must not put it off to tomorrow."""
    kept = Settings(**{**FIELDS, "days": list(DAYS[:5]), "at": time(9, 30), "zone": None})
    with company.store.transaction() as session:
        standup = company.standup(session)
        asking.follow_people(session)
        [due] = schedules(session, standup)
        due.next_run_at = HALF_PAST_NINE
    with company.store.transaction() as session:
        setup.configure(session, max_, standup.id, kept)
        [due] = schedules(session, standup)
        assert due.next_run_at == HALF_PAST_NINE


def test_pausing_takes_it_off_the_clock_and_going_on_puts_it_back(
    company: Company, ada: Person, max_: Person
) -> None:
    with company.store.transaction() as session:
        standup_id = company.standup(session).id
        asking.follow_people(session)
    for active in (False, True):
        with company.store.transaction() as session:
            standup = setup.pause(session, max_, standup_id, active=active)
            assert (standup.active, len(schedules(session, standup))) == (active, int(active))


def test_a_deleted_one_is_gone_and_keeps_what_was_said(
    company: Company, ada: Person, max_: Person, hands: MovedClock
) -> None:
    company.ask()
    company.says(ada)
    with company.store.transaction() as session:
        standup_id = company.standup(session).id
        setup.archive(session, max_, standup_id)
        assert schedules(session, company.standup(session)) == []
        assert [each.team.name for each in setup.standups(session, max_)] == ["Marketing"]
        assert answering.today(session, ada) is None
        with pytest.raises(NotFound):
            setup.configurable(session, max_, standup_id)
    hands.forward(minutes=150)
    assert company.close() == 1
    assert len(company.cards(rounds.SUMMARY)) == 1


def test_any_number_of_standups(company: Company, ada: Person, max_: Person) -> None:
    with company.store.transaction() as session:
        team = company.team(session, "Sales")
        form = a_new_one(name="Look back", team=team.id)
        made = setup.create(session, max_, form)
        again = setup.create(session, max_, form)
        another = setup.create(session, max_, form.model_copy(update={"token": "another form"}))
        assert made.id == again.id != another.id
        names = [each.name for each in setup.standups(session, max_)]
    assert names == ["Marketing standup", "Look back", "Look back", "Sales standup"]


def test_a_new_one_needs_a_team_of_ours(company: Company, max_: Person) -> None:
    with pytest.raises(FieldErrors) as refused, company.store.transaction() as session:
        setup.create(session, max_, a_new_one(team=4_000_000))
    assert list(refused.value.errors) == ["team"]


def test_questions_change_are_added_and_retired(
    company: Company, ada: Person, max_: Person
) -> None:
    company.ask()
    company.says(ada, product="A price list")
    with company.store.transaction() as session:
        standup_id = company.standup(session).id
        setup.change_questions(session, max_, standup_id, {
            "plan": Question(label="What now?", theme=Theme.FOCUS, needed=False),
            "customers": Question(label="Customers?", theme=Theme.OTHER, needed=False),
            "product": Question(label="", theme=Theme.PRODUCT, needed=True),
            "blockers": Question(label=" ", theme=Theme.BLOCKERS, needed=True),
            "new": Question(label="What failed?", theme=Theme.FAILED, needed=True),
        })  # fmt: skip
    with company.store.transaction() as session:
        standup = setup.configurable(session, max_, standup_id)
        questions = [
            (each.key, each.label, each.theme, each.needs_answer)
            for each in standup.active_questions
        ]
        assert questions == [
            ("plan", "What now?", "focus", False),
            ("customers", "Customers?", "other", False),
            ("q6", "What failed?", "failed", True),
        ]
    with company.store.transaction() as session:
        entry = rounds.entry_to_show(session, company.entry_of(ada))
        retired = next(each for each in entry.round.standup.questions if each.key == "product")
        assert entry.answer_to(retired) == "A price list"


def test_one_question_stays(company: Company, max_: Person) -> None:
    with pytest.raises(FieldErrors), company.store.transaction() as session:
        setup.change_questions(session, max_, company.standup(session).id, {})


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("name", "  ", "Give it a name"),
        ("days", [], "at least one day"),
        ("at", None, "time of day"),
        ("at", "25:00", "time of day"),
        ("zone", "Europe/Berlim", "Did you mean Europe/Berlin?"),
        ("zone", "🌍", "such as Europe/Berlin"),
        ("zone", "../etc/passwd", "don't know"),
        ("remind_after_minutes", "0", "from 1 to 1,380"),
        ("remind_after_minutes", "soon", "whole number"),
        ("remind_after_minutes", "90", "closes after 90 minutes"),
        ("close_after_minutes", "1381", "from 1 to 1,380"),
        ("close_after_minutes", "1.5", "whole number"),
        ("close_after_minutes", None, "whole number"),
        ("channel", None, "Choose the channel"),
    ],
)
def test_each_field_says_what_it_needs(field: str, value: object, sentence: str) -> None:
    with pytest.raises(FieldErrors) as refused:
        read(**{field: value})
    assert list(refused.value.errors) == [field]
    assert sentence in refused.value.errors[field]


def test_all_errors_are_said_at_once() -> None:
    wrong: dict[str, Any] = {
        "name": "",
        "days": [],
        "at": None,
        "remind_after_minutes": "0",
        "channel": None,
    }
    with pytest.raises(FieldErrors) as refused:
        read(**wrong)
    assert refused.value.errors.keys() == wrong.keys()


def test_a_day_that_there_is_not_is_of_an_older_form() -> None:
    with pytest.raises(OutdatedForm):
        read(days=["someday"])


@pytest.mark.parametrize("written", ["europe/berlin", " Europe/Berlin ", "EUROPE/BERLIN"])
def test_a_zone_is_understood_however_it_is_written(written: str) -> None:
    assert read(zone=written).zone == "Europe/Berlin"


@pytest.mark.parametrize("nothing", ["", "  ", None])
def test_no_zone_is_everyones_own(nothing: str | None) -> None:
    assert read(zone=nothing).zone is None


def test_only_managers_and_admins_change_it(company: Company, ada: Person) -> None:
    with company.store.transaction() as session:
        standup_id = company.standup(session).id
    deeds: list[Callable[[Session], object]] = [
        lambda session: setup.standups(session, ada),
        lambda session: setup.usual(session, ada),
        lambda session: setup.create(session, ada, a_new_one(team=1)),
        lambda session: setup.configurable(session, ada, standup_id),
        lambda session: setup.configure(session, ada, standup_id, SETTINGS),
        lambda session: setup.change_questions(session, ada, standup_id, {}),
        lambda session: setup.pause(session, ada, standup_id, active=False),
        lambda session: setup.archive(session, ada, standup_id),
    ]
    for deed in deeds:
        with pytest.raises(NotAllowed), company.store.transaction() as session:
            deed(session)
    admin = company.someone("UADMIN", Role.ADMIN, name="Amy")
    with company.store.transaction() as session:
        assert len(setup.standups(session, admin)) == 2


def test_a_standup_of_another_workspace_is_not_found(company: Company, max_: Person) -> None:
    with pytest.raises(NotFound), company.store.transaction() as session:
        setup.configure(session, max_, 4_000_000, SETTINGS)


def test_the_trend_counts_prompts_by_week(
    company: Company, ada: Person, bo: Person, hands: MovedClock
) -> None:
    for week, (answers, skips) in enumerate([(2, 0), (1, 1), (0, 0)]):
        hands.now = HALF_PAST_NINE + timedelta(weeks=week)
        company.ask(slot=hands.now)
        for person in (ada, bo)[:answers]:
            company.says(person)
        if skips:
            with company.store.transaction() as session:
                answering.skip(session, bo, company.entry_of(bo))
    with company.store.transaction() as session:
        trends = queries.response_trend(session, company.workspace.id, 4)
        trend = trends[company.standup(session).id]
        other = trends[company.standup(session, "Marketing").id]
    assert trend.shares == [0, 0.5, 1, None]
    assert [week.skipped for week in trend.weeks] == [0, 1, 0, 0]
    assert [f"{week.monday:%m-%d}" for week in trend.weeks] == ["12-07", "11-30", "11-23", "11-16"]
    assert other.shares == [None] * 4


@given(st.sets(st.sampled_from(DAYS), min_size=1))
def test_days_come_back_as_they_were_chosen(chosen: set[str]) -> None:
    standup = Standup(days=crontab_days(list(chosen)), at=time(9, 30))
    assert standup.weekdays == [day for day in DAYS if day in chosen]
    due = Schedule(cron=standup.cron, zone="UTC")
    first = due.after(datetime(2026, 11, 23, tzinfo=ZoneInfo("UTC")))
    assert DAYS[first.weekday()] in chosen


def test_half_a_percent_is_rounded_up() -> None:
    weeks = [
        Week(date(2026, 11, 16), prompts, answered, 0) for prompts, answered in ((8, 1), (200, 29))
    ]
    assert _response_rates(Trend(1, weeks)) == "Answered: 13% this week; 15% in earlier weeks"
