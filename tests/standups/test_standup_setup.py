"""Setting up: one standup a team from the start, changed by managers, and never reset."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.errors import FieldErrors, NotAllowed, NotFound
from bot.jobs import Schedule
from bot.people.model import Person, Role
from bot.standups import service
from bot.standups.model import DAYS, Standup, crontab_days
from bot.standups.service.fields import checked
from tests.standups.scene import HALF_PAST_NINE, Company, Hands

FIELDS: dict[str, Any] = {
    "days": ["mon", "wed", "fri"],
    "at": "08:15",
    "zone": "America/New_York",
    "remind_after_minutes": "30",
    "close_after_minutes": "90",
    "channel": "C2",
    "active": "yes",
}


def schedule(session: Session, standup: Standup) -> Schedule:
    return session.scalars(select(Schedule).where(Schedule.name == f"standup:{standup.id}")).one()


def test_each_team_gets_a_standup(company: Company) -> None:
    with company.store.transaction() as session:
        for team in ("Marketing", "Sales"):
            standup = company.standup(session, team)
            assert (standup.at, standup.days, standup.zone) == (
                time(9, 30), "mon-fri", "Europe/Berlin",
            )  # fmt: skip
            assert (standup.channel, standup.active) == ("C1", True)
            assert (standup.remind_after_minutes, standup.close_after_minutes) == (60, 150)
            due = schedule(session, standup)
            assert (due.task, due.args) == ("standup.open", {"standup_id": standup.id})
            assert (due.cron, due.zone) == ("30 9 * * mon-fri", "Europe/Berlin")
            assert due.next_run_at == HALF_PAST_NINE


def test_a_new_start_resets_nothing(company: Company, max_: Person, hands: Hands) -> None:
    with company.store.transaction() as session:
        standup = company.standup(session)
        service.configure(session, max_, standup.id, FIELDS)
        before = schedule(session, standup).next_run_at
        untouched = schedule(session, company.standup(session, "Marketing")).next_run_at
    hands.forward(days=2)
    with company.store.transaction() as session:
        service.install(session, company.workspace)
    with company.store.transaction() as session:
        standup = company.standup(session)
        assert (standup.at, standup.channel) == (time(8, 15), "C2")
        assert schedule(session, standup).next_run_at == before
        assert schedule(session, company.standup(session, "Marketing")).next_run_at == untouched


def test_a_change_goes_to_the_row_and_the_schedule(company: Company, max_: Person) -> None:
    with company.store.transaction() as session:
        standup = company.standup(session)
        service.configure(session, max_, standup.id, FIELDS)
    with company.store.transaction() as session:
        standup = company.standup(session)
        assert (standup.days, standup.at, standup.zone) == (
            "mon,wed,fri", time(8, 15), "America/New_York",
        )  # fmt: skip
        assert (standup.remind_after_minutes, standup.close_after_minutes) == (30, 90)
        due = schedule(session, standup)
        assert (due.cron, due.zone) == ("15 8 * * mon,wed,fri", "America/New_York")
        assert due.next_run_at == datetime(2026, 11, 23, 13, 15, tzinfo=UTC)


def test_a_schedule_that_did_not_change_is_let_run(company: Company, max_: Person) -> None:
    """At the very minute when it is due, a new channel must not put the round off to tomorrow."""
    kept = {**FIELDS, "days": list(DAYS[:5]), "at": "09:30", "zone": "Europe/Berlin"}
    with company.store.transaction() as session:
        standup = company.standup(session)
        service.configure(session, max_, standup.id, kept)
        assert standup.channel == "C2"
        assert schedule(session, standup).next_run_at == HALF_PAST_NINE


def test_pausing_and_going_on(company: Company, max_: Person) -> None:
    with company.store.transaction() as session:
        standup = company.standup(session)
        assert not service.configure(session, max_, standup.id, {**FIELDS, "active": "no"}).active
        assert service.configure(session, max_, standup.id, FIELDS).active


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("days", [], "at least one day"),
        ("days", None, "at least one day"),
        ("days", ["someday"], "at least one day"),
        ("at", None, "time of day"),
        ("at", "25:00", "time of day"),
        ("zone", "Europe/Berlim", "Did you mean Europe/Berlin?"),
        ("zone", "🌍", "such as Europe/Berlin"),
        ("zone", "../etc/passwd", "do not know"),
        ("zone", None, "do not know"),
        ("remind_after_minutes", "0", "from 1 to 1380"),
        ("remind_after_minutes", "soon", "whole number"),
        ("remind_after_minutes", "90", "closes after 90 minutes"),
        ("close_after_minutes", "1381", "from 1 to 1380"),
        ("close_after_minutes", "1.5", "whole number"),
        ("close_after_minutes", None, "whole number"),
        ("channel", None, "Choose the channel"),
        ("active", None, "Choose whether"),
        ("active", "perhaps", "Choose whether"),
    ],
)
def test_each_field_says_what_it_needs(field: str, value: object, sentence: str) -> None:
    with pytest.raises(FieldErrors) as refused:
        checked({**FIELDS, field: value})
    assert list(refused.value.errors) == [field]
    assert sentence in refused.value.errors[field]


def test_all_errors_are_said_at_once(company: Company, max_: Person) -> None:
    with pytest.raises(FieldErrors) as refused, company.store.transaction() as session:
        service.configure(session, max_, company.standup(session).id, {})
    assert set(refused.value.errors) == set(FIELDS)


@pytest.mark.parametrize("written", ["europe/berlin", " Europe/Berlin ", "EUROPE/BERLIN"])
def test_a_zone_is_understood_however_it_is_written(written: str) -> None:
    assert checked({**FIELDS, "zone": written})["zone"] == "Europe/Berlin"


def test_only_managers_and_admins_change_it(company: Company, ada: Person) -> None:
    with company.store.transaction() as session:
        standup_id = company.standup(session).id
    with pytest.raises(NotAllowed), company.store.transaction() as session:
        service.configure(session, ada, standup_id, FIELDS)
    with pytest.raises(NotAllowed), company.store.transaction() as session:
        service.standups(session, ada)
    admin = company.someone("UADMIN", "Amy", None, Role.ADMIN)
    with company.store.transaction() as session:
        assert [standup.team.name for standup in service.standups(session, admin)] == [
            "Marketing", "Sales",
        ]  # fmt: skip


def test_a_standup_of_another_workspace_is_not_found(company: Company, max_: Person) -> None:
    with pytest.raises(NotFound), company.store.transaction() as session:
        service.configure(session, max_, 4_000_000, FIELDS)


@given(st.sets(st.sampled_from(DAYS), min_size=1))
def test_days_come_back_as_they_were_chosen(chosen: set[str]) -> None:
    standup = Standup(days=crontab_days(list(chosen)), at=time(9, 30))
    assert standup.weekdays == [day for day in DAYS if day in chosen]
    due = Schedule(cron=standup.cron, zone="UTC")
    first = due.after(datetime(2026, 11, 23, tzinfo=ZoneInfo("UTC")))
    assert DAYS[first.weekday()] in chosen
