"""`/offer`: the terms of today or of a day, found by how words begin, and whether they hold."""

from collections.abc import Callable
from contextlib import suppress
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.orm import Session

from bot.campaigns import changing, drafting, history, list_messages, offers
from bot.campaigns.models import Campaign, OfferSearch, Stage
from bot.errors import NotAllowed, NotFound
from bot.people.models import Person, Role
from bot.slack import Message
from bot.store import prefixes
from playground.limits import check_message, check_view
from tests.campaigns.scene import TODAY, Company, draft
from tests.company import hire, install
from tests.golden_files import Golden
from tests.moved_clock import NINE, MovedClock


def put(
    company: Company, name: str, first: int = 0, last: int | None = 30, **more: Any
) -> Campaign:
    """A campaign from and to so many days from today."""
    days = {
        "starts_on": TODAY + timedelta(days=first),
        "ends_on": None if last is None else TODAY + timedelta(days=last),
    }
    return company.announce(name, name=name, utm_campaign=None, **days | more)


def look(company: Company, query: str, who: Person | None = None) -> OfferSearch:
    with company.store.transaction() as session:
        return offers.offers(session, who or company.sal, query)


def names(company: Company, query: str) -> list[str]:
    return [then.offer.name for then in look(company, query).offers]


def reply(company: Company, query: str) -> Message:
    answer = list_messages.offers(look(company, query))
    assert check_message(answer.blocks) == []
    return answer


@pytest.mark.parametrize(
    "query",
    ["Autumn", "autu", "AUTUMN deal", "deal autumn", "thirty", "salzb", "dent", "cash", "o'hara",
     "EUR 49", "co-op"],
)  # fmt: skip
def test_it_is_found_by_how_any_of_its_words_begin(company: Company, query: str) -> None:
    put(company, "Other")
    put(
        company, "Autumn deal", offer="Thirty days free", audience="Dentists in Salzburg",
        terms="Cash only, as Ms O'Hara said.", price="EUR 49", talking_points="- A co-op price",
    )  # fmt: skip
    assert names(company, query) == ["Autumn deal"]


@pytest.mark.parametrize("query", ["winter", "autumn winter", "tumn"])
def test_what_is_not_in_it_finds_nothing_and_says_what_to_do(company: Company, query: str) -> None:
    put(company, "Autumn deal")
    assert names(company, query) == []
    assert reply(company, query).text.startswith(f"No offer for “{query}” today. Try fewer")


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(query=st.text(max_size=60) | st.text("'&|!<>:*()\\ ab-.on 2026", max_size=60))
def test_whatever_is_typed_is_a_search_or_a_kind_word(company: Company, query: str) -> None:
    with suppress(offers.WrongDay):  # which says how to write a day
        assert look(company, query).offers == []


@given(st.text())
def test_a_query_is_made_of_words_alone(words: str) -> None:
    query = prefixes(words)
    assert query is None or query.count(":*") == query.count("&") + 1 <= 10


def test_without_words_all_that_hold_today_are_told(company: Company) -> None:
    for name, first, last in (
        ("now", -3, 3),
        ("ever", -90, None),
        ("soon", 4, 9),
        ("over", -9, -1),
    ):
        put(company, name, first, last)
    assert names(company, "") == ["now", "ever"]
    assert names(company, "on 2026-06-06") == ["soon", "ever"]
    assert reply(company, "").text == "2 offers valid today."
    assert reply(company, "on 2026-06-06").text == "2 offers valid on 6 Jun 2026."


def test_with_no_offer_at_all_it_says_where_to_look(company: Company) -> None:
    assert reply(company, "").text.startswith("No offer is valid today. `/campaign list` shows")


def test_what_holds_comes_first_then_what_is_to_come_and_a_name_before_the_terms(
    company: Company,
) -> None:
    put(company, "Trial over", -30, -1)
    put(company, "Trial soon", 5, 9)
    put(company, "Else", terms="No trial.")
    put(company, "Trial now")
    assert names(company, "trial") == ["Trial now", "Else", "Trial soon", "Trial over"]


def test_a_day_has_the_terms_of_that_day(company: Company, hands: MovedClock) -> None:
    campaign = put(company, "Summer", terms="Ten months minimum.")
    hands.forward(days=3)
    with company.store.transaction() as session:
        new = draft(name="Summer", terms="Six months minimum.", utm_campaign=None)
        changing.change(session, company.mara, campaign.id, new)
    [then] = look(company, "summer").offers
    assert then.offer.terms == "Six months minimum."
    [then] = look(company, "summer on 2026-06-02").offers
    assert (then.offer.terms, then.in_force) == ("Ten months minimum.", True)
    changed = reply(company, "summer on 2026-06-02")
    assert "*Terms changed on 4 Jun.* As promised on 2 Jun: Three months" in changed.text
    assert "⚠ Summer" in repr(changed.blocks)
    assert "⛔" not in repr(changed.blocks)
    assert names(company, "ten on 2026-06-02") == ["Summer"]
    assert names(company, "ten") == []
    assert names(company, "summer ON 2026-05-09") == []  # nothing was announced by then


def test_what_was_never_announced_is_no_offer(company: Company) -> None:
    with company.store.transaction() as session:
        campaign = drafting.draft_campaign(session, company.mara, draft(), "form-1")
        drafting.propose(session, company.mara, campaign.id)
    assert names(company, "summer") == []


@pytest.mark.parametrize("query", ["summer on 2026-13-01", "on 1.5.2026", "on 5"])
def test_a_day_that_cannot_be_read_is_asked_for_again(company: Company, query: str) -> None:
    with pytest.raises(offers.WrongDay, match="I can't read “"):
        look(company, query)


def test_a_word_on_is_a_word(company: Company) -> None:
    put(company, "Trial on demand")
    assert names(company, "trial on demand") == ["Trial on demand"]


def test_who_may_ask(company: Company) -> None:
    campaign = put(company, "Summer")
    for role in Role:
        assert look(company, "summer", company.someone(f"U{role}", role)).count == 1
    with pytest.raises(NotAllowed, match="look offers up"):
        look(company, "summer", company.someone("UX"))
    spy = hire(company.store, install(company.store, "T2", "C2"), "USPY", "Spy", Role.ADMIN)
    assert look(company, "summer", spy).count == 0
    with company.store.transaction() as session:
        version = history.version(session, campaign.id, 1)
        assert version is not None
        with pytest.raises(NotFound):
            offers.offer(session, spy, version.id)
        with pytest.raises(NotAllowed):
            offers.offer(session, company.someone("UX"), version.id)
        assert offers.offer(session, company.sal, version.id).in_force


def test_one_offer_is_told_whole(company: Company, golden: Golden) -> None:
    put(company, "Summer trial", price="EUR 49 a month", objections="Too dear: half price.")
    golden("offer", reply(company, "summer"))


def test_one_that_is_over_says_so_loudly(company: Company, golden: Golden) -> None:
    put(company, "Summer trial", -40, -2, late_callers="Offer them the basic plan.")
    golden("offer_over", reply(company, "summer"))


def test_one_that_is_to_come_says_from_when(company: Company, golden: Golden) -> None:
    put(company, "Summer trial", 9, 40)
    golden("offer_to_come", reply(company, "summer"))


def test_one_that_is_paused_says_whom_to_ask(company: Company, golden: Golden) -> None:
    campaign = put(company, "Summer trial")
    with company.store.transaction() as session:
        changing.pause(session, company.mara, campaign.id)
    golden("offer_paused", reply(company, "summer"))


def test_several_are_listed_and_each_can_be_shown(company: Company, golden: Golden) -> None:
    put(company, "Summer trial", price="EUR 49 a month")
    put(company, "Summer fair", 9, 12)
    put(company, "Summer <start>", -40, -2)
    golden("offers", reply(company, "summer"))


def test_many_are_shown_page_by_page(company: Company) -> None:
    for number in range(13):
        put(company, f"Summer {number}", offer="<&>" * 90, price="<&>" * 60)
    shown = []
    for page in (0, 1):
        with company.store.transaction() as session:
            found = offers.offers(session, company.sal, "summer", page)
        assert found.count == 13
        modal = list_messages.pages(found, "summer", page, offers.MOST).to_dict()
        assert not check_view(modal, "modal")
        shown.append(modal)
        assert len(found.offers) == (10, 3)[page]
    assert [button(modal) for modal in shown] == [
        "campaign.offers.next",
        "campaign.offers.previous",
    ]
    opened = list_messages.whole_offer(found.offers[0]).to_dict()
    assert not check_view(opened, "modal")


def button(modal: dict[str, Any]) -> str:
    [actions] = [block for block in modal["blocks"] if block["type"] == "actions"]
    [turn] = actions["elements"]
    return str(turn["action_id"])


@pytest.mark.parametrize(
    ("stage", "day", "words"),
    [
        (Stage.LIVE, 0, "Valid until 30 Jun 2026."),
        (Stage.LIVE, 31, "*Ended on 30 Jun 2026. Don't promise it.* Say: Thanks"),
        (Stage.ENDED, 0, "*Ended on 30 Jun 2026. Don't promise it.*"),
    ],
)
def test_the_day_decides_even_before_the_clock_has_struck(
    company: Company, hands: MovedClock, stage: Stage, day: int, words: str
) -> None:
    campaign = put(company, "Summer", 0, 29)
    with company.store.transaction() as session:
        session.get_one(Campaign, campaign.id).stage = stage
        if stage == Stage.ENDED:
            session.execute(
                text("UPDATE campaign_event SET facts = jsonb_build_object('stage', 'ended')")
            )
    hands.now = NINE + timedelta(days=day)
    assert words in repr(reply(company, "summer").blocks)


def test_a_past_day_says_what_has_become_of_it(company: Company, hands: MovedClock) -> None:
    campaign = put(company, "Summer", 0, 9)
    put(company, "Later", 12, None)
    hands.forward(days=5)
    assert "Valid on 2 Jun. It's still valid today." in reply(company, "sum on 2026-06-02").text
    with company.store.transaction() as session:
        changing.pause(session, company.mara, campaign.id)
    assert "*It's paused today.*" in reply(company, "sum on 2026-06-02").text
    hands.forward(days=15)
    over = reply(company, "summer on 2026-06-02").text
    assert "*It ended on 10 Jun 2026. Don't promise it today.*" in over
    assert "*It was paused on 8 Jun.*" in reply(company, "summer on 2026-06-08").text
    over = reply(company, "summer on 2026-06-15").text
    assert "*It was already over on 15 Jun:* it ended on 10 Jun" in over
    assert "*It hadn't started on 2 Jun:*" in reply(company, "later on 2026-06-02").text
    assert date(2026, 6, 21) == look(company, "").today


def test_a_day_to_come_promises_nothing_before_the_offer_starts(company: Company) -> None:
    put(company, "Summer", 5, 30)
    put(company, "Running", 0, 30)
    waits = reply(company, "summer on 2026-06-11").text
    assert "Valid on 11 Jun. *It starts on 6 Jun 2026. Don't promise it before then.*" in waits
    assert "Valid on 11 Jun. It's valid today too." in reply(company, "run on 2026-06-11").text
    early = reply(company, "summer on 2026-06-03").text
    assert "*It won't have started on 3 Jun:* it starts on 6 Jun 2026." in early
    late = reply(company, "summer on 2026-07-11").text
    assert "*It will be over on 11 Jul:* it ends on 1 Jul 2026." in late


def test_one_that_was_cancelled_is_said_to_be_cancelled_on_every_day(
    company: Company, hands: MovedClock
) -> None:
    campaign = put(company, "Summer", 5, 30)
    hands.forward(days=2)
    stop(company, changing.cancel, campaign)
    for asked in ("summer", "summer on 2026-06-11"):
        assert "*Cancelled. Don't promise it.*" in reply(company, asked).text
    before = reply(company, "summer on 2026-06-02").text
    assert "*It hadn't started on 2 Jun*, and was cancelled. Don't promise it." in before
    hands.forward(days=15)
    assert "*It was already cancelled on 11 Jun.*" in reply(company, "summer on 2026-06-11").text


def test_only_what_could_be_promised_by_then_holds_on_a_day(
    company: Company, hands: MovedClock
) -> None:
    put(company, "Stays")
    cancelled, ended = put(company, "Cancelled", 5), put(company, "Ended")
    paused = put(company, "Paused")
    stop(company, changing.cancel, cancelled)
    stop(company, changing.end, ended)
    hands.forward(days=2)
    stop(company, changing.pause, paused)
    for _ in range(2):  # as a day to come, then as one that has passed
        assert names(company, "on 2026-06-11") == ["Stays"]
        assert names(company, "on 2026-06-02") == ["Paused", "Stays"]
        hands.forward(days=15)


def stop(
    company: Company, how: Callable[[Session, Person, int], object], campaign: Campaign
) -> None:
    with company.store.transaction() as session:
        how(session, company.mara, campaign.id)
