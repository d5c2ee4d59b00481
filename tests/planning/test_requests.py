"""Requests: filed once, seconded once a person, answered in time, and every status written down."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial

import pytest

from bot.errors import FieldErrors, NotAllowed, NotFound
from bot.people import service as people
from bot.people.hours import Hours
from bot.people.models import Person, Role
from bot.planning import cards, forms, requests, rules
from bot.planning.models import Request, RequestSupport
from tests.company import hire, install
from tests.forms import sent
from tests.moved_clock import MovedClock
from tests.planning.scene import WANTED, Company
from tests.threads import at_once

# 1 June 2026 is a Monday; marketing works from 9 to 17 in Berlin.
FIVE_DAYS_ON = datetime(2026, 6, 8, 15, tzinfo=UTC)
FOUR_DAYS_ON = datetime(2026, 6, 5, 15, tzinfo=UTC)


def test_a_request_is_shown_to_all_and_promised_an_answer(company: Company) -> None:
    request = company.ask()
    assert (request.text, request.audience, request.frequency) == (WANTED, "small shops", "weekly")
    assert request.answer_by == FIVE_DAYS_ON
    assert company.targets(cards.REQUEST) == ["C1"]
    assert company.targets(cards.REQUEST_FOR_ASKER) == ["USAL"]
    assert company.deeds(request) == ["asked"]


def test_the_same_form_asks_once(company: Company) -> None:
    first = company.ask()
    assert company.ask(text="Something else").id == first.id
    assert company.count(Request) == 1


def test_eight_deliveries_at_once_are_one_request(company: Company) -> None:
    ids = at_once([lambda: company.ask().id] * 8)
    assert len(set(ids)) == 1
    assert company.targets(cards.REQUEST) == ["C1"]
    assert company.deeds(company.ask()) == ["asked"]


def test_an_idea_becomes_a_request_with_nothing_but_its_words(company: Company) -> None:
    with company.store.transaction() as session:
        request = requests.ask_for(session, company.sue, "Weekend support", token="idea-7")
    assert (request.audience, request.frequency, request.example) == ("", None, "")


def form(**typed: str) -> forms.AskFor:
    usual = {"text": WANTED, "frequency": "weekly"}
    return forms.AskFor.read(sent(forms.AskFor.of("token", "C1", 5), **usual | typed))


def test_what_is_wrong_stands_below_its_field(company: Company) -> None:
    with pytest.raises(FieldErrors) as raised:
        form(text=" \u200e ", audience="x" * 201, lead="ada")
    no_lead = "There's no lead with this number. It's on the lead's card, such as #15."
    assert raised.value.errors == {
        "text": "Write what customers ask for.",
        "audience": "This has 201 characters. Please shorten it to 200 or fewer.",
        "lead": no_lead,
    }
    with pytest.raises(FieldErrors) as raised:
        company.ask(lead=15)
    assert raised.value.errors == {"lead": no_lead}


@pytest.mark.parametrize("typed", ["{}", "#{}", " # {} "])
def test_the_lead_that_it_came_from_is_found_by_its_number(company: Company, typed: str) -> None:
    number = company.lead()
    assert company.ask(lead=form(lead=typed.format(number)).lead).lead_id == number


@pytest.mark.parametrize("typed", ["ada", "-1", "1.5", "9" * 30, "#x"])
def test_what_is_no_lead_is_said(typed: str) -> None:
    with pytest.raises(FieldErrors) as raised:
        form(lead=typed)
    assert list(raised.value.errors) == ["lead"]


def test_a_lead_of_another_workspace_is_none(company: Company) -> None:
    number = company.lead()
    other = install(company.store, "T2", "C2")
    stranger = hire(company.store, other, "UX", "Xenia", Role.SALESPERSON)
    with pytest.raises(FieldErrors):
        company.ask(who=stranger, lead=number)


def test_colleagues_are_counted_once(company: Company) -> None:
    request = company.ask()
    company.drawn()
    company.second(company.sue, request)
    assert company.stale(cards.REQUEST) == [True]
    with pytest.raises(requests.AlreadySupported):
        company.second(company.sue, request)
    with pytest.raises(requests.OwnRequest):
        company.second(company.sal, request)
    assert company.count(RequestSupport) == 1


def test_eight_clicks_at_once_are_one_voice(company: Company) -> None:
    request = company.ask()

    def click() -> bool:
        try:
            company.second(company.sue, request)
        except requests.AlreadySupported:
            return False
        return True

    assert sum(at_once([click] * 8)) == 1
    assert company.deeds(request) == ["asked", "supported"]


def test_marketing_sees_it_and_still_owes_an_answer(company: Company) -> None:
    request = company.ask()
    company.see(company.mara, request)
    assert company.request(request).is_waiting
    with pytest.raises(requests.AlreadySeen, match="<@UMARA> marked this request as seen"):
        company.see(company.mara, request)


def test_a_request_is_declined_with_its_reason(company: Company) -> None:
    request = company.ask()
    with pytest.raises(FieldErrors) as raised:
        forms.Decline.read(sent(forms.Decline.of(request), reason=" "))
    assert list(raised.value.errors) == ["reason"]
    company.decline(company.mara, request)
    now = company.request(request)
    assert (now.status, now.reason, now.next_check_at) == ("declined", "Too dear for us", None)
    with pytest.raises(requests.AlreadyAnswered, match="<@UMARA> already answered"):
        company.decline(company.mara, request)
    with pytest.raises(requests.Closed):
        company.second(company.sue, request)


def test_two_marketers_answer_once(company: Company) -> None:
    request = company.ask()

    def click() -> bool:
        try:
            company.decline(company.mara, request)
        except requests.AlreadyAnswered:
            return False
        return True

    assert sum(at_once([click] * 4)) == 1
    assert company.deeds(request) == ["asked", "declined"]


# ---- who may ---------------------------------------------------------------------------------

VERBS: dict[str, Callable[[Company, Person, Request], object]] = {
    "ask": lambda company, who, _request: company.ask(f"by-{who.id}", who),
    "second": lambda company, who, request: company.second(who, request),
    "see": lambda company, who, request: company.see(who, request),
    "decline": lambda company, who, request: company.decline(who, request),
    "change": lambda company, who, _request: change(company, who, 3),
}
MAY = {
    "ask": {"sue", "mara", "cleo", "root"},
    "second": {"sue", "mara", "cleo", "root"},
    "see": {"mara", "cleo", "root"},
    "decline": {"mara", "cleo", "root"},
    "change": {"root"},
}


def change(company: Company, who: Person, days: int) -> None:
    with company.store.transaction() as session:
        rules.set_answer_days(session, session.get_one(Person, who.id), days)


@pytest.mark.parametrize("verb", VERBS)
def test_who_may(company: Company, verb: str) -> None:
    for name in ("sue", "mara", "cleo", "root", "guest"):
        request, who = company.ask(f"for-{name}"), getattr(company, name)
        act = partial(VERBS[verb], company, who, request)
        if name in MAY[verb]:
            act()
            continue
        with pytest.raises(NotAllowed):
            act()


@pytest.mark.parametrize("verb", ["second", "see", "decline"])
def test_another_workspace_finds_nothing(company: Company, verb: str) -> None:
    request = company.ask()
    other = install(company.store, "T2", "C2")
    stranger = hire(company.store, other, "UX", "Xenia", Role.ADMIN)
    with pytest.raises(NotFound):
        VERBS[verb](company, stranger, request)


# ---- the promise -----------------------------------------------------------------------------


def test_marketing_is_reminded_once_and_then_it_is_overdue(
    company: Company, hands: MovedClock
) -> None:
    request = company.ask()
    assert company.look() == 0
    hands.now = FOUR_DAYS_ON
    assert company.look() == 1
    assert company.targets(cards.REQUEST_REMINDER) == ["UMARA"]
    assert company.look() == 0
    hands.now = FIVE_DAYS_ON + timedelta(seconds=1)
    company.drawn()
    assert company.look() == 1
    assert company.look() == 0
    assert company.stale(cards.REQUEST) == [True]
    assert company.targets(cards.REQUEST_REMINDER) == ["UMARA"]
    assert company.deeds(request) == ["asked", "reminded", "overdue"]
    with company.store.transaction() as session:
        assert [each.id for each in requests.overdue(session, company.workspace.id)] == [request.id]
        assert requests.overdue(session, company.workspace.id + 1) == []


def test_who_was_down_for_a_week_reminds_and_marks_without_a_burst(
    company: Company, hands: MovedClock
) -> None:
    request = company.ask()
    hands.forward(days=30)
    assert company.look() == 1
    assert company.look() == 0
    assert company.targets(cards.REQUEST_REMINDER) == ["UMARA"]
    assert company.deeds(request) == ["asked", "reminded"]


def test_an_answer_ends_the_promise(company: Company, hands: MovedClock) -> None:
    company.decline(company.mara, company.ask())
    hands.forward(days=30)
    assert company.look() == 0
    with company.store.transaction() as session:
        assert requests.overdue(session, company.workspace.id) == []
    assert company.targets(cards.REQUEST_REMINDER) == []


def test_where_nobody_is_in_marketing_the_managers_are_reminded(
    company: Company, hands: MovedClock
) -> None:
    with company.store.transaction() as session:
        session.get_one(Person, company.mara.id).roles = []
    company.ask()
    hands.forward(days=30)
    company.look()
    assert company.targets(cards.REQUEST_REMINDER) == ["UCLEO"]


def test_the_days_are_marketings_own(company: Company) -> None:
    change(company, company.root, 1)
    with company.store.transaction() as session:
        root = session.get_one(Person, company.root.id)
        [team] = [t for t in people.teams(session, root.workspace_id) if t.name == "Marketing"]
        hours = Hours(frozenset({3}), time(10), time(12))  # Thursdays, and not in Berlin
        people.set_hours(session, root, team.id, hours, "America/New_York")
    assert company.ask().answer_by == datetime(2026, 6, 4, 16, tzinfo=UTC)


@pytest.mark.parametrize("days", ["", "0", "61", "2.5", "-3", "many", "9999"])
def test_days_that_make_no_sense_are_refused(days: str) -> None:
    modal = forms.AnswerDays.modal(answer_days=5)
    with pytest.raises(FieldErrors):
        forms.AnswerDays.read(sent(modal, answer_days=days))


def test_other_days_hold_for_what_is_asked_from_then_on(company: Company) -> None:
    before = company.ask()
    change(company, company.root, 2)
    assert company.ask("form-2").answer_by == datetime(2026, 6, 3, 15, tzinfo=UTC)
    assert company.request(before).answer_by == FIVE_DAYS_ON


# ---- lists -----------------------------------------------------------------------------------


def test_the_most_heard_stand_first_and_of_those_the_oldest(
    company: Company, hands: MovedClock
) -> None:
    ids = []
    for number in range(4):
        ids.append(company.ask(f"form-{number}", text=f"Request {number}"))
        hands.forward(minutes=1)
    company.second(company.sue, ids[2])
    company.second(company.mara, ids[2])
    company.second(company.sue, ids[3])
    company.decline(company.mara, ids[1])
    with company.store.transaction() as session:
        found = requests.open_requests(session, company.mara, 10)
        assert [
            (each.request.text, each.support_count, each.includes_reader) for each in found
        ] == [
            ("Request 2", 3, True),
            ("Request 3", 2, False),
            ("Request 0", 1, False),
        ]
        assert requests.count_open(session, company.workspace.id) == 3
        second = requests.open_requests(session, company.mara, 1, 1)
        assert [each.request.text for each in second] == ["Request 3"]


def test_what_marketing_owes_comes_by_its_time(company: Company, hands: MovedClock) -> None:
    company.ask("form-1", text="Asked first")
    hands.forward(days=1)
    change(company, company.root, 1)
    company.ask("form-2", text="Promised sooner")
    with company.store.transaction() as session:
        found = requests.unanswered(session, company.workspace.id, 10)
        assert [each.request.text for each in found] == ["Promised sooner", "Asked first"]
        assert len(requests.unanswered(session, company.workspace.id, 1)) == 1
