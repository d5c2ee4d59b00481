"""Rounds: when they open, whom they pair, who is told that nobody was found, and who rests."""

import json
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from slack_sdk.models.views import View
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bot import clock
from bot.campaigns import announcing
from bot.campaigns.draft import Draft
from bot.campaigns.models import Campaign, Kind
from bot.errors import FieldErrors, NotAllowed, OutdatedForm
from bot.intake import receiving
from bot.leads import claiming
from bot.people.models import Person, Role, Team
from bot.routing import escalation
from bot.shadowing import meeting, membership, queries, rounds
from bot.shadowing.forms import SetRounds
from bot.shadowing.models import Reason, Rounds, ShadowParticipant, Stage
from bot.tasks import Schedule
from tests.forms import sent
from tests.moved_clock import MovedClock
from tests.shadowing.scene import ON, Company
from tests.threads import tried_at_once


def test_rounds_are_off_until_somebody_switches_them_on(company: Company) -> None:
    company.staff(1, 1)
    assert company.round() is None
    company.configure()
    assert company.round() is not None
    assert len(company.pairs()) == 1


def test_the_next_round_is_so_many_weeks_after_the_last(
    company: Company, hands: MovedClock
) -> None:
    company.configure(day="wed", at=time(14, 30))
    with company.store.transaction() as session:
        schedule = session.scalars(select(Schedule).filter_by(name=rounds.OPEN)).one()
        assert schedule.next_run_at == datetime.fromisoformat("2026-11-25T13:30+00:00")
        assert rounds.next_round_at(session, company.workspace.id) == schedule.next_run_at
    hands.to(schedule.next_run_at)
    assert company.round() is not None
    with company.store.transaction() as session:
        in_four_weeks = datetime.fromisoformat("2026-12-23T13:30+00:00")
        assert rounds.next_round_at(session, company.workspace.id) == in_four_weeks
    for _ in range(3):
        hands.forward(weeks=1)
        assert company.round() is None
    hands.forward(weeks=1)
    assert company.round() is not None


def test_off_again_there_is_no_next_round(company: Company) -> None:
    company.configure()
    company.configure(active=False)
    with company.store.transaction() as session:
        assert rounds.next_round_at(session, company.workspace.id) is None
        assert session.scalars(select(Schedule).filter_by(name=rounds.OPEN)).all() == []


def settings_form(company: Company) -> View:
    with company.store.transaction() as session:
        setting = rounds.load_setting(session, company.workspace.id)
    return SetRounds.of(setting, "Europe/Berlin", is_admin=False)


@pytest.mark.parametrize("field", ["every_weeks", "day", "at", "active"])
def test_a_setting_that_does_not_fit_is_told_at_its_field(company: Company, field: str) -> None:
    shown = settings_form(company)
    for wrong in ("-1", "27", "soon", "", None, *["0"] * (field != "active")):
        typed: dict[str, Any] = {field: wrong}
        with pytest.raises((FieldErrors, OutdatedForm)) as caught:
            SetRounds.read(sent(shown, **typed))
        if wrong and field in ("day", "active"):  # there is no such option
            assert isinstance(caught.value, OutdatedForm)
        else:
            assert isinstance(caught.value, FieldErrors)
            assert list(caught.value.errors) == [field]


def test_what_the_settings_show_is_what_is_set(company: Company) -> None:
    shown = settings_form(company)
    off = Rounds(active=False, every_weeks=4, day="mon", at=time(10))
    assert SetRounds.read(sent(shown)).rounds == off
    typed = {"active": "yes", "every_weeks": "2", "day": "fri", "at": "14:30"}
    form = SetRounds.read(sent(shown, **typed, two_pairs=["yes"]))
    assert form.rounds == Rounds(True, 2, "fri", time(14, 30), two_pairs=True)


@pytest.mark.parametrize("role", [Role.MARKETER, Role.SALESPERSON, None])
def test_only_a_manager_sets_rounds(company: Company, role: Role | None) -> None:
    who = company.someone("UX", *([role] if role else []))
    with pytest.raises(NotAllowed):
        company.does(rounds.configure, who, ON)
    company.does(rounds.configure, company.someone("UBOSS", Role.ADMIN), ON)


def test_a_round_opens_once_however_many_workers_open_it(company: Company) -> None:
    company.staff(2, 3)
    company.configure()
    outcomes = tried_at_once([company.round] * 6)
    assert sum(each is not None for each in outcomes) == 1
    assert len(company.pairs()) == 2
    assert len(company.targets(meeting.CARD)) == 4
    assert len(company.targets(meeting.LEFT_OVER)) == 1


def test_who_is_left_over_is_told_why_and_comes_first(company: Company, hands: MovedClock) -> None:
    company.staff(2, 3)
    company.configure(every_weeks=1)
    company.round()
    [left] = company.left_over()
    with company.store.transaction() as session:
        participant = session.scalars(
            select(ShadowParticipant).where(ShadowParticipant.pair_id.is_(None))
        ).one()
        left_over = queries.left_over_to_show(session, participant.id)
    assert participant.reason == Reason.UNEVEN
    assert left_over.next_round_at == hands.now + timedelta(weeks=1)
    hands.forward(weeks=1)
    company.round()
    assert left in {participant.person_id for pair in company.pairs() for participant in pair.taken}
    assert left not in company.left_over()


def test_absences_opt_outs_and_those_kept_apart_are_respected(company: Company) -> None:
    (mara, jonas), (sofia, ben, ida) = company.staff(2, 3)
    company.configure()
    company.away(ben, 20)
    company.does(membership.go_out, ida)
    company.does(membership.keep_apart, mara, mara.slack_id, sofia.slack_id)
    company.round()
    [pair] = company.pairs()
    assert (pair.marketer_id, pair.salesperson_id) == (jonas.id, sofia.id)
    assert company.left_over() == {mara.id}


def test_times_are_proposed_in_the_hours_that_both_work(company: Company) -> None:
    [mara], _ = company.staff(1, 0)
    sofia = company.someone("SLISBON", Role.SALESPERSON, zone="Europe/Lisbon")
    company.configure()
    company.round()
    [pair] = company.pairs()
    assert {participant.person_id for participant in pair.taken} == {mara.id, sofia.id}
    lengths = sorted(slot.ends_at - slot.starts_at for slot in pair.slots)
    assert lengths[:3] == [timedelta(hours=1)] * 3
    assert timedelta(hours=3) <= lengths[3] <= timedelta(hours=8)
    for slot in pair.slots:
        # 9 to 17 in Berlin and in Lisbon, an hour behind: 9 to 16 UTC is shared.
        assert 9 <= slot.starts_at.hour < slot.ends_at.hour <= 16
        assert slot.starts_at.weekday() < 5
        assert timedelta() < slot.starts_at - clock.now() < timedelta(weeks=2)
    assert len({slot.starts_at.date() for slot in pair.slots}) >= 3


def test_who_shares_no_hour_is_told_so_and_never_asked_to_meet(company: Company) -> None:
    company.staff(1, 0)
    far = company.someone("SFAR", Role.SALESPERSON, zone="Pacific/Auckland")
    company.configure()
    company.round()
    assert company.pairs() == []
    with company.store.transaction() as session:
        reasons = session.scalars(
            select(ShadowParticipant.reason).where(ShadowParticipant.person_id == far.id)
        ).all()
    assert reasons == [Reason.NOBODY]


def test_who_gives_no_sign_three_times_rests_and_comes_back(
    company: Company, hands: MovedClock
) -> None:
    [mara], [sofia] = company.staff(1, 1)
    company.configure(every_weeks=2)
    for number in range(1, 4):
        assert company.round() is not None
        [pair] = company.pairs()
        company.does(meeting.pick, mara, pair.slots[0].id)
        hands.forward(weeks=2)
        with company.store.transaction() as session:
            assert rounds.lapse(session, company.workspace.id) == 1
            assert rounds.lapse(session, company.workspace.id) == 0
        assert company.pair(pair.id).stage == Stage.LAPSED
        assert company.member(sofia).silent == number
        assert company.member(mara).waited == 1
        assert company.member(mara).silent == 0
    assert company.targets(membership.REST) == [sofia.slack_id]
    company.round()
    assert company.pairs() == []
    company.does(membership.come_in, sofia)
    hands.forward(weeks=2)
    company.round()
    assert len(company.pairs()) == 1


def test_a_pair_that_looks_for_a_time_is_not_paired_again(
    company: Company, hands: MovedClock
) -> None:
    company.staff(2, 2)
    company.configure(every_weeks=1)
    company.round()
    first = company.pairs()[0]
    agreed = company.agree(first, first.slots[-1])
    assert agreed.stage == Stage.AGREED
    hands.forward(weeks=1)
    company.round()
    # The other pair lapsed, and is paired anew: nobody else is free.
    [pair] = company.pairs()
    assert not {s.person_id for s in pair.taken} & {s.person_id for s in first.taken}


def test_two_who_found_no_time_do_not_try_again_at_once(
    company: Company, hands: MovedClock
) -> None:
    company.staff(2, 2)
    company.configure(every_weeks=2)
    company.round()
    first = {(pair.marketer_id, pair.salesperson_id) for pair in company.pairs()}
    hands.forward(weeks=2)
    company.round()
    second = {(pair.marketer_id, pair.salesperson_id) for pair in company.pairs()}
    assert len(first) == len(second) == 2
    assert not first & second


def test_who_is_away_meanwhile_is_not_silent(company: Company, hands: MovedClock) -> None:
    [mara], [sofia] = company.staff(1, 1)
    company.configure(every_weeks=2)
    company.round()
    hands.forward(days=1)
    company.away(sofia, 20)
    hands.forward(days=13)
    with company.store.transaction() as session:
        assert rounds.lapse(session, company.workspace.id) == 1
    assert company.member(sofia).silent == 0
    assert company.member(mara).silent == 1


def test_a_round_finds_everybody_free_also_where_the_clocks_go_forward(
    company: Company, hands: MovedClock
) -> None:
    """Europe's went forward on 28 March 2027: that fortnight is an hour shorter."""
    company.staff(2, 2)
    hands.to(datetime.fromisoformat("2027-03-20T09:00+00:00"))
    company.configure(every_weeks=1)
    for _ in range(3):
        with company.store.transaction() as session:
            schedule = session.scalars(select(Schedule).filter_by(name=rounds.OPEN)).one()
            at = schedule.next_run_at
            schedule.next_run_at = schedule.after(at)
        hands.to(at)
        assert company.round() is not None
        assert len(company.pairs()) == 2
    assert at == datetime.fromisoformat("2027-04-05T08:00+00:00")


def test_no_repeat_until_all_were_met(company: Company, hands: MovedClock) -> None:
    company.staff(3, 3)
    company.configure(every_weeks=2)
    seen = set()
    for _ in range(3):
        company.round()
        for pair in company.pairs():
            assert (pair.marketer_id, pair.salesperson_id) not in seen
            seen.add((pair.marketer_id, pair.salesperson_id))
        start = hands.now
        for pair in company.pairs():
            hands.to(start)
            company.meet(pair)
        hands.to(start + timedelta(weeks=2))
    assert len(seen) == 9


def test_the_marketer_of_a_campaign_meets_who_works_its_leads(company: Company) -> None:
    (_, jonas), (sofia, ben) = company.staff(2, 2)
    with company.store.transaction() as session:
        escalation.install(session, company.workspace)
        spring = announced(session, company, jonas)
        for number, owner in enumerate([ben, ben, sofia]):
            worked(session, company, owner, number)
    company.configure()
    company.round()
    pair = next(each for each in company.pairs() if each.marketer_id == jonas.id)
    assert pair.salesperson_id == ben.id
    assert (pair.campaign_id, pair.leads) == (spring.id, 2)


def test_who_is_in_both_departments_is_counted_where_there_are_fewer(company: Company) -> None:
    company.staff(1, 2)
    both = company.someone("UBOTH", Role.MARKETER, Role.SALESPERSON)
    company.configure()
    company.round()
    assert both.id in {pair.marketer_id for pair in company.pairs()}
    assert len(company.pairs()) == 2


def test_the_holidays_of_a_team_are_no_time_to_meet(company: Company, hands: MovedClock) -> None:
    company.staff(1, 1)
    hands.to(datetime.fromisoformat("2026-12-21T09:00+00:00"))
    with company.store.transaction() as session:
        session.execute(update(Team).values(country="DE"))
        team = session.scalars(select(Team.id)).first()
        session.execute(update(Person).values(team_id=team))
    company.configure()
    company.round()
    days = {slot.starts_at.date() for pair in company.pairs() for slot in pair.slots}
    assert days
    assert not days & {date(2026, 12, 25), date(2027, 1, 1)}


def announced(session: Session, company: Company, owner: Person) -> Campaign:
    draft = Draft(
        "Spring", Kind.SEARCH_ADS, audience="Shops", offer="Three months", terms="New ones",
        talking_points="Fast", starts_on=date(2026, 11, 23), utm_campaign="spring",
    )  # fmt: skip
    return announcing.announce(session, session.get_one(Person, owner.id), draft, "form")


def worked(session: Session, company: Company, owner: Person, number: int) -> None:
    body = {"email": f"ada{number}@example.com", "utm_campaign": "spring"}
    sent = receiving.RawSubmission("api", "website", json.dumps(body).encode(), "application/json")
    receipt = receiving.receive(session, company.workspace, [sent])[0]
    assert receipt.lead_id is not None
    claiming.claim(session, session.get_one(Person, owner.id), receipt.lead_id)
