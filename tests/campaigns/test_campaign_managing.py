"""Managing: the channel hears of each turn, and the lists have what one may see."""

from datetime import date, timedelta

import pytest

from bot.campaigns import announcing, changing, drafting, forms, queries, texts
from bot.campaigns.models import Campaign, Stage
from bot.errors import NotAllowed
from bot.people.models import Role
from tests.campaigns.scene import Company, draft
from tests.forms import sent
from tests.moved_clock import NINE, MovedClock


def test_one_timeline_stands_in_the_thread_however_much_happens(company: Company) -> None:
    campaign = company.announce()
    assert company.cards(announcing.TIMELINE) == []
    with company.store.transaction() as session:
        changing.change(session, company.mara, campaign.id, draft(offer="Two months free"))
        changing.pause(session, company.mara, campaign.id)
        changing.resume(session, company.mara, campaign.id)
        changing.end(session, company.mara, campaign.id)
    [timeline] = company.cards(announcing.TIMELINE)
    assert timeline.parent_id == company.cards(announcing.CARD)[0].id


def test_the_end_is_told_once_whoever_ends_it(company: Company, hands: MovedClock) -> None:
    campaign = company.announce()
    hands.forward(days=30)
    for _ in range(2):
        with company.store.transaction() as session:
            announcing.finish(session, campaign.id)
    assert [card.target for card in company.cards(announcing.OVER)] == ["C1"]


def test_late_callers_hear_what_was_written_at_the_end(company: Company) -> None:
    campaign = company.announce(late_callers="Offer the basic plan.")
    with company.store.transaction() as session:
        typed = {"late_callers": "  Ask for\x00 their\nsize.\n"}
        form = forms.End.read(sent(forms.End.of(campaign), **typed))
        changing.end(session, company.mara, campaign.id, form.late_callers)
        message = texts.over(queries.known(session, campaign.id))
    assert message is not None
    assert message.text.endswith("*What to tell late callers:* Ask for their size.")


def test_what_was_announced_for_the_record_ends_quietly(company: Company) -> None:
    campaign = company.announce(starts_on=date(2026, 1, 1), ends_on=date(2026, 1, 31))
    with company.store.transaction() as session:
        announcing.finish(session, campaign.id)
        assert queries.known(session, campaign.id).stage == Stage.ENDED
    assert company.cards(announcing.OVER) == []


def test_what_was_cancelled_before_anyone_heard_of_it_is_told_to_nobody(company: Company) -> None:
    with company.store.transaction() as session:
        campaign = drafting.draft_campaign(session, company.mara, draft(), "form-1")
        changing.cancel(session, company.mara, campaign.id)
    assert company.cards(announcing.OVER) == company.cards(announcing.TIMELINE) == []
    later = company.announce("form-2", starts_on=date(2026, 6, 9))
    with company.store.transaction() as session:
        changing.cancel(session, company.mara, later.id)
    assert len(company.cards(announcing.OVER)) == 1


def managed(company: Company, who: str, words: str = "") -> list[str]:
    with company.store.transaction() as session:
        person = {"mara": company.mara, "boss": company.someone("UBOSS", Role.MANAGER)}[who]
        found, count = queries.to_manage(session, person, words)
        assert len(found) == min(count, queries.MANAGED)
        return [campaign.name for campaign in found]


def test_one_manages_ones_own_and_a_manager_all(company: Company) -> None:
    company.announce(name="Summer fair", utm_campaign=None)
    jonas = company.someone("UJONAS", Role.MARKETER)
    with company.store.transaction() as session:
        announcing.announce(session, jonas, draft(name="Summer trial", utm_campaign=None), "form-2")
        ended = announcing.announce(session, jonas, draft(utm_campaign=None), "form-3")
        changing.end(session, jonas, ended.id)
    assert managed(company, "mara") == ["Summer fair"]
    assert managed(company, "boss") == ["Summer trial", "Summer fair"]
    assert managed(company, "boss", "tri summ") == ["Summer trial"]
    assert managed(company, "boss", "winter") == []
    with company.store.transaction() as session, pytest.raises(NotAllowed):
        queries.to_manage(session, company.sal, "")


def test_the_list_has_all_but_the_drafts_of_others(company: Company) -> None:
    stages: dict[str, Campaign] = {}
    with company.store.transaction() as session:
        for name in ("draft", "proposed", "live", "cancelled"):
            words = draft(name=name, utm_campaign=None)
            stages[name] = drafting.draft_campaign(session, company.mara, words, name)
        drafting.propose(session, company.mara, stages["proposed"].id)
        announcing.launch(session, company.mara, stages["live"].id)
        changing.cancel(session, company.mara, stages["cancelled"].id)
        seen = {
            who.name: [each.name for each in queries.page(session, who, 0)[0]]
            for who in (company.mara, company.sal)
        }
        with pytest.raises(NotAllowed):
            queries.page(session, company.someone("UX"), 0)
    assert seen["Mara"] == ["live", "proposed", "draft", "cancelled"]
    assert seen["Sal"] == ["live", "proposed", "cancelled"]


def test_the_list_pages(company: Company) -> None:
    for number in range(queries.LISTED + 2):
        company.announce(f"form-{number}", name=f"Campaign {number}", utm_campaign=None)
    with company.store.transaction() as session:
        pages = [queries.page(session, company.sal, number) for number in range(3)]
    assert [(len(found), count) for found, count in pages] == [(15, 17), (2, 17), (0, 17)]


def test_what_is_before_sales_is_changed_there(company: Company) -> None:
    with company.store.transaction() as session:
        campaign = drafting.draft_campaign(session, company.mara, draft(), "form-1")
        assert changing.changeable(session, company.mara, campaign.id).id == campaign.id
        drafting.propose(session, company.mara, campaign.id)
        with pytest.raises(changing.BeforeSales, match=r"is proposed\. Change it"):
            changing.changeable(session, company.mara, campaign.id)
        changing.cancel(session, company.mara, campaign.id)
        with pytest.raises(changing.AlreadyOver):
            changing.changeable(session, company.mara, campaign.id)


def test_paused_campaigns_have_their_place_in_the_overview(company: Company) -> None:
    campaign = company.announce()
    with company.store.transaction() as session:
        changing.pause(session, company.mara, campaign.id)
        overview = queries.overview(session, company.workspace.id, NINE.date())
        later = queries.overview(session, company.workspace.id, NINE.date() + timedelta(days=30))
    assert ([each.id for each in overview.paused], overview.running) == ([campaign.id], [])
    assert [each.id for each in later.ended] == [campaign.id]
