"""Files on a schedule: set up by a manager, due by the clock, sent once, and never more than
everyone in the channel may see."""

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import select

from bot import clock
from bot.errors import FieldErrors, NotAllowed, NotFound
from bot.reports import exports
from bot.reports.exports import Rhythm, ScheduledExport
from bot.reports.files import FileKind
from bot.reports.forms import ScheduleFile
from bot.reports.permissions import DataClass
from bot.tasks import Schedule
from bot.tasks.schedule import tick
from playground.limits import check_view
from playground.state import Channel, File
from tests.golden_files import Golden
from tests.reports.house import House
from tests.reports.test_policy import SECRETS, secret_lead

MONDAY_AT_EIGHT = datetime(2026, 11, 30, 7, tzinfo=UTC)  # in Berlin
WANTED: dict[str, Any] = {
    "sheet": "leads", "rhythm": Rhythm.WEEKLY, "at": time(8), "kind": FileKind.CSV,
}  # fmt: skip


@pytest.fixture
def house(own_house: House) -> House:
    """A worker is at work in it."""
    return own_house


def channel(house: House, *names: str) -> Channel:
    return house.slack.add_channel("numbers", members=[house.users[name] for name in names])


def files(house: House) -> list[File]:
    return [file for file in house.slack.workspace.files.values() if file.complete]


def set_up(house: House, place: Channel, **changes: Any) -> None:
    with house.store.transaction() as session:
        wanted = WANTED | {"channel": place.id} | changes
        exports.set_up(session, house.person("clara"), **wanted)


@pytest.fixture
def busy(house: House) -> House:
    """A lead of the week from 23 Nov."""
    at = datetime(2026, 11, 24, 9, tzinfo=UTC)
    with house.store.transaction() as session:
        house.leads(session, secret_lead(house.person("ben").id) | {"received_at": at})
    return house


def let_it_be_monday(house: House, times: int = 1) -> None:
    """The clock strikes eight, to as many processes, and the work is done."""
    clock.use(lambda: MONDAY_AT_EIGHT)
    for _ in range(times):
        with house.store.transaction() as session:
            tick(session)
    house.application.work()


def test_a_manager_sets_it_up_and_the_file_comes(busy: House) -> None:
    place = channel(busy, "clara", "root")
    clara = busy.slack.hand(busy.users["clara"])
    clara.command("/digest", "export", place)
    modal = busy.slack.wait_until(lambda: busy.slack.modal(busy.users["clara"]), timeout=30)
    answer = clara.submit(modal, {"channel": place.id})
    assert answer.ok, answer
    let_it_be_monday(busy, times=3)
    [file] = busy.slack.wait_until(lambda: files(busy) or None, timeout=30)
    assert file.name == "leads_2026-11-23_2026-11-29.csv"
    text = file.data.decode()
    assert SECRETS["email"][0] in text  # all in this channel are managers
    [message] = [each for each in busy.slack.messages(place) if each.files]
    assert message.text == "Leads, 23–29 Nov 2026."


@pytest.mark.parametrize("names", [("clara", "sofia"), ("clara", "mara"), ("clara", "guest")])
def test_a_file_holds_what_everyone_in_the_channel_may_see(
    busy: House, names: tuple[str, ...]
) -> None:
    set_up(busy, channel(busy, *names))
    let_it_be_monday(busy)
    [file] = busy.slack.wait_until(lambda: files(busy) or None, timeout=30)
    text = file.data.decode()
    for column, (words, data_class) in SECRETS.items():
        is_known = data_class is DataClass.NAME and names[1] == "sofia"
        assert (words.removeprefix("+") in text) == is_known, column
    assert ("76543.21" in text) == (names[1] == "mara")
    assert "Ben" not in text


def test_a_file_that_would_be_empty_is_not_sent_and_somebody_is_told(busy: House) -> None:
    place = channel(busy, "clara", "sofia")
    set_up(busy, place, sheet="spend")
    let_it_be_monday(busy)
    direct = busy.slack.im(busy.users["clara"])
    [message] = busy.slack.wait_until(lambda: busy.slack.messages(direct) or None, timeout=30)
    assert "not everyone there may see amounts" in message.text
    assert not files(busy)


def test_the_same_time_sends_once(busy: House) -> None:
    set_up(busy, channel(busy, "clara"))
    with busy.store.transaction() as session:
        export_id = session.scalars(select(ScheduledExport.id)).one()
        assert exports.due(session, export_id, "2026-11-30T07:00:00+00:00")
        exports.sent(session, export_id, "2026-11-30T07:00:00+00:00")
        assert exports.due(session, export_id, "2026-11-30T07:00:00+00:00") is None
        assert exports.due(session, export_id, "2026-12-07T07:00:00+00:00")


def test_setting_it_up_again_changes_it(busy: House) -> None:
    place = channel(busy, "clara")
    set_up(busy, place)
    set_up(busy, place, kind=FileKind.XLSX, at=time(9, 30))
    with busy.store.transaction() as session:
        [export] = exports.exports(session, busy.person("clara"))
        assert (export.kind, export.at) == ("xlsx", time(9, 30))
        [schedule] = schedules(session)
        assert schedule.cron == "30 9 * * mon"


def schedules(session: Any) -> list[Schedule]:
    mine = select(Schedule).where(Schedule.task == exports.SEND)
    return list(session.scalars(mine))


def test_what_is_removed_comes_no_more(busy: House) -> None:
    set_up(busy, channel(busy, "clara"))
    with busy.store.transaction() as session:
        [export] = exports.exports(session, busy.person("clara"))
        exports.remove(session, busy.person("clara"), export.id)
        assert not schedules(session)
        assert exports.due(session, export.id, "2026-11-30T07:00:00+00:00") is None
        with pytest.raises(NotFound):
            exports.remove(session, busy.person("clara"), export.id)


@pytest.mark.parametrize("name", ["sofia", "mara", "guest"])
def test_only_managers_schedule_files(house: House, name: str) -> None:
    who, place = house.person(name), channel(house, name)
    with house.store.transaction() as session:
        with pytest.raises(NotAllowed):
            exports.exports(session, who)
        with pytest.raises(NotAllowed):
            exports.set_up(session, who, channel=place.id, **WANTED)
        with pytest.raises(NotAllowed):
            exports.remove(session, who, 1)


def test_there_are_only_so_many(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "MOST", 1)
    place = channel(house, "clara")
    set_up(house, place)
    with pytest.raises(FieldErrors):
        set_up(house, place, sheet="weeks")
    set_up(house, place, at=time(9))  # the one that is there may be changed
    with house.store.transaction() as session:
        assert session.scalars(select(ScheduledExport.at)).all() == [time(9)]


def test_the_days_of_a_file() -> None:
    assert Rhythm.WEEKLY.period(date(2026, 11, 30)).words == "23–29 Nov 2026"
    assert Rhythm.MONTHLY.period(date(2026, 3, 1)).words == "1–28 Feb 2026"
    assert Rhythm.MONTHLY.cron(time(8)) == "0 8 1 * *"


def test_the_modal(house: House, golden: Golden) -> None:
    place = channel(house, "clara")
    for sheet in ("leads", "weeks"):
        set_up(house, place, sheet=sheet, kind=FileKind.XLSX)
    with house.store.transaction() as session:
        found = exports.exports(session, house.person("clara"))
        runs = {
            each.schedule_name: Schedule(zone="Europe/Berlin", next_run_at=MONDAY_AT_EIGHT)
            for each in found
        }
        modal = ScheduleFile.of(found, place.id, runs, "Europe/Berlin")
    golden("exports", modal)


def test_the_modal_holds_as_many_as_there_may_be(house: House) -> None:
    place = channel(house, "clara")
    export = ScheduledExport(
        id=2**60, sheet="campaigns", channel=place.id, kind="xlsx", rhythm="monthly", at=time(8),
        person=house.person("clara"),
    )  # fmt: skip
    modal = ScheduleFile.of([export] * exports.MOST, None, {}, "Europe/Berlin").to_dict()
    assert not check_view(modal, "modal")
