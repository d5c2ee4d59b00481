"""Debriefs: asked of both, put together once, shared only if both agree; and who takes part."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from bot.digests import sending as digests
from bot.digests import timetables as digest_timetables
from bot.digests.models import Audience, Delivery
from bot.errors import FieldErrors, NotAllowed, NotFound
from bot.people.models import Role
from bot.shadowing import debriefs, meeting, membership, notices, queries
from bot.shadowing.forms import WriteDebrief
from bot.shadowing.models import Debrief, ShadowPair, ShadowParticipant, Stage
from tests.forms import sent
from tests.moved_clock import MovedClock
from tests.shadowing.scene import SAID, Company, held
from tests.threads import tried_at_once


@pytest.fixture
def met(company: Company) -> ShadowPair:
    company.staff(1, 1)
    company.configure()
    company.round()
    [pair] = company.pairs()
    return company.meet(pair)


def write(company: Company, participant: ShadowParticipant, **more: Any) -> ShadowPair:
    done: ShadowPair = company.does(
        debriefs.debrief, participant.person, participant.id, replace(SAID, **more)
    )
    return done


def test_the_answers_meet_when_both_have_written(company: Company, met: ShadowPair) -> None:
    one, other = met.taken
    write(company, one)
    assert company.pair(met.id).stage == Stage.HELD
    assert company.targets(meeting.MET) == []
    write(company, one, change="Shorter forms.")  # until the other has written
    write(company, other)
    settled = company.pair(met.id)
    assert settled.stage == Stage.SETTLED
    assert settled.taken[0].change == "Shorter forms."
    assert sorted(company.targets(meeting.MET)) == ["M0", "S0"]
    assert company.targets(debriefs.SHARED) == []
    with pytest.raises(debriefs.AlreadyTogether):
        write(company, one)


def test_both_write_at_once_and_are_put_together_once(company: Company, met: ShadowPair) -> None:
    tried_at_once([partial(write, company, participant) for participant in met.taken])
    assert company.pair(met.id).stage == Stage.SETTLED
    assert sorted(company.targets(meeting.MET)) == ["M0", "S0"]


@pytest.mark.parametrize("shares", [[True, True], [True, False], [False, True]])
def test_the_channel_reads_it_only_if_both_agree(
    company: Company, met: ShadowPair, shares: list[bool]
) -> None:
    for participant, agrees in zip(met.taken, shares, strict=True):
        write(company, participant, shares=agrees)
    assert company.targets(debriefs.SHARED) == (["C1"] if all(shares) else [])


def test_after_a_week_what_is_there_is_shown_and_the_other_can_still_join(
    company: Company, met: ShadowPair
) -> None:
    one, other = met.taken
    write(company, one)
    for first in (True, False):
        with company.store.transaction() as session:
            assert debriefs.settle(session, met.id) is first
    assert sorted(company.targets(meeting.MET)) == ["M0", "S0"]
    write(company, other)
    assert all(participant.answered_at for participant in company.pair(met.id).taken)


def test_where_nobody_wrote_in_time_one_who_does_is_read_by_both(
    company: Company, met: ShadowPair
) -> None:
    with company.store.transaction() as session:
        debriefs.settle(session, met.id)
    assert company.targets(meeting.MET) == []
    write(company, met.taken[0])
    assert sorted(company.targets(meeting.MET)) == ["M0", "S0"]


def test_an_answer_needs_words(met: ShadowPair) -> None:
    shown = WriteDebrief.of(met.taken[0])
    with pytest.raises(FieldErrors) as caught:
        WriteDebrief.read(sent(shown, surprised=" \u202e ", change=" "))
    assert set(caught.value.errors) == {"surprised", "change"}
    typed: dict[str, Any] = {
        "surprised": " Calls ",
        "change": "Texts",
        "shares": ["yes"],
    }
    form = WriteDebrief.read(sent(shown, **typed))
    assert (form.participant_id, form.answers) == (
        met.taken[0].id, Debrief("Calls", "Texts", idea="", shares=True),
    )  # fmt: skip


def test_what_did_not_take_place_is_no_meeting(company: Company, met: ShadowPair) -> None:
    one, other = met.taken
    company.does(meeting.cancel, one.person, one.id)
    assert company.pair(met.id).stage == Stage.CANCELLED
    with pytest.raises(debriefs.DidNotMeet):
        write(company, other)
    with company.store.transaction() as session:
        assert queries.quarter(session, company.workspace.id, date(2026, 11, 30)).met == 0


def test_who_has_written_cannot_say_that_it_did_not_take_place(
    company: Company, met: ShadowPair
) -> None:
    write(company, met.taken[0])
    with pytest.raises(meeting.PairIsOver):
        company.does(meeting.cancel, met.taken[1].person, met.taken[1].id)


def test_nothing_is_written_before_the_time(company: Company) -> None:
    company.staff(1, 1)
    company.configure()
    company.round()
    [pair] = company.pairs()
    with pytest.raises(debriefs.NotYet):
        write(company, pair.taken[0])


def test_a_quarter_tells_what_came_of_it(company: Company, met: ShadowPair) -> None:
    write(company, met.taken[0], idea="Ask for the phone number last.")
    with company.store.transaction() as session:
        quarter = queries.quarter(session, company.workspace.id, date(2026, 11, 30))
        before = queries.quarter(session, company.workspace.id, date(2026, 9, 30))
        after = queries.quarter(session, company.workspace.id, date(2027, 1, 1))
    assert (quarter.first, quarter.met, quarter.debriefs, quarter.ideas) == (
        date(2026, 10, 1),
        1,
        1,
        1,
    )
    assert before.first == date(2026, 7, 1)
    assert after.first == date(2027, 1, 1)
    assert before.met == after.met == 0


def test_an_idea_becomes_one_request_of_its_author(company: Company, met: ShadowPair) -> None:
    one, other = met.taken
    write(company, one, idea="Ask for the phone number last.")
    with pytest.raises(debriefs.NoIdea):
        company.does(debriefs.make_request, one.person, one.id)
    write(company, other)
    acts = [
        partial(company.does, debriefs.make_request, participant.person, one.id)
        for participant in met.taken
    ]
    requests = tried_at_once(acts * 3)
    assert len({request.id for request in requests}) == 1
    assert requests[0].asker_id == one.person_id
    assert company.pair(met.id).taken[0].request_id == requests[0].id
    with pytest.raises(debriefs.NoIdea):
        company.does(debriefs.make_request, one.person, other.id)
    with pytest.raises(meeting.NotYourPair):
        company.does(debriefs.make_request, company.someone("UBOSS", Role.ADMIN), one.id)
    with company.store.transaction() as session:
        quarter = queries.quarter(session, company.workspace.id, date(2026, 11, 30))
    assert (quarter.ideas, quarter.requests, quarter.campaigns) == (1, 1, 0)


def test_an_idea_becomes_one_draft_of_who_plans_campaigns(
    company: Company, met: ShadowPair
) -> None:
    mara, sofia = met.taken
    write(company, sofia, idea="A webinar about delivery times, " + "with examples " * 20)
    write(company, mara, idea="Shorter forms")
    with pytest.raises(NotAllowed):
        company.does(debriefs.draft_campaign, sofia.person, sofia.id)
    drafts = [company.does(debriefs.draft_campaign, mara.person, sofia.id) for _ in range(2)]
    assert drafts[0].id == drafts[1].id
    assert (drafts[0].stage, drafts[0].owner_id) == ("draft", mara.person_id)
    assert len(drafts[0].name) <= 80
    with pytest.raises(debriefs.BecameAnother):
        company.does(debriefs.make_request, sofia.person, sofia.id)
    company.does(debriefs.make_request, sofia.person, mara.id)
    with pytest.raises(debriefs.BecameAnother):
        company.does(debriefs.draft_campaign, mara.person, mara.id)
    for verb in (debriefs.draft_campaign, debriefs.make_request):
        with pytest.raises(NotFound):
            company.does(verb, mara.person, 999)


def test_the_digest_that_ends_a_quarter_says_what_came_of_it(
    company: Company, hands: MovedClock, met: ShadowPair
) -> None:
    write(company, met.taken[0], idea="Shorter forms")
    company.someone("UCHIEF", Role.MANAGER)
    with company.store.transaction() as session:
        digest_timetables.install(session, company.workspace)
    received = []
    for day in ("2026-12-21", "2026-12-28", "2027-01-04", "2027-01-11"):
        hands.to(datetime.fromisoformat(f"{day}T07:00+00:00"))
        with company.store.transaction() as session:
            digests.send(session, company.workspace.id, Audience.MANAGERS, hands.now)
        received.append(company.targets(digests.QUARTER))
    # The week from 28 December on is the one in which the quarter ends.
    assert received == [[], [], ["UCHIEF"], ["UCHIEF"]]
    with company.store.transaction() as session:
        line = digests.quarter(session, session.scalars(select(func.max(Delivery.id))).one() - 1)
    assert notices.quarter_message(line).text == (
        "Stay in my shoes: 1 pair met this quarter and wrote 1 debrief with 1 idea."
    )


def test_a_quarter_begins_at_the_workspaces_midnight(
    company: Company, hands: MovedClock, met: ShadowPair
) -> None:
    with company.store.transaction() as session:
        pair = session.get_one(ShadowPair, met.id)
        pair.held_at = hands.now.replace(2026, 12, 31, 23, 30)  # half past midnight in Berlin
        session.flush()
        assert queries.quarter(session, company.workspace.id, date(2027, 2, 1)).met == 1
        assert queries.quarter(session, company.workspace.id, date(2026, 12, 31)).met == 0


def test_shadow_tells_what_is_mine(company: Company, met: ShadowPair) -> None:
    one, other = met.taken
    mine = company.does(queries.mine, one.person)
    assert [participant.id for participant in mine.participants] == [one.id]
    write(company, one)
    write(company, other)
    done = company.does(queries.mine, one.person)
    assert done.participants == []
    assert done.next_round_at is not None


@pytest.mark.parametrize("act", [membership.go_out, membership.come_in])
def test_only_who_is_in_a_department_takes_part(company: Company, act: object) -> None:
    with pytest.raises(NotAllowed):
        company.does(act, company.someone("UGUEST"))  # type: ignore[arg-type]


def test_people_keep_themselves_apart_and_only_admins_see_it(company: Company) -> None:
    [mara], (sofia, ben) = company.staff(1, 2)
    boss = company.someone("UBOSS", Role.ADMIN)
    manager = company.someone("UMANAGER", Role.MANAGER)
    keep = membership.keep_apart
    company.does(keep, mara, mara.slack_id, sofia.slack_id)
    company.does(keep, mara, sofia.slack_id, mara.slack_id)
    with pytest.raises(membership.NotYourself):
        company.does(keep, mara, mara.slack_id, mara.slack_id)
    for other in (ben, manager):
        with pytest.raises(membership.NotYours):
            company.does(keep, other, mara.slack_id, sofia.slack_id)
    company.does(keep, boss, mara.slack_id, ben.slack_id)
    assert len(company.does(membership.exclusions, boss)) == 2
    [mine] = company.does(membership.exclusions, mara)
    assert company.does(membership.exclusions, sofia) == []
    assert company.does(membership.exclusions, manager) == []
    for other in (sofia, manager):
        with pytest.raises(NotFound):
            company.does(membership.let_meet, other, mine.id)
    company.does(membership.let_meet, mara, mine.id)
    company.does(membership.let_meet, boss, company.does(membership.exclusions, boss)[0].id)
    with company.store.transaction() as session:
        assert held(session, "shadow_exclusion") == 0


def test_who_is_out_stays_out_until_they_are_in(company: Company, hands: MovedClock) -> None:
    [mara], _ = company.staff(1, 1)
    company.configure(every_weeks=1)
    company.does(membership.go_out, mara)
    company.round()
    assert company.pairs() == []
    company.does(membership.come_in, mara)
    hands.now += timedelta(weeks=1)
    company.round()
    assert len(company.pairs()) == 1
