"""The canonical lead: its rules, and that nothing a sender sends makes it do something else."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from pydantic import ValidationError

from bot.leads.inquiry import EXAMPLE, Inquiry, Unreadable, read
from tests.leads import hostile

EMAIL = {"email": "ada@example.com"}


def problems(facts: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(Unreadable) as error:
        read(facts)
    return error.value.problems


def test_the_example_is_read() -> None:
    inquiry = read(dict(EXAMPLE))
    assert inquiry.model_dump(exclude_none=True) == EXAMPLE
    assert inquiry.phone_e164 == "+4930901820"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [(" Ada\n", "Ada"), ("A\x00da", "Ada"), ("\ud83d", "?"), ("", None), (" \t\r\n", None),
     ("\x00", None), (7, "7"), (1.5, "1.5"), ("\u202eada", "\u202eada"), ("=cmd()", "=cmd()")],
)  # fmt: skip
def test_text_is_kept_as_it_can_be_stored(sent: object, kept: str | None) -> None:
    assert read(EMAIL | {"first_name": sent}).first_name == kept


def test_the_length_is_counted_after_trimming() -> None:
    assert read(EMAIL | {"company": " " * 5_000 + "x" * 1_000}).company == "x" * 1_000
    assert list(problems(EMAIL | {"company": "x" * 1_001})) == ["company"]
    assert read(EMAIL | {"message": "x" * 20_000}).message == "x" * 20_000
    assert list(problems(EMAIL | {"message": "x" * 20_001})) == ["message"]


def test_someone_has_to_be_reachable() -> None:
    sentence = "an email or a phone is needed, so that someone can answer"
    assert problems({}) == {"body": sentence}
    assert problems({"email": " ", "phone": "\x00"}) == {"body": sentence}
    assert read({"phone": "ask for Ada"}).phone == "ask for Ada"


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
    inquiry = read({"email": typed})
    assert (inquiry.email, inquiry.email_key) == (kept, key)


@pytest.mark.parametrize(
    "typed",
    ["ada", "ada@", "@example.com", "a b@example.com", "ada@example", "ada@example.com, b@c.de",
     "ada@example.com\nBcc: all@example.com", "<ada@example.com>", "ada@" + "x" * 300 + ".com"],
)  # fmt: skip
def test_what_is_no_address_is_refused(typed: str) -> None:
    assert problems({"email": typed}) == {"email": "is not an e-mail address"}


@pytest.mark.parametrize(
    ("typed", "country", "number"),
    [
        ("+49 30 901820", None, "+4930901820"),
        ("030 901820", "DE", "+4930901820"),
        ("030 901820", "de", "+4930901820"),
        ("+44 20 7946 0018", "DE", "+442079460018"),
        ("00 49 30 901820", "DE", "+4930901820"),
        ("030 901820", None, None),
        ("030 901820", "Germany", None),
        ("030 901820", "XX", None),
        ("ask for Ada", "DE", None),
        ("+49 1", None, None),
        ("9" * 900, "DE", None),
    ],
)
def test_a_phone_is_read_as_a_number_where_it_is_one(
    typed: str, country: str | None, number: str | None
) -> None:
    inquiry = read({"phone": typed, "country": country})
    assert (inquiry.phone, inquiry.phone_e164) == (typed, number)


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


@pytest.mark.parametrize("sent", ["2026-06-01T09:00", "soon", "0001-01-01T00:00+14:00", [], {}])
def test_a_time_that_cannot_be_placed_is_refused(sent: object) -> None:
    assert list(problems(EMAIL | {"submitted_at": sent})) == ["submitted_at"]


def test_the_landing_page_fills_in_what_was_left_out() -> None:
    url = "https://example.com/?utm_source=ads&utm_campaign=spring%20start&utm_term=&utm_source=b"
    inquiry = read(EMAIL | {"landing_url": url, "utm_campaign": "typed"})
    assert (inquiry.utm_source, inquiry.utm_campaign, inquiry.utm_term) == ("ads", "typed", None)


@pytest.mark.parametrize("url", ["https://[", "?utm_campaign=%00", "utm_campaign=x", "//"])
def test_a_landing_page_that_makes_no_sense_is_kept(url: str) -> None:
    inquiry = read(EMAIL | {"landing_url": url})
    assert (inquiry.landing_url, inquiry.utm_campaign) == (url, None)


def test_a_long_code_in_the_landing_page_is_cut() -> None:
    inquiry = read(EMAIL | {"landing_url": "https://e.com/?utm_term=" + "x" * 5_000})
    assert inquiry.utm_term == "x" * 1_000


def test_a_problem_never_repeats_what_was_sent() -> None:
    with pytest.raises(Unreadable) as error:
        read({"email": "secret", "company": ["secret"], "submitted_at": "secret"})
    assert set(error.value.problems) == {"email", "company", "submitted_at"}
    assert "secret" not in error.value.message


def test_nor_does_an_error_that_nobody_caught() -> None:
    with pytest.raises(ValidationError) as caught:
        Inquiry.model_validate({"email": {"ada@example.com": 1}, "consent": {"granted": "Ada"}})
    assert "Ada" not in str(caught.value)
    assert "ada@" not in str(caught.value)


@settings(deadline=None, max_examples=100)
@given(hostile.facts)
def test_whatever_is_sent_is_an_inquiry_or_unreadable(facts: dict[str, Any]) -> None:
    found = outcome(facts)
    if isinstance(found, Unreadable):
        fields = {field.partition(".")[0] for field in found.problems}
        assert fields <= {*Inquiry.model_fields, "body"}
        assert found.message.startswith("This submission could not be read: ")
        return
    assert found.email or found.phone
    assert found.phone_e164 is None or found.phone_e164[1:].isdecimal()
    for text in found.model_dump(mode="json", exclude_none=True).values():
        assert text == text.strip() != ""
        assert "\x00" not in text
        assert text.encode("utf-8")


def outcome(facts: dict[str, Any]) -> Inquiry | Unreadable:
    try:
        return read(facts)
    except Unreadable as problem:
        return problem
