"""Drafting: every field by itself, all problems at once, and nothing that a card cannot show."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.campaigns import forms, messages
from bot.campaigns.draft import Draft
from bot.campaigns.models import Campaign, Kind, Readership
from bot.errors import FieldErrors, OutdatedForm
from bot.money import Money
from bot.people.models import Person
from playground.limits import check_message
from tests.campaigns.scene import TODAY
from tests.forms import sent
from tests.moved_clock import NINE

TYPED: dict[str, Any] = {
    "name": "Summer trial",
    "kind": "search_ads",
    "audience": "Workshops in Austria",
    "offer": "Half price for three months",
    "terms": "New customers only.",
    "talking_points": "No set-up fee\nData stays in Vienna",
    "starts_on": "2026-06-01",
    "ends_on": "2026-06-30",
    "budget": "12,500",
    "expected_leads": "80",
    "utm_campaign": " Summer-Trial_2026 ",
}
MAY_WAIT = ("audience", "offer", "terms", "talking_points")
OPTIONAL = ("ends_on", "budget", "expected_leads", "utm_campaign")
RICH: dict[str, Any] = {
    "price": "EUR 49",
    "objections": "Too dear: half price.",
    "channels": "Google Ads, newsletter; google ads",
    "materials": "Price list: https://example.com/prices\nhttps://example.com/a",
    "expected_customers": "8",
    "target_cost_per_lead": "95.50",
    "late_callers": "Offer the basic plan.",
}


_NEW = forms.NewCampaign.modal(token="token", today=TODAY, currency="EUR", starts_on=TODAY)


def form(typed: dict[str, Any]) -> forms.NewCampaign:
    return forms.NewCampaign.read(sent(_NEW, **typed))


def read(**changes: Any) -> Draft:
    return form(TYPED | changes).draft()


def problem(**changes: Any) -> str:
    """The one sentence below the one field that was changed."""
    with pytest.raises(FieldErrors) as raised:
        read(**changes)
    assert list(raised.value.errors) == list(changes)
    return next(iter(raised.value.errors.values()))


def test_what_was_typed_is_read() -> None:
    assert read() == Draft(
        name="Summer trial",
        kind=Kind.SEARCH_ADS,
        audience="Workshops in Austria",
        offer="Half price for three months",
        terms="New customers only.",
        talking_points="No set-up fee\nData stays in Vienna",
        starts_on=date(2026, 6, 1),
        ends_on=date(2026, 6, 30),
        budget=Money(1_250_000, "EUR"),
        expected_leads=80,
        utm_campaign="summer-trial_2026",
    )


@pytest.mark.parametrize("nothing", [None, "", "  \n ", "\x00\u200e"])
def test_what_is_optional_may_be_left_empty(nothing: str | None) -> None:
    draft = read(**dict.fromkeys(OPTIONAL, nothing))
    assert [getattr(draft, name) for name in OPTIONAL] == [None] * len(OPTIONAL)


@pytest.mark.parametrize("nothing", [None, "", "  \n ", "\x00\u200e"])
def test_all_that_is_missing_is_said_at_once(nothing: str | None) -> None:
    with pytest.raises(FieldErrors) as raised:
        form(dict.fromkeys(TYPED, nothing))
    assert set(raised.value.errors) == set(TYPED) - set(OPTIONAL) - set(MAY_WAIT)
    assert set(read(**dict.fromkeys(MAY_WAIT, nothing)).missing) == set(MAY_WAIT)


@pytest.mark.parametrize(
    ("field", "most"),
    [("name", 80), ("audience", 200), ("offer", 300), ("terms", 2_000), ("talking_points", 2_000)],
)
def test_a_text_that_is_too_long_says_by_how_much(field: str, most: int) -> None:
    read(**{field: "x" * most})
    error = problem(**{field: "x" * 10_000})
    assert error == f"This has 10,000 characters. Please shorten it to {most:,} or fewer."


def test_a_line_is_one_line_and_a_text_keeps_its_lines() -> None:
    draft = read(name=" Summer\n trial ", terms=" First.\r\nSecond. ")
    assert (draft.name, draft.terms) == ("Summer trial", "First.\nSecond.")


def test_what_hides_or_reorders_text_is_dropped_and_the_rest_kept_whole() -> None:
    draft = read(name="Half \u202eprice\x00 <!channel>", terms="=cmd() 🎉 & *more*")
    assert draft.name == "Half price <!channel>"
    assert draft.terms == "=cmd() 🎉 & *more*"


def test_a_kind_is_one_of_the_list() -> None:
    assert problem(kind=None) == "Please fill this in."
    with pytest.raises(OutdatedForm):
        read(kind="carrier_pigeon")


@pytest.mark.parametrize("day", ["2026-06-01", "2026-05-01", "2026-12-01"])
def test_the_first_day_may_be_behind_or_ahead(day: str) -> None:
    assert read(starts_on=day, ends_on=None).starts_on == date.fromisoformat(day)


def test_a_campaign_may_end_today() -> None:
    assert read(ends_on="2026-06-01").ends_on == TODAY


def test_the_last_day_is_not_before_the_first() -> None:
    error = problem(ends_on="2026-05-31")
    assert error == "The last day is before the first one. Choose a later day."


def test_the_last_day_is_not_over() -> None:
    with pytest.raises(FieldErrors) as raised:
        read(starts_on="2026-05-01", ends_on="2026-05-31")
    error = "This day has passed. Choose today or later, or leave it empty."
    assert raised.value.errors == {"ends_on": error}


@pytest.mark.parametrize("field", ["starts_on", "ends_on"])
def test_a_year_that_was_mistyped(field: str) -> None:
    assert problem(**{field: "2206-06-30"}) == (
        "2206 is more than 5 years away. Is the year right?"
    )


def test_no_day_at_all() -> None:
    assert problem(ends_on="soon") == "Choose a day."
    assert problem(starts_on="") == "Choose a day."


@pytest.mark.parametrize("amount", ["much", "-5", "1.2.3", "9" * 20, "5 thousand"])
def test_what_is_no_amount(amount: str) -> None:
    error = problem(budget=amount)
    assert error == f"“{amount}” is not an amount. Write digits, for example 1250 or 1,250.50."


@pytest.mark.parametrize("count", ["0", "-3", "2.5", "many", "1000001", "٣"])
def test_what_is_no_number_of_leads(count: str) -> None:
    error = problem(expected_leads=count)
    assert error == "Write a whole number from 1 to 1,000,000, or leave it empty."


@pytest.mark.parametrize("code", ["spring sale", "a/b", "a?b=c", "<!channel>", "a`b", "🎉"])
def test_a_code_has_sensible_characters(code: str) -> None:
    assert problem(utm_campaign=code).startswith("Use letters, digits and . _ - + ~ without")


def test_a_code_is_folded_and_not_too_long() -> None:
    assert read(utm_campaign="GROẞE+Aktion").utm_campaign == "grosse+aktion"
    assert "80 or fewer" in problem(utm_campaign="x" * 81)
    assert problem(utm_campaign="ß" * 80).startswith("Use letters")  # folded, it has 160


def test_the_rest_of_a_plan_is_read_too() -> None:
    draft = read(**RICH)
    assert draft.channels == ("Google Ads", "newsletter")
    assert draft.materials == (
        ("Price list", "https://example.com/prices"),
        ("example.com", "https://example.com/a"),
    )
    assert (draft.expected_customers, draft.target_cost_per_lead) == (8, Money(9_550, "EUR"))
    assert (draft.price, draft.late_callers) == ("EUR 49", "Offer the basic plan.")


@pytest.mark.parametrize(
    "line",
    ["Price list", "List http://example.com", "List javascript:alert(1)", "x https://", "x https://a|b",
     "x https://[", "x https://example.com/<!channel>"],
)  # fmt: skip
def test_a_material_needs_an_https_address(line: str) -> None:
    assert "doesn't end with an https:// address" in problem(materials=line)


def test_materials_are_not_without_end() -> None:
    assert problem(materials="https://example.com\n" * 11) == (
        "List up to 10 materials, one per line."
    )


@given(st.text("abc ,;\n", max_size=60))
def test_channels_are_named_once_each(text: str) -> None:
    channels = read(channels=text).channels
    assert len({each.casefold() for each in channels}) == len(channels)
    assert read(channels=", ".join(channels)).channels == channels


def launch(**typed: Any) -> forms.Launch:
    return forms.Launch.read(sent(forms.Launch.modal(campaign_id=7), **typed))


def test_without_a_time_it_is_announced_at_once() -> None:
    assert launch().launch_at is None
    assert launch(launch_at=1_780_297_200).launch_at == NINE


@pytest.mark.parametrize("typed", ["soon", "-5", "1" * 12])
def test_what_is_no_time_is_said(typed: str) -> None:
    with pytest.raises(FieldErrors) as raised:
        launch(launch_at=typed)
    assert raised.value.errors == {"launch_at": "Choose a day and a time."}


def mended(fields: dict[str, Any]) -> Draft:
    """The draft, with what the form says is wrong replaced by what is right."""
    try:
        return form(fields).draft()
    except FieldErrors as error:
        return form(fields | {name: TYPED[name] for name in error.errors}).draft()


_WORDS = st.text(max_size=350) | st.text("<>&*_~`@!#|•- \n\u202e\x00", max_size=350)


@given(
    fields=st.fixed_dictionaries(
        {
            **dict.fromkeys(("name", "audience", "offer", "terms", "talking_points"), _WORDS),
            "kind": st.sampled_from(Kind),
            "starts_on": st.dates(date(2025, 1, 1), date(2026, 6, 30)).map(str),
            "ends_on": st.none() | st.dates(date(2026, 1, 1), date(2028, 12, 31)).map(str),
            "budget": st.none() | _WORDS,
            "expected_leads": st.none() | st.integers(-1, 2_000_000).map(str),
            "utm_campaign": st.none() | st.text(max_size=90),
        }
    )
)
def test_what_is_accepted_can_be_kept_and_shown(fields: dict[str, Any]) -> None:
    draft = mended(fields)
    assert "\x00" not in repr(draft)
    campaign = Campaign(
        id=1, owner=Person(slack_id="U1"), kind=draft.kind, name=draft.name, offer=draft.offer,
        terms=draft.terms, talking_points=draft.talking_points, audience=draft.audience,
        starts_on=draft.starts_on, ends_on=draft.ends_on, utm_campaign=draft.utm_campaign,
        price=draft.price, objections=draft.objections, channels=list(draft.channels),
        materials=list(draft.materials),
    )  # fmt: skip
    card = messages.card(campaign, Readership([], []), TODAY)
    assert check_message(card.blocks) == []
    assert "<!" not in card.text
    assert len(card.text) <= 4_000
