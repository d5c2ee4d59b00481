"""Charts, tables, pictures and faces as HTML, and what stands in an input."""

from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playground.page.avatars import avatar_html, initials
from playground.page.charts import chart_html, number, scale_for, short_number
from playground.page.reader import Reader
from playground.page.static_blocks import image_html, static_html
from playground.page.values import current, initial
from playground.state import User

NAMES: dict[str, str] = {}
FILES = {"F1": "/files/F1/a.png"}
READER = Reader("U1", ZoneInfo("UTC"), lambda: 0.0, NAMES.get, NAMES.get, FILES.get)
Json = dict[str, Any]


def chart(kind: str, *rows: tuple[str, list[float]], title: str = "Leads") -> Json:
    labels = ["Mon", "Tue", "Wed"]
    series: list[Json] = []
    for name, values in rows:
        data = [{"label": c, "value": v} for c, v in zip(labels, values, strict=True)]
        series.append({"name": name, "data": data})
    body = {"type": kind, "series": series, "axis_config": {"categories": labels}}
    return {"type": "data_visualization", "title": title, "chart": body}


def test_bars_are_grouped_by_label_and_named() -> None:
    html = chart_html(chart("bar", ("In", [1, 2, 3]), ("Out", [3, -2, 1])))
    assert html.count("<rect") == 6
    assert "Tue · Out: -2" in html
    assert html.count("<li>") == 2


@pytest.mark.parametrize("kind", ["line", "area"])
def test_lines_have_a_point_for_each_value(kind: str) -> None:
    html = chart_html(chart(kind, ("In", [1, 2.5, 3])))
    assert html.count("<circle") == 3
    assert html.count("fillarea") == (kind == "area")


def test_a_pie_shows_shares_and_the_sum() -> None:
    segments = [{"label": "Hot", "value": 3}, {"label": "Junk", "value": 1}]
    block = {"title": "Ratings", "chart": {"type": "pie", "segments": segments}}
    html = chart_html(block)
    assert "Hot: 3 (75%)" in html
    assert ">4</text>" in html


def test_a_chart_that_cannot_be_drawn_says_so() -> None:
    for body in ({"type": "pie", "segments": [{"label": "x", "value": 0}]}, {"type": "radar"}, {}):
        assert "cannot be drawn" in chart_html({"title": "<b>", "chart": body})
    odd = chart("bar", ("In", [1, 2, 3]))
    odd["chart"]["series"][0]["data"][0]["value"] = "much"
    assert "cannot be drawn" in chart_html(odd)


def test_labels_are_escaped() -> None:
    html = chart_html(chart("line", ("<script>", [1, 2, 3]), title="<img>"))
    assert "<script>" not in html
    assert "<img>" not in html


@given(st.lists(st.floats(-1e9, 1e9).filter(lambda v: v == 0 or abs(v) > 1e-6), min_size=1))
def test_an_axis_holds_every_value_and_zero(values: list[float]) -> None:
    scale = scale_for(values)
    assert scale.low <= min([0, *values])
    assert scale.high >= max([0, *values]) - 1e-6
    assert 2 <= len(scale.ticks()) <= 12


def test_numbers_as_people_write_them() -> None:
    assert [number(v) for v in (1234, 3.5, 0.25)] == ["1,234", "3.5", "0.25"]
    assert [short_number(v) for v in (950, 1200, 3_000_000)] == ["950", "1.2k", "3M"]


def test_a_table_has_a_heading_and_aligns() -> None:
    rows = [[{"type": "raw_text", "text": t} for t in row] for row in (("Day", "n"), ("<b>", "3"))]
    html = static_html(
        {"type": "table", "rows": rows, "column_settings": [None, {"align": "right"}]}, READER
    )
    assert html is not None
    assert '<th class="a-right">n</th>' in html
    assert '<td class="a-left">&lt;b&gt;</td>' in html


def test_only_pictures_of_this_machine_are_loaded() -> None:
    far = image_html({"image_url": "https://example.com/a.png", "alt_text": "A <cat>"}, READER, "x")
    assert "<img" not in far
    assert "A &lt;cat&gt;" in far
    near = image_html({"image_url": "http://127.0.0.1:9/a.png", "alt_text": ""}, READER, "x")
    assert 'src="http://127.0.0.1:9/a.png"' in near
    ours = image_html({"slack_file": {"id": "F1"}, "alt_text": ""}, READER, "x")
    assert 'src="/files/F1/a.png"' in ours


def test_faces() -> None:
    assert [initials(n) for n in ("Ann-Sophie Baker", "bo", "", "Ö. Ç.")] == ["AB", "B", "?", "ÖÇ"]
    assert "AB" in avatar_html(User("U1", "ann", "Ann Baker"))
    assert "<svg" in avatar_html(User("U2", "bot", "Bot", is_bot=True))


@pytest.mark.parametrize(
    ("element", "plain"),
    [
        ({"type": "plain_text_input", "initial_value": "x"}, "x"),
        ({"type": "static_select", "initial_option": {"value": "a"}}, "a"),
        ({"type": "checkboxes", "initial_options": [{"value": "a"}, {"value": "b"}]}, ["a", "b"]),
        ({"type": "datepicker", "initial_date": "2026-01-02"}, "2026-01-02"),
        ({"type": "multi_users_select", "initial_users": ["U1"]}, ["U1"]),
        ({"type": "datetimepicker", "initial_date_time": 5}, 5),
        ({"type": "button"}, None),
    ],
)
def test_what_an_input_starts_with(element: Json, plain: Any) -> None:
    assert initial(element) == plain


def test_what_was_chosen_goes_before_what_it_started_with() -> None:
    element = {"type": "static_select", "action_id": "v", "initial_option": {"value": "a"}}
    held = {"b": {"v": {"type": "static_select", "selected_option": {"value": "z"}}}}
    assert current(held, "b", element) == "z"
    held["b"]["v"]["selected_option"] = None  # type: ignore[assignment]
    assert current(held, "b", element) is None
    assert current({}, "b", element) == "a"
