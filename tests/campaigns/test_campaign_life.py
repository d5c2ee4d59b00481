"""A campaign's whole life: which stage may follow which, who may do it, and what is kept of it."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.campaigns import announcing, changing, drafting, history, queries
from bot.campaigns.draft import Draft
from bot.campaigns.models import (
    BINDING,
    MOVES,
    OVER,
    Campaign,
    CampaignEvent,
    CampaignReceipt,
    CampaignVersion,
    CannotMove,
    Kind,
    Stage,
)
from bot.errors import FieldErrors, HandoffError, NotAllowed, NotFound
from bot.people.models import Person, Role
from tests.campaigns.scene import Company, draft
from tests.company import hire, install
from tests.moved_clock import NINE, MovedClock

Verb = Callable[[Session, Person, int], object]

NEW_OFFER = draft(offer="Two months free", utm_campaign=None)
NEW_POINTS = draft(talking_points="Set up in a day", utm_campaign=None)
OLD_WORDS = draft(utm_campaign=None)

VERBS: dict[str, Verb] = {
    "propose": drafting.propose,
    "take_back": drafting.take_back,
    "agree": drafting.agree,
    "launch": announcing.launch,
    "pause": changing.pause,
    "resume": changing.resume,
    "end": changing.end,
    "cancel": changing.cancel,
    "new_offer": lambda session, who, key: changing.change(session, who, key, NEW_OFFER),
    "new_points": lambda session, who, key: changing.change(session, who, key, NEW_POINTS),
    "old_words": lambda session, who, key: changing.change(session, who, key, OLD_WORDS),
}


def drafted(company: Company, token: str = "draft-1", **changes: Any) -> int:
    with company.store.transaction() as session:
        words = draft(**{"utm_campaign": None} | changes)
        return drafting.draft_campaign(session, company.mara, words, token).id


def do(company: Company, verb: str, campaign_id: int, who: Person | None = None) -> None:
    with company.store.transaction() as session:
        VERBS[verb](session, who or company.mara, campaign_id)


def now(company: Company, campaign_id: int) -> Campaign:
    with company.store.transaction() as session:
        return queries.known(session, campaign_id)


def versions(company: Company, campaign_id: int) -> list[CampaignVersion]:
    with company.store.transaction() as session:
        mine = select(CampaignVersion).where(CampaignVersion.campaign_id == campaign_id)
        return list(session.scalars(mine.order_by(CampaignVersion.number)))


def audit(company: Company, campaign_id: int) -> list[CampaignEvent]:
    with company.store.transaction() as session:
        return list(history.events(session, campaign_id))


def on(company: Company, campaign_id: int, moment: datetime) -> CampaignVersion | None:
    with company.store.transaction() as session:
        return queries.offer_on(session, campaign_id, moment)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.sampled_from(sorted(VERBS)), min_size=1, max_size=14))
@example(steps=["launch", "pause", "launch"])
@example(steps=["launch", "launch"])
def test_whatever_people_do_the_past_stays_whole(
    company: Company, hands: MovedClock, steps: list[str]
) -> None:
    hands.now = NINE
    campaign_id = drafted(company, f"draft-{hands.runs()}")
    live: list[tuple[datetime, bool]] = []
    after = now(company, campaign_id)
    for step in steps:
        hands.forward(minutes=10)
        before = after
        try:
            do(company, step, campaign_id)
        except HandoffError:
            after = now(company, campaign_id)
            assert (after.stage, after.version) == (before.stage, before.version)
        else:
            after = now(company, campaign_id)
            follows = {Stage(before.stage), *MOVES[Stage(before.stage)]}
            assert after.stage in follows
        live.append((hands.now, after.stage == Stage.LIVE))
    _is_whole(company, campaign_id, live)


def _is_whole(company: Company, campaign_id: int, live: list[tuple[datetime, bool]]) -> None:
    campaign, kept = now(company, campaign_id), versions(company, campaign_id)
    assert [each.number for each in kept] == list(range(1, len(kept) + 1))
    assert not kept or kept[-1].number == campaign.version
    starts = [each.in_force_from for each in kept if each.in_force_from]
    assert starts == sorted(starts), "versions never overlap"
    announced = campaign.announced_at or NINE
    with company.store.transaction() as session:
        for moment, was_live in live:
            if moment < announced:
                continue  # announced later, it held since its first day
            offer = queries.offer_on(session, campaign_id, moment)
            assert (offer is not None) == was_live, "one is in force while it is live, else none"
    stages = [
        event.facts["stage"] for event in audit(company, campaign_id) if "stage" in event.facts
    ]
    assert stages[-1] == campaign.stage, "the audit replays to the stage"
    for earlier, later in pairwise(stages):
        assert later in MOVES[Stage(earlier)]


@pytest.mark.parametrize("stage", Stage)
def test_what_is_over_stays_over(stage: Stage) -> None:
    assert (not MOVES[stage]) == (stage in OVER)
    for to in Stage:
        campaign = Campaign(name="<b>", stage=stage)
        if to in MOVES[stage]:
            campaign.move(to)
            assert campaign.stage == to
        else:
            with pytest.raises(CannotMove, match="“&lt;b&gt;”"):
                campaign.move(to)


def test_a_draft_may_be_incomplete_until_others_answer_to_it(company: Company) -> None:
    words = Draft(
        "Autumn", Kind.EMAIL, audience="", offer="", terms="", talking_points="",
        starts_on=date(2026, 9, 1),
    )  # fmt: skip
    with company.store.transaction() as session:
        campaign = drafting.draft_campaign(session, company.mara, words, "draft-1")
        assert campaign.stage == Stage.DRAFT
        for verb in (drafting.propose, announcing.launch):
            with pytest.raises(FieldErrors) as raised:
                verb(session, company.mara, campaign.id)
            assert set(raised.value.errors) == {"audience", "offer", "terms", "talking_points"}
        changed = drafting.save_draft(session, company.mara, campaign.id, draft())
        assert changed["offer"] == ("", "Three months at half price on the Team plan")
        drafting.propose(session, company.mara, campaign.id)
        with pytest.raises(drafting.NoDraft, match="is proposed"):
            drafting.save_draft(session, company.mara, campaign.id, draft())
        with pytest.raises(FieldErrors):
            changing.change(session, company.mara, campaign.id, words)


def test_a_form_that_arrives_again_drafts_once(company: Company) -> None:
    assert drafted(company) == drafted(company)
    assert len(audit(company, drafted(company))) == 1


def test_a_draft_that_is_saved_keeps_no_versions(company: Company) -> None:
    campaign_id = drafted(company)
    do(company, "new_offer", campaign_id)
    assert now(company, campaign_id).version == 1
    assert versions(company, campaign_id) == []
    do(company, "propose", campaign_id)
    assert [each.offer for each in versions(company, campaign_id)] == ["Two months free"]


def test_a_new_offer_asks_again_and_new_words_around_it_do_not(company: Company) -> None:
    campaign_id = drafted(company)
    do(company, "propose", campaign_id)
    do(company, "new_points", campaign_id)
    campaign = now(company, campaign_id)
    assert (campaign.version, campaign.holds_from) == (2, 1)
    do(company, "new_offer", campaign_id)
    campaign = now(company, campaign_id)
    assert (campaign.version, campaign.holds_from) == (3, 3)


def test_a_proposal_that_was_taken_back_is_a_new_version_only_if_it_says_something_else(
    company: Company,
) -> None:
    campaign_id = drafted(company)
    for step in ("propose", "take_back", "propose", "take_back", "new_offer", "propose"):
        do(company, step, campaign_id)
    assert [each.offer for each in versions(company, campaign_id)] == [
        draft().offer,
        "Two months free",
    ]
    assert now(company, campaign_id).holds_from == 2


def test_what_was_agreed_goes_before_sales_again_when_it_changes(company: Company) -> None:
    campaign_id = drafted(company)
    for step in ("propose", "agree", "new_points"):
        do(company, step, campaign_id)
    assert now(company, campaign_id).stage == Stage.AGREED
    do(company, "new_offer", campaign_id)
    assert now(company, campaign_id).stage == Stage.PROPOSED


def test_only_what_is_binding_and_kept_makes_a_version(company: Company) -> None:
    campaign = company.announce()
    with company.store.transaction() as session:
        words = draft(utm_campaign="other", expected_leads=90)
        _, changed = changing.change(session, company.mara, campaign.id, words)
    assert set(changed) == {"utm_campaign", "expected_leads"}
    assert now(company, campaign.id).version == 1
    assert not BINDING & set(changed)


def test_a_change_that_changes_nothing_is_none(company: Company) -> None:
    campaign = company.announce()
    with company.store.transaction() as session:
        _, changed = changing.change(session, company.mara, campaign.id, draft())
    assert changed == {}
    assert len(audit(company, campaign.id)) == 1


def test_a_code_that_is_taken_is_not_taken_over(company: Company) -> None:
    company.announce(name="Summer <trial>")
    other = drafted(company)
    with (
        pytest.raises(drafting.CodeTaken, match="“Summer &lt;trial&gt;”"),
        company.store.transaction() as session,
    ):
        changing.change(session, company.mara, other, draft())
    assert now(company, other).utm_campaign is None


def test_the_code_of_a_cancelled_campaign_is_free_again(company: Company) -> None:
    campaign_id = drafted(company, utm_campaign="summer-trial-2026")
    with company.store.transaction() as session:
        assert queries.by_utm(session, company.workspace.id, "summer-trial-2026") == campaign_id
    do(company, "cancel", campaign_id)
    with company.store.transaction() as session:
        assert queries.by_utm(session, company.workspace.id, "summer-trial-2026") is None
    assert company.announce().id != campaign_id


def test_what_runs_is_ended_and_what_has_not_begun_is_cancelled(
    company: Company, hands: MovedClock
) -> None:
    campaign = company.announce(starts_on=date(2026, 6, 2))
    with pytest.raises(changing.NotBegun):
        do(company, "end", campaign.id)
    hands.forward(days=1)
    with pytest.raises(changing.HasBegun):
        do(company, "cancel", campaign.id)
    do(company, "end", campaign.id)
    ended = now(company, campaign.id)
    assert (ended.stage, ended.ends_on) == (Stage.ENDED, date(2026, 6, 2))
    with pytest.raises(changing.AlreadyOver, match="is ended"):
        do(company, "new_offer", campaign.id)


def test_the_clock_ends_it_after_its_last_day_and_once(company: Company, hands: MovedClock) -> None:
    campaign = company.announce()
    with company.store.transaction() as session:
        announcing.finish(session, campaign.id)
    assert now(company, campaign.id).stage == Stage.LIVE
    with company.store.transaction() as session:
        later = draft(ends_on=date(2026, 7, 15))
        changing.change(session, company.mara, campaign.id, later)
    # The first timer woke too early, and waits on.
    assert [at.day for at in company.due(announcing.END)] == [30, 30, 15]
    hands.forward(days=30)
    with company.store.transaction() as session:
        announcing.finish(session, campaign.id)
    assert now(company, campaign.id).stage == Stage.LIVE, "it was put off"
    hands.forward(days=15)
    for _ in range(2):
        with company.store.transaction() as session:
            announcing.finish(session, campaign.id)
    assert now(company, campaign.id).stage == Stage.ENDED
    assert [event.event_type for event in audit(company, campaign.id)] == [
        "announced",
        "changed",
        "ended",
    ]


@pytest.mark.parametrize("verb", sorted(set(VERBS) - {"agree"}))
def test_others_campaigns_are_changed_by_managers_and_admins(company: Company, verb: str) -> None:
    campaign_id = drafted(company)
    jonas = company.someone("UJONAS", Role.MARKETER)
    with pytest.raises(drafting.NotYours, match=r"belongs to <@UMARA>"):
        do(company, verb, campaign_id, jonas)
    for stranger in (company.sal, company.someone("UX")):
        with pytest.raises(NotAllowed, match="change campaigns"):
            do(company, verb, campaign_id, stranger)
    elsewhere = install(company.store, "T2", "C2")
    with pytest.raises(NotFound):
        do(company, verb, campaign_id, hire(company.store, elsewhere, "USPY", "Spy", Role.ADMIN))
    for role in (Role.MANAGER, Role.ADMIN):
        before = {"resume": ["launch", "pause"], "pause": ["launch"], "end": ["launch"],
                  "take_back": ["propose"]}.get(verb, [])  # fmt: skip
        own = drafted(company, f"for-{role}")
        for step in before:
            do(company, step, own)
        do(company, verb, own, company.someone(f"U{role}".upper(), role))


def test_who_may_draft(company: Company) -> None:
    with company.store.transaction() as session, pytest.raises(NotAllowed):
        drafting.draft_campaign(session, company.sal, draft(), "draft-1")


def test_receipts_hold_until_something_binding_changes(company: Company) -> None:
    campaign = company.announce()
    company.got_it(company.sal, campaign)
    do(company, "new_points", campaign.id)
    assert company.readers(campaign) == ["Sal"]
    with pytest.raises(announcing.AlreadyRead):
        company.got_it(company.sal, campaign)
    do(company, "new_offer", campaign.id)
    fresh = now(company, campaign.id)
    assert company.readers(fresh) == []
    company.got_it(company.sal, fresh)
    assert company.readers(fresh) == ["Sal"]
    assert company.count(CampaignReceipt) == 2


def test_each_moment_has_the_offer_of_its_day(company: Company, hands: MovedClock) -> None:
    campaign = company.announce()
    hands.forward(days=1)
    do(company, "new_offer", campaign.id)
    hands.forward(days=1)
    do(company, "pause", campaign.id)
    hands.forward(days=1)
    do(company, "resume", campaign.id)
    offers = [on(company, campaign.id, NINE + timedelta(days=day, hours=1)) for day in range(-1, 4)]
    assert [offer and offer.offer for offer in offers] == [
        None,  # before its first day
        draft().offer,
        "Two months free",
        None,  # paused
        "Two months free",
    ]
    assert on(company, campaign.id, NINE + timedelta(days=40)) is None  # over
    with company.store.transaction() as session:
        then = queries.as_of(session, campaign.id, NINE)
    assert then.changed_on
    assert not then.was_over


def test_an_offer_that_was_announced_late_held_from_its_first_day(company: Company) -> None:
    campaign = company.announce(starts_on=date(2026, 5, 1))
    assert on(company, campaign.id, NINE - timedelta(days=20)) is not None
    assert on(company, campaign.id, NINE - timedelta(days=40)) is None
