"""Digests of one's own: a salesperson's week, a marketer's campaigns, and how to be left alone."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text, update

from bot import clock
from bot.digests import personal, personal_messages, sending, timetables
from bot.digests.models import Audience
from bot.digests.personal import NothingOfYourOwn
from bot.digests.personal_report import PersonalReport
from bot.digests.report import CampaignFigures
from bot.people.models import Person, Role, Workspace
from playground.limits import check_message
from tests.digests.office import MONDAY, NOW, Office
from tests.golden_files import Golden


def send(office: Office, audience: Audience) -> int:
    with office.store.transaction() as session:
        timetables.install(session, session.get_one(Workspace, office.workspace.id))
        return sending.send(session, office.workspace.id, audience, NOW)


def delivered(office: Office, delivery_id: int = 1) -> tuple[PersonalReport, bool]:
    with office.store.transaction() as session:
        found = sending.delivered_personal(session, delivery_id)
    assert found is not None
    return found


def work(office: Office) -> None:
    """A salesperson's week, and what others did beside them."""
    at = MONDAY + timedelta(hours=9)
    mine: dict[str, Any] = {
        "claimed_at": at + timedelta(minutes=12), "first_response_at": at + timedelta(minutes=20),
        "claim_worked": 720, "response_worked": 1200,
    }  # fmt: skip
    with office.store.transaction() as session:
        office.leads(
            session,
            [
                mine | {"rating": "great", "status": "won", "won_minor": 250_000,
                        "won_currency": "EUR"},
                mine | {"rating": "good"},
                mine | {"first_response_at": None, "response_worked": None},
                {},
                {"claimed_at": at + timedelta(hours=3), "claimed_by": office.manager.id},
                mine | {"received_at": at - timedelta(days=7)},
            ],
        )  # fmt: skip


def make(office: Office, who: Person, *roles: Role) -> None:
    with office.store.transaction() as session:
        session.execute(update(Person).where(Person.id == who.id).values(roles=list(roles)))


def test_a_salesperson_hears_of_their_own_week(office: Office, golden: Golden) -> None:
    work(office)
    assert send(office, Audience.SALESPEOPLE) == 1
    own, wanted = delivered(office)
    assert wanted
    assert own.mine.count("received") == 3
    golden("own_selling", personal_messages.personal_digest(own))
    golden("own_unwanted", personal_messages.personal_digest(own, wanted=False))


def test_what_waits_is_worth_a_message_even_without_new_leads(
    office: Office, golden: Golden
) -> None:
    old = MONDAY - timedelta(days=30)
    with office.store.transaction() as session:
        office.leads(session, [{"received_at": old, "claimed_at": old}])
    assert send(office, Audience.SALESPEOPLE) == 1
    golden("own_waiting", personal_messages.personal_digest(delivered(office)[0]))


def test_where_there_is_nothing_to_say_nothing_is_said(office: Office) -> None:
    make(office, office.stranger, Role.MARKETER)
    assert send(office, Audience.SALESPEOPLE) == 0
    assert send(office, Audience.MARKETERS) == 0


def test_a_marketer_hears_of_their_own_campaigns(office: Office, golden: Golden) -> None:
    make(office, office.manager, Role.MARKETER)
    make(office, office.stranger, Role.MARKETER)
    with office.store.transaction() as session:
        spring, other, *quiet = office.campaigns(
            session, "Spring *sale*", "Somebody else's", "New <tills>", "Newsletter", "Over"
        )
        session.execute(
            text("UPDATE campaign SET owner_id = :id WHERE id = :campaign"),
            {"id": office.stranger.id, "campaign": other},
        )
        office.leads(session, [{"campaign_id": spring, "rating": "great"}, {"campaign_id": spring}])
        office.leads(session, [{"campaign_id": other}])
        office.leads(
            session, [{"campaign_id": quiet[1], "received_at": MONDAY - timedelta(days=9)}]
        )
        session.execute(
            text("UPDATE campaign SET stage = 'live', ends_on = CAST(:day AS date) WHERE id = :id"),
            [{"id": each, "day": None} for each in (spring, *quiet[:2])]
            + [{"id": quiet[2], "day": MONDAY.date()}],
        )
        office.spend(session, spring, 10_000)
    assert send(office, Audience.MARKETERS) == 2
    own = [delivered(office, delivery)[0] for delivery in (1, 2)]
    names = [[each.name for each in week.campaigns] for week in own]
    assert sorted(names) == [["Somebody else's"], ["Spring *sale*"]]
    [mine] = [week for week in own if week.campaigns[0].name == "Spring *sale*"]
    golden("own_campaigns", personal_messages.personal_digest(mine))


def test_a_thousand_campaigns_of_ones_own_fit_into_a_message(office: Office) -> None:
    work(office)
    send(office, Audience.SALESPEOPLE)
    from_one = delivered(office)[0].mine
    names = [f"{number} {'*<!channel>*' * 6}"[:80] for number in range(1_000)]
    campaigns = tuple(CampaignFigures(n, name, from_one) for n, name in enumerate(names))
    message = personal_messages.personal_digest(
        PersonalReport(Audience.MARKETERS, delivered(office)[0].week, NOW, campaigns=campaigns)
    )
    assert check_message(message.blocks) == []
    assert "990 more are not shown" in str(message.blocks)


def test_a_week_of_ones_own_is_told_once(office: Office) -> None:
    work(office)
    assert send(office, Audience.SALESPEOPLE) == 1
    assert send(office, Audience.SALESPEOPLE) == 0


def test_one_who_wants_none_gets_none_until_they_want_it_again(office: Office) -> None:
    work(office)
    with office.store.transaction() as session:
        sending.opt_out(session, office.seller)
        sending.opt_out(session, office.seller)
    assert send(office, Audience.SALESPEOPLE) == 0
    with office.store.transaction() as session:
        sending.opt_in(session, office.seller)
        sending.opt_in(session, office.seller)
    assert send(office, Audience.SALESPEOPLE) == 1


def test_the_message_shows_the_other_button_afterwards(office: Office) -> None:
    work(office)
    send(office, Audience.SALESPEOPLE)
    with office.store.transaction() as session:
        session.execute(text("UPDATE card SET stale = false"))
        sending.opt_out(session, office.seller)
        assert session.scalar(text("SELECT stale FROM card"))
    assert delivered(office)[1] is False


def test_ones_own_running_and_last_week_can_be_asked_for(office: Office) -> None:
    work(office)
    with office.store.transaction() as session:
        [running] = personal.running(session, office.seller)
        [computed] = personal.last(session, office.seller)
        with pytest.raises(NothingOfYourOwn):
            personal.last(session, office.manager)
    assert (running.is_running, running.mine.count("received")) == (True, 0)
    assert computed.mine.count("received") == 3
    send(office, Audience.SALESPEOPLE)
    with office.store.transaction() as session:
        session.execute(text("UPDATE lead SET rating = NULL"))
        [written] = personal.last(session, office.seller)
    assert written == delivered(office)[0]
    assert written.mine.count("rated") == 2
    assert check_message(personal_messages.personal_digest(running).blocks) == []


def test_one_with_both_roles_hears_of_both(office: Office) -> None:
    make(office, office.seller, Role.MARKETER, Role.SALESPERSON)
    with office.store.transaction() as session:
        who = session.get_one(Person, office.seller.id)
        audiences = [each.audience for each in personal.running(session, who)]
    assert audiences == [Audience.SALESPEOPLE, Audience.MARKETERS]
    assert clock.now() == NOW
