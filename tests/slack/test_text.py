"""Text that others wrote: nothing in it may mention, link, format or reorder anything."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.formats import duration, plural, share
from bot.slack.text import clean, safe

HOSTILE = st.text(
    st.sampled_from("<>&*_~`!@#ab \n\r\x00\u202e\u2066\u200f🙂") | st.characters(codec=None),
    max_size=400,
)


@given(HOSTILE, st.integers(1, 200))
def test_safe_text_has_no_markup_and_fits(text: str, limit: int) -> None:
    shown = safe(text, limit)
    assert len(shown) <= limit
    assert not re.search("[<>]", shown)
    assert not re.search(r"&(?!amp;|lt;|gt;)", shown)
    assert not re.search("[\x00\u202a-\u202e\u2066-\u2069]", shown)


@given(HOSTILE, st.integers(1, 200))
def test_clean_text_fits_and_says_when_it_was_cut(text: str, limit: int) -> None:
    shown = clean(text, limit)
    assert len(shown) <= limit
    assert not re.search("[\x00\r\u202e]", shown)
    whole = clean(text, 10_000)
    assert shown == whole or shown.endswith("…")


def test_a_mention_in_a_message_is_disarmed() -> None:
    assert safe("<!channel> & <@U1>") == "&lt;!channel&gt; &amp; &lt;@U1&gt;"
    assert safe("*bold* `code`") == "*\u200bbold* `\u200bcode`\u200b"
    assert safe("> quoted") == "\u200b&gt; quoted"
    assert safe("ada_lovelace@example.com") == "ada_lovelace@example.com"
    assert safe("&&&", 3) == "…"


def test_lengths_of_time_in_words() -> None:
    assert [duration(s) for s in (None, 0, 59.4, 59.6, 3570, 3600, 90_000)] == [
        "n/a", "0 s", "59 s", "1 min", "1 h", "1 h", "1 d 1 h",
    ]  # fmt: skip


def test_a_duration_is_rounded_once_and_halves_go_up() -> None:
    seconds = (0.5, 2.5, 90, 150, 7350, 24 * 3600 + 1799, 24 * 3600 + 1800)
    assert [duration(each) for each in seconds] == [
        "1 s", "3 s", "2 min", "3 min", "2 h 03 min", "1 d", "1 d 1 h",
    ]  # fmt: skip


def test_counts_in_words() -> None:
    assert plural(1, "lead") == "1 lead"
    assert plural(1200, "person", "people") == "1,200 people"


def test_a_share_is_no_more_precise_than_its_leads_are_many() -> None:
    shares = [share(0, 0), share(3, 4), share(9, 9), share(9, 11), share(10, 10), share(599, 999),
              share(429, 1000), share(1000, 1000), share(1, 2500)]  # fmt: skip
    assert shares == ["n/a", "3 of 4", "9 of 9", "82%", "100%", "60%", "42.9%", "100%", "0%"]
