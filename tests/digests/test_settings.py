"""When digests come: managers say so, and of amounts in the channel an admin decides."""

from dataclasses import replace
from datetime import time
from typing import Any

import pytest
from slack_sdk.models.views import View
from sqlalchemy import select, update

from bot.digests import forms, timetables
from bot.digests.forms import ChangeTimetable
from bot.digests.models import Audience, Timetable, TimetableChange
from bot.errors import FieldErrors, NotAllowed, NotFound, OutdatedForm
from bot.people.models import Person, Role, Workspace
from bot.tasks import Schedule, schedules
from tests.digests.office import NOW, Office, open_office
from tests.forms import sent
from tests.golden_files import Golden

FRIDAYS = TimetableChange(active=True, day="fri", at=time(16, 30), zone="America/New_York")


@pytest.fixture
def channel(office: Office) -> int:
    """The id of the channel's timetable."""
    with office.store.transaction() as session:
        timetables.install(session, session.get_one(Workspace, office.workspace.id))
        found = session.scalars(select(Timetable).where(Timetable.audience == Audience.CHANNEL))
        return found.one().id


def change(office: Office, who: Person, timetable_id: int, **changes: Any) -> None:
    with office.store.transaction() as session:
        timetables.change(session, who, timetable_id, replace(FRIDAYS, **changes))


def make_admin(office: Office) -> Person:
    with office.store.transaction() as session:
        session.execute(
            update(Person).where(Person.id == office.stranger.id).values(roles=[Role.ADMIN])
        )
        return session.get_one(Person, office.stranger.id)


def test_a_manager_moves_it_and_the_clock_follows(office: Office, channel: int) -> None:
    change(office, office.manager, channel)
    with office.store.transaction() as session:
        timetable = session.get_one(Timetable, channel)
        schedule = session.scalars(select(Schedule).where(Schedule.name == "digest:channel")).one()
    assert (timetable.day, timetable.at, timetable.zone) == (
        "fri",
        time(16, 30),
        "America/New_York",
    )
    assert (schedule.cron, schedule.zone) == ("30 16 * * fri", "America/New_York")
    assert schedule.next_run_at > NOW


def test_an_empty_zone_is_that_of_the_workspace(office: Office, channel: int) -> None:
    change(office, office.manager, channel, zone=None)
    with office.store.transaction() as session:
        schedule = session.scalars(select(Schedule).where(Schedule.name == "digest:channel")).one()
    assert schedule.zone == "Europe/Berlin"


def form(office: Office, channel: int) -> View:
    with office.store.transaction() as session:
        timetable = timetables.changeable(session, office.manager, channel)
    return ChangeTimetable.of(timetable, by_admin=False)


@pytest.mark.parametrize(
    ("field", "value"), [("zone", "Mars/Base"), ("day", None), ("at", "noon"), ("at", None)]
)
def test_what_does_not_fit_is_said_at_its_field(
    office: Office, channel: int, field: str, value: Any
) -> None:
    shown = form(office, channel)
    with pytest.raises(FieldErrors) as error:
        ChangeTimetable.read(sent(shown, **{field: value}))
    assert set(error.value.errors) == {field}
    with pytest.raises(OutdatedForm):
        ChangeTimetable.read(sent(shown, day="someday"))


def test_what_the_form_says_is_what_changes(office: Office, channel: int) -> None:
    typed = {"active": "yes", "day": "fri", "at": "16:30", "zone": "america/new york"}
    read = ChangeTimetable.read(sent(form(office, channel), **typed))
    assert (read.timetable_id, read.changes) == (channel, FRIDAYS)


def test_only_managers_may(office: Office, channel: int) -> None:
    for who in (office.seller, office.stranger):
        with pytest.raises(NotAllowed), office.store.transaction() as session:
            timetables.timetables(session, who)
        with pytest.raises(NotAllowed):
            change(office, who, channel)


def test_nobody_reaches_another_workspace(office: Office, channel: int) -> None:
    other = open_office(office.store, team_id="T2")
    with pytest.raises(NotFound):
        change(office, other.manager, channel)


def test_amounts_in_the_channel_are_for_an_admin(office: Office, channel: int) -> None:
    with pytest.raises(NotAllowed, match="let the channel see amounts"):
        change(office, office.manager, channel, shows_money=True)
    change(office, make_admin(office), channel, shows_money=True)
    with office.store.transaction() as session:
        assert session.get_one(Timetable, channel).shows_money
    change(office, office.manager, channel)  # without the field it stays
    with office.store.transaction() as session:
        assert session.get_one(Timetable, channel).shows_money


def test_how_the_settings_look(office: Office, channel: int, golden: Golden) -> None:
    with office.store.transaction() as session:
        found = timetables.timetables(session, office.manager)
        overview = forms.overview(found, schedules(session, office.workspace.id))
        timetable = timetables.changeable(session, office.manager, channel)
        by_manager = ChangeTimetable.of(timetable, by_admin=False)
        by_admin = ChangeTimetable.of(timetable, by_admin=True)
    golden("settings", {"all": overview, "one": by_manager, "one_by_admin": by_admin})
