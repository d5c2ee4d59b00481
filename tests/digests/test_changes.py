"""What changed, against which weeks, and what of it is said."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.digests.comparison import IN_HEADLINE, IN_TABLE, NONE, Change, Verdict, changes
from bot.digests.corrections import corrections
from bot.digests.models import Week
from bot.digests.report import PastWeek, Report
from bot.metrics import Figures
from tests.digests.office import NOW

WEEK = Week(date(2026, 11, 16))


def report(now: dict[str, Any], *before: dict[str, Any], **facts: Any) -> Report:
    same_age = facts.pop("same_age", True)
    weeks = tuple(
        PastWeek(WEEK.ago(number).monday, Figures(values), same_age)
        for number, values in enumerate(before, 1)
    )
    known: dict[str, Any] = {
        "week": WEEK, "zone": "UTC", "as_of": NOW, "total": Figures(now), "weeks": weeks,
        "campaigns": (), "sources": (), "dispositions": (), "reasons": (),
    }  # fmt: skip
    return Report(**known | facts)


def change(found: Report, label: str) -> Change:
    [one] = [each for each in changes(found) if each.figure.label == label]
    return one


def test_a_count_is_held_against_the_mean_of_the_weeks_before() -> None:
    one = change(
        report({"received": 60}, {"received": 21}, {"received": 20}, {"received": 18}),
        "Leads",
    )
    assert (one.now, one.before, one.usual, one.verdict) == ("60", "21", "19.7", Verdict.UP)


def test_a_share_is_that_of_all_weeks_together() -> None:
    one = change(
        report(
            {"received": 50, "claimed": 15}, {"received": 9, "claimed": 8},
            {"received": 91, "claimed": 73},
        ),
        "Claimed",
    )  # fmt: skip
    read = (one.now, one.before, one.usual, one.verdict)
    assert read == ("30%", "8 of 9", "81%", Verdict.DOWN)


def test_the_quality_is_that_of_all_ratings_together() -> None:
    now, last = {"rated": 40, "junk": 30, "great": 10}, {"rated": 1, "great": 1}
    before = {"rated": 60, "good": 50, "great": 10}
    one = change(report(now, last, before), "Quality (max. 3)")
    read = (one.now, one.before, one.usual, one.verdict)
    assert read == ("0.8", "3.0", "2.2", Verdict.DOWN)


def test_the_usual_reply_is_the_median_week() -> None:
    waits = ({"response_median": each} for each in (600, 60, 240, 6_000))
    one = change(report(*waits), "First reply")
    read = (one.now, one.before, one.usual, one.verdict)
    assert read == ("10 min", "1 min", "4 min", Verdict.UNKNOWN)


def test_what_ripens_is_not_compared_with_a_week_that_had_more_time() -> None:
    now, before = (
        {"received": 100, "claimed": 10, "won": 1},
        {"received": 100, "claimed": 90, "won": 9},
    )
    for label in ("Claimed", "Won"):
        assert change(report(now, before, same_age=False), label).verdict is Verdict.UNKNOWN
    assert change(report(now, before), "Claimed").verdict is Verdict.DOWN


def test_weeks_long_ago_are_ripe_whenever_they_were_summed_up() -> None:
    now, before = {"received": 100, "claimed": 10}, {"received": 100, "claimed": 90}
    later = report(now, before, same_age=False, as_of=NOW + timedelta(days=40))
    assert change(later, "Claimed").verdict is Verdict.DOWN


def test_weeks_are_ripe_when_the_day_has_come_where_the_workspace_is() -> None:
    now, before = {"received": 100, "claimed": 10}, {"received": 100, "claimed": 90}
    midnight = datetime(2026, 12, 21, 18, tzinfo=UTC)  # 22 December, an hour old in Dhaka
    for zone, verdict in (("UTC", Verdict.UNKNOWN), ("Asia/Dhaka", Verdict.DOWN)):
        found = report(now, before, same_age=False, zone=zone, as_of=midnight)
        assert change(found, "Claimed").verdict is verdict


def test_a_running_week_is_compared_with_nothing() -> None:
    found = changes(report({"received": 1}, {"received": 100}, is_running=True))
    assert {each.verdict for each in found} == {Verdict.UNKNOWN}
    assert {(each.before, each.usual) for each in found} == {(NONE, NONE)}


@pytest.mark.parametrize("what", [*IN_HEADLINE, *IN_TABLE], ids=lambda each: each.label)
def test_without_leads_nothing_is_said(what: Any) -> None:
    for found in (report({}), report({}, {}), report({}, {}, {})):
        assert change(found, what.label).verdict is Verdict.UNKNOWN


def test_what_was_taken_back_since_the_digest_is_named() -> None:
    then = report({"won": 2, "lost": 3, "qualified": 4, "won_amount": {"EUR": 1_350_000}})
    now = report({"won": 1, "lost": 1, "qualified": 3, "won_amount": {"EUR": 100_000}})
    assert corrections(then, now, with_money=True) == [
        "1 lead is no longer qualified", "1 lead is no longer won", "2 leads are no longer lost",
        "won amount changed by −12,500 EUR",
    ]  # fmt: skip
