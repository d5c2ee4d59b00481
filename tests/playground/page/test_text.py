"""Text as HTML: what Slack's markup means, and that nothing written is ever read as HTML."""

from html.parser import HTMLParser
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.page.mrkdwn import mrkdwn_html, plain_html
from playground.page.reader import Reader, ago, day_and_time, day_heading, ordinal
from playground.page.richtext import plain_of, rich_text_html, rich_text_of

NOON = 1_790_000_000.0  # Monday, September 21, 2026, 13:33:20 in UTC
PEOPLE = {"U1": "Ann", "U2": "Bo <b>"}
READER = Reader(
    "U1", ZoneInfo("Europe/Berlin"), lambda: NOON, PEOPLE.get, {"C1": "leads"}.get
)  # fmt: skip
OURS = {"a", "b", "i", "s", "code", "pre", "blockquote", "br", "div", "span", "time"}


class Tags(HTMLParser):
    """The tags and attributes of some HTML, and its text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("*bold* _it_ ~gone~", "<b>bold</b> <i>it</i> <s>gone</s>"),
        ("*_both_*", "<b><i>both</i></b>"),
        ("snake_case_name 2*3*4", "snake_case_name 2*3*4"),
        ("`*not bold*`", "<code>*not bold*</code>"),
        ("a\n```\nx *y*\n```\nb", "a<br><pre>x *y*</pre>b"),
        ("> one\n&gt; two\nthree", "<blockquote>one<br>two</blockquote>three"),
        (">>> one\ntwo", "<blockquote>one<br>two</blockquote>"),
        ("• one", '<div class="mk-bullet">• one</div>'),
        ("a &lt;b&gt; &amp;amp; c", "a &lt;b&gt; &amp;amp; c"),
        ("<b>no</b>", "&lt;b&gt;no&lt;/b&gt;"),
        (":nope: 10:30:00", ":nope: 10:30:00"),
    ],
)
def test_mrkdwn(text: str, html: str) -> None:
    assert mrkdwn_html(text, READER) == html


def test_mentions_links_and_emoji() -> None:
    shown = Tags(mrkdwn_html("<@U2> <#C1> <!here> <https://a.b/?x=1&amp;y|*go*> :tada:", READER))
    assert shown.text == "@Bo <b> #leads @here go 🎉"
    assert ("href", "https://a.b/?x=1&y") in shown.attributes
    assert ("data-go", "C1") in shown.attributes
    assert ("rel", "noopener noreferrer") in shown.attributes


def test_bare_addresses_become_links_and_odd_schemes_do_not() -> None:
    shown = Tags(mrkdwn_html("see https://a.b/c. <javascript:alert(1)|x> <data:x|y>", READER))
    assert [v for k, v in shown.attributes if k == "href"] == ["https://a.b/c"]
    assert shown.text == "see https://a.b/c. <javascript:alert(1)|x> <data:x|y>"


def test_dates_stand_in_the_readers_zone() -> None:
    text = "<!date^1790000000^{date_short_pretty} at {time}|later> <!date^x^{date}|odd>"
    shown = Tags(mrkdwn_html(text, READER)).text
    assert shown == "today at 4:13 PM odd"
    assert Tags(mrkdwn_html("<!date^9999999999999999^{date}|never>", READER)).text == "never"


def test_words_for_time() -> None:
    assert day_heading(READER.today(), READER.today()) == "Today"
    assert day_and_time(READER, NOON - 86_400) == "yesterday at 4:13 PM"
    assert ago(READER, NOON - 7300) == "2 hours ago"
    assert [ordinal(n) for n in (1, 2, 3, 4, 11, 12, 21, 31)] == [
        "1st", "2nd", "3rd", "4th", "11th", "12th", "21st", "31st",
    ]  # fmt: skip


@given(st.text() | st.text("<>&*_~`|@#!^\ue000\ue001\ue0020\n:/ahtps\"'", max_size=60))
def test_no_text_becomes_markup_of_its_own(text: str) -> None:
    for html in (mrkdwn_html(text, READER), plain_html(text)):
        shown = Tags(html)
        assert set(shown.tags) <= OURS
        assert not [name for name, _ in shown.attributes if name.startswith("on")]
        for name, value in shown.attributes:
            if name == "href":
                assert value == "#" or str(value).lower().startswith(
                    ("http://", "https://", "mailto:", "tel:")
                )


def test_rich_text() -> None:
    elements: list[dict[str, Any]] = [
        {"type": "text", "text": "<i>hi</i> ", "style": {"bold": True}},
        {"type": "user", "user_id": "U1"},
        {"type": "link", "url": "javascript:alert(1)", "text": "x"},
        {"type": "emoji", "name": "wave"},
        {"type": "date", "timestamp": 1790000000, "format": "{time}", "fallback": "f"},
        {"type": "broadcast", "range": "here"},
    ]
    html = rich_text_html(
        {"elements": [{"type": "rich_text_section", "elements": elements}]}, READER
    )
    assert Tags(html).text == "<i>hi</i> @Annx👋4:13 PM@here"
    assert "<b>&lt;i&gt;hi&lt;/i&gt; </b>" in html
    assert "javascript" not in html


def test_rich_text_lists_nest_and_count_on() -> None:
    item = {"type": "rich_text_section", "elements": [{"type": "text", "text": "x"}]}
    block = {
        "elements": [
            {"type": "rich_text_list", "style": "ordered", "indent": 1, "offset": 2,
             "elements": [item]},
        ]
    }  # fmt: skip
    html = rich_text_html(block, READER)
    assert html.startswith('<ol class="rt-list" start="3"')
    assert "margin-left:24px" in html


@given(st.lists(st.text("ab .", min_size=1, max_size=8).map(str.strip), max_size=5))
def test_typed_rich_text_reads_as_typed(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert plain_of(rich_text_of(text)) == text


def test_typed_lists_become_lists() -> None:
    typed = "Hello\n- one\n- two\n1. first\nbye"
    block = rich_text_of(typed)
    assert [part["type"] for part in block["elements"]] == [
        "rich_text_section", "rich_text_list", "rich_text_list", "rich_text_section",
    ]  # fmt: skip
    assert plain_of(block) == typed
