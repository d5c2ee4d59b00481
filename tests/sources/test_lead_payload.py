"""The canonical lead: its rules, and that nothing a sender sends makes it do something else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from bot.sources.labels import named
from bot.sources.lead_payload import EXAMPLE, LeadPayload, Unreadable, read, read_strictly
from tests.sources import hostile

EMAIL = {"email": "ada@example.com"}


def problems(facts: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Unreadable) as error:
        read(facts)
    return error.value.problems


def strict_problems(facts: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Unreadable) as error:
        read_strictly(facts)
    return error.value.problems


def test_the_example_is_read() -> None:
    payload = read(dict(EXAMPLE))
    assert payload.model_dump(exclude_none=True) == EXAMPLE | {"answers": []}
    assert payload.phone_e164(None) == "+493023125001"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(" Ada\n", "Ada"), ("A\x00da", "Ada"), ("\ud83d", "?"), ("", None), (" \t\r\n", None),
     ("\x00", None), (7, "7"), (1.5, "1.5"), ("\u202eada", "\u202eada"), ("=cmd()", "=cmd()")],
)  # fmt: skip
def test_text_is_kept_as_it_can_be_stored(sent: object, kept: str | None) -> None:
    assert read(EMAIL | {"first_name": sent}).first_name == kept


def test_the_length_is_counted_after_trimming() -> None:
    assert read(EMAIL | {"company": " " * 5_000 + "x" * 1_000}).company == "x" * 1_000
    assert list(strict_problems(EMAIL | {"company": "x" * 1_001})) == ["company"]
    assert read(EMAIL | {"message": "x" * 20_000}).message == "x" * 20_000
    assert list(strict_problems(EMAIL | {"message": "x" * 20_001})) == ["message"]


def test_someone_has_to_be_reachable() -> None:
    sentence = "an email or a phone is needed, so that someone can answer"
    assert problems({}) == {"body": sentence}
    assert problems({"email": " ", "phone": "\x00"}) == {"body": sentence}
    assert problems({"phone": "ask for Ada"}) == {"phone": "is not a phone number"}
    assert "Excel" in problems({"phone": "4.91512E+11"})["phone"]


@pytest.mark.parametrize(
    ("facts", "kept"),
    [
        ({"email": "ina@gmail"}, ("Email", "ina@gmail", "is not an email address")),
        ({"submitted_at": "2026-11-20"}, ("Submitted at", "2026-11-20", None)),
        ({"submitted_at": "soon"}, ("Submitted at", "soon", None)),
        ({"company": "x" * 1_001}, ("Company", "x" * 1_001, None)),
        ({"message": "x" * 20_001}, ("Message", "x" * 20_001, None)),
        ({"email": "Ada <ada@example.com>"}, ("Email", "Ada <ada@example.com>", None)),
        ({"last_name": ["Lovelace"]}, ("Last name", '["Lovelace"]', None)),
    ],
)
def test_what_does_not_fit_costs_nothing_but_its_field(
    facts: dict[str, Any], kept: tuple[str, str, str | None]
) -> None:
    payload = read({"phone": "+49 30 23125001", "first_name": "Ada"} | facts)
    assert (payload.first_name, payload.phone) == ("Ada", "+49 30 23125001")
    assert [
        (each["question"], each["answer"], each.get("problem")) for each in payload.unplaced
    ] == [kept]


def test_a_long_message_is_cut_and_an_address_among_others_is_taken() -> None:
    assert read(EMAIL | {"message": "x" * 20_001}).message == "x" * 20_000
    assert read({"email": "Ada <ada@example.com>, b@example.com"}).email == "ada@example.com"


@pytest.mark.parametrize("word", ["NULL", "null", "N/A", "#N/A", "-", "", "  "])
def test_words_for_nothing_are_nothing(word: str) -> None:
    payload = read(EMAIL | {"phone": word, "company": word, "submitted_at": word})
    assert (payload.phone, payload.company, payload.submitted_at) == (None, None, None)
    assert payload.unplaced == []
    assert read(EMAIL | {"last_name": "Null"}).last_name == "Null"


@pytest.mark.parametrize(
    ("typed", "kept", "key"),
    [
        ("ada@example.com", "ada@example.com", "ada@example.com"),
        (" Ada.L@EXAMPLE.com ", "Ada.L@example.com", "ada.l@example.com"),
        ("ada@b\u00fccher.example.com", "ada@b\u00fccher.example.com",
         "ada@b\u00fccher.example.com"),
    ],
)  # fmt: skip
def test_an_address_is_normalized(typed: str, kept: str, key: str) -> None:
    payload = read({"email": typed})
    assert (payload.email, payload.email_key) == (kept, key)


@pytest.mark.parametrize(
    "typed",
    ["ada", "ada@", "@example.com", "a @example.com", "ada@example", "ada@example.com, b@c.example",
     "ada@example.com\nBcc: all@example.com", "<ada@example.com>", "ada@" + "x" * 300 + ".com"],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    assert strict_problems({"email": typed}) == {"email": "is not an email address"}
    if "ada@example.com" not in typed:
        assert problems({"email": typed}) == {"email": "is not an email address"}


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("+49 30 23125001", None, "+493023125001"),
        ("030 23125001", "DE", "+493023125001"),
        ("030 23125001", "de", "+493023125001"),
        ("+44 20 7946 0018", "DE", "+442079460018"),
        ("00 49 30 23125001", "DE", "+493023125001"),
        ("030 23125001", None, None),
        ("030 23125001", "Germany", "+493023125001"),
        ("030 23125001", "Alemania", "+493023125001"),
        ("030 23125001", "XX", None),
        ("0049 30 23125001", None, "+493023125001"),
        ("4930231250010", "DE", "+4930231250010"),
        ("+49 30 23125001 (mornings)", None, "+493023125001"),
        ("0171/3920004", "DE", "+491713920004"),
    ],
)
def test_a_phone_is_read_as_a_number_where_it_is_one(
    typed: str, country: str | None, number: str | None
) -> None:
    payload = read({"phone": typed, "country": country})
    assert (payload.phone, payload.phone_e164(None)) == (typed, number)


def test_a_number_is_read_with_the_leads_country_else_with_the_workspaces() -> None:
    assert read({"phone": "030 23125001"}).phone_e164("DE") == "+493023125001"
    assert read({"phone": "030 23125001", "country": "XX"}).phone_e164("DE") == "+493023125001"
    british = read({"phone": "020 7946 0018", "country": "United Kingdom"})
    assert (british.country, british.phone_e164("DE")) == ("GB", "+442079460018")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("1713920004.0", "1713920004"),
        (1713920004.0, "1713920004"),
        ("4,91713920005", "491713920005"),
        ("491,713,920,005", "491713920005"),
        ("030 23125001, 23125002", "030 23125001, 23125002"),
    ],
)
def test_a_number_of_a_spreadsheet_is_a_whole_one(sent: object, kept: str) -> None:
    assert read({"phone": sent}).phone == kept
    payload = read(named([("email", "ada@example.com"), ("phone", sent)]))
    assert (payload.phone, payload.unplaced) == (kept, [])


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("p:+493023125001", "+493023125001"),
        ("tel:+493023125001", "+493023125001"),
        ("030 23125001 / 0171 3920004 / 0171 3920005", "030 23125001"),
        ("call me after six, my number is +49 30 23125001 and I am there until ten in the evening",
         "+49 30 23125001"),
    ],
)  # fmt: skip
def test_a_number_is_found_in_what_was_typed(typed: str, kept: str) -> None:
    assert read({"phone": typed}).phone == kept


@pytest.mark.parametrize(
    "typed", ["n/a", "ask for Ada", "+49 1", "4.9E+11", "4,91512E+11", "9" * 900]
)
def test_what_is_no_number_is_none(typed: str) -> None:
    assert read(EMAIL | {"phone": typed}).phone is None
    assert list(problems({"phone": typed})) == ["phone"]


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("2026-06-01T09:00:00+02:00", datetime(2026, 6, 1, 7, tzinfo=UTC)),
        ("2026-06-01T09:00:00Z", datetime(2026, 6, 1, 9, tzinfo=UTC)),
        (1_780_304_400, datetime(2026, 6, 1, 9, tzinfo=UTC)),
        (None, None),
    ],
)
def test_a_time_is_kept_in_utc(sent: object, kept: datetime | None) -> None:
    assert read(EMAIL | {"submitted_at": sent}).submitted_at == kept


@pytest.mark.parametrize("sent", ["2026-06-01", "soon", "0001-01-01T00:00+14:00", [], {}])
def test_a_time_that_cannot_be_placed_is_left_out(sent: object) -> None:
    assert read(EMAIL | {"submitted_at": sent}).submitted_at is None
    assert list(strict_problems(EMAIL | {"submitted_at": sent})) == ["submitted_at"]


def test_the_landing_page_fills_in_what_was_left_out() -> None:
    url = "https://example.com/?utm_source=ads&utm_campaign=spring%20start&utm_term=&utm_source=b"
    payload = read(EMAIL | {"landing_url": url, "utm_campaign": "typed"})
    assert (payload.utm_source, payload.utm_campaign, payload.utm_term) == ("ads", "typed", None)


@pytest.mark.parametrize("url", ["https://[", "?utm_campaign=%00", "utm_campaign=x", "//"])
def test_a_landing_page_that_makes_no_sense_is_kept(url: str) -> None:
    payload = read(EMAIL | {"landing_url": url})
    assert (payload.landing_url, payload.utm_campaign) == (url, None)


def test_a_long_code_in_the_landing_page_is_cut() -> None:
    payload = read(EMAIL | {"landing_url": "https://e.com/?utm_term=" + "x" * 5_000})
    assert payload.utm_term == "x" * 1_000


def test_a_problem_never_repeats_what_was_sent() -> None:
    with pytest.raises(Unreadable) as error:
        read({"email": "secret", "company": ["secret"], "submitted_at": "secret"})
    assert set(error.value.problems) == {"email", "company", "submitted_at"}
    assert "secret" not in error.value.message


def test_nor_does_an_error_that_nobody_caught() -> None:
    with pytest.raises(ValidationError) as caught:
        LeadPayload.model_validate({"email": {"ada@example.com": 1}, "consent": {"granted": "Ada"}})
    assert "Ada" not in str(caught.value)
    assert "ada@" not in str(caught.value)


@settings(deadline=None, max_examples=100)
@given(hostile.facts)
def test_whatever_is_sent_is_an_inquiry_or_unreadable(facts: dict[str, Any]) -> None:
    found = outcome(facts)
    if isinstance(found, Unreadable):
        fields = {field.partition(".")[0] for field in found.problems}
        assert fields <= {*LeadPayload.model_fields, "body"}
        assert fields & {"email", "phone", "body"}
        assert found.message.startswith("This submission could not be read: ")
        return
    assert found.email or found.phone
    phone = found.phone_e164("DE")
    assert phone is None or phone[1:].isdecimal()
    texts = found.model_dump(mode="json", exclude_none=True, exclude={"answers"}).values()
    for text in [*texts, *(each["answer"] for each in found.answers)]:
        assert text == text.strip() != ""
        assert "\x00" not in text
        assert text.encode("utf-8")


def outcome(facts: dict[str, Any]) -> LeadPayload | Unreadable:
    try:
        return read(facts)
    except Unreadable as problem:
        return problem
