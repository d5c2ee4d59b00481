"""How digests look: with much, little and nothing to say; each held against its golden file."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from bot import clock
from bot.digests import (
    explaining,
    figure_messages,
    messages,
    money_messages,
    sending,
    snapshots,
    timetables,
    weekly,
)
from bot.digests.models import Audience, Week
from bot.digests.report import CampaignFigures, PastWeek, Report, TeamStats
from bot.metrics import Figures, LeadsPage
from bot.people.models import Workspace
from bot.shadowing.models import Quarter
from bot.slack import Message
from playground.limits import check_message
from tests.digests.office import MONDAY, NOW, Office
from tests.golden_files import Golden

DAY = timedelta(days=1)


def lead(
    day: int,
    campaign_id: int | None = None,
    *,
    claimed: int | None = None,
    answered: int | None = None,
    **columns: Any,
) -> dict[str, Any]:
    """A lead of that day of the week; claimed and answered so many minutes after."""
    received = MONDAY + day * DAY + timedelta(hours=9)
    return {
        "received_at": received,
        "campaign_id": campaign_id,
        "claimed_at": None if claimed is None else received + timedelta(minutes=claimed),
        "first_response_at": None if answered is None else received + timedelta(minutes=answered),
    } | columns


def busy(spring: int, webinar: int) -> list[dict[str, Any]]:
    """A week with something of everything, and a poorer one before it."""
    won: dict[str, Any] = {"status": "won", "rating": "great", "won_currency": "EUR"}
    lost: dict[str, Any] = {"status": "lost", "rating": "weak"}
    return [
        lead(0, spring, claimed=4, answered=6, won_minor=1_250_000, **won),
        lead(0, spring, claimed=7, answered=19, won_minor=480_050, **won),
        lead(1, spring, claimed=11, answered=30, rating="good"),
        lead(1, spring, claimed=12, answered=95, rating="good"),
        lead(2, spring, claimed=35),
        lead(2, webinar, claimed=190, answered=260, disposition="no_budget", **lost),
        lead(3, webinar, claimed=1500, answered=1600, **lost),
        lead(3, webinar, claimed=22, answered=41, rating="junk"),
        lead(4, webinar),
        lead(5, claimed=65, answered=66, rating="great"),
        lead(
            6,
            status="qualified",
            expected_minor=1_800_000,
            expected_currency="EUR",
            expected_on=date(2026, 12, 15),
        ),
        lead(-3, spring, claimed=20, answered=45, rating="good"),
        lead(-4, webinar, claimed=50, answered=80, **won | {"won_minor": 90_000}),
        *[lead(-5, webinar)] * 4,
    ]


def last_week(office: Office, rows: Callable[[int, int], list[dict[str, Any]]]) -> Report:
    """Last week's report, with 300 EUR spent on each campaign."""
    with office.store.transaction() as session:
        spring, webinar = office.campaigns(session, "Spring sale Germany", "Webinar <!channel>")
        office.leads(session, rows(spring, webinar))
        for campaign_id in (spring, webinar):
            office.spend(session, campaign_id, 30_000)
        timetables.install(session, session.get_one(Workspace, office.workspace.id))
        sending.send(session, office.workspace.id, Audience.CHANNEL, NOW)
        found = sending.delivered(session, 1)
    assert found is not None
    return found[0]


def running(office: Office, rows: list[dict[str, Any]], now: datetime) -> Report:
    clock.use(lambda: now)
    with office.store.transaction() as session:
        office.leads(session, rows)
        return weekly.running(session, office.seller).report


def blocks(message: Message, kind: str) -> list[dict[str, Any]]:
    return [block for block in message.blocks if block["type"] == kind]


def drawn(message: Message) -> dict[str, Any]:
    assert check_message(message.blocks) == []
    assert check_message(message.without_charts) == []
    assert len(blocks(message, "table")) <= 1  # as many as Slack takes in a message
    return {"text": message.text, "blocks": message.blocks}


def all_of(report: Report) -> dict[str, Any]:
    """The managers' digest, and what opens from it."""
    parts = {
        "headline": messages.digest(report, shows_money=True),
        "details": messages.details(report, shows_money=True),
        "money": money_messages.money(report),
    }
    return {name: drawn(message) for name, message in parts.items()}


def test_a_busy_week(office: Office, golden: Golden) -> None:
    with office.store.transaction() as session:
        office.margin(session, 40)
    golden("busy_week", all_of(last_week(office, busy)))


def test_a_busy_week_in_the_channel(office: Office, golden: Golden) -> None:
    message = messages.digest(last_week(office, busy), shows_money=False)
    golden("busy_week_in_the_channel", drawn(message))
    assert "EUR" not in str(message.blocks)


def test_the_table_says_what_the_chart_says(office: Office) -> None:
    message = messages.details(last_week(office, busy), shows_money=False)
    [chart], [table] = blocks(message, "data_visualization"), blocks(message, "table")
    leads, claimed = (
        [str(point["value"]) for point in series["data"]] for series in chart["chart"]["series"]
    )
    rows = [[cell["text"] for cell in row] for row in table["rows"][1:]]
    assert [row[1] for row in rows] == leads
    assert [row[2] for row in rows] == claimed


def test_a_week_of_one_lead(office: Office, golden: Golden) -> None:
    report = last_week(office, lambda spring, _: [lead(1, spring), *[lead(-1)] * 3])
    golden("one_lead", all_of(report))


def test_a_week_in_which_nothing_is_missing(office: Office, golden: Golden) -> None:
    def rows(spring: int, webinar: int) -> list[dict[str, Any]]:
        return [
            lead(0, spring, claimed=3, answered=4, rating="great", status="won", won_minor=100_000,
                 won_currency="EUR"),
            lead(2, webinar, claimed=9, answered=12, rating="junk", rating_reason="A test",
                 status="lost", disposition="spam_or_test"),
        ]  # fmt: skip

    golden("nothing_missing", all_of(last_week(office, rows)))


def test_a_week_without_leads(office: Office, golden: Golden) -> None:
    report = last_week(office, lambda spring, _: [lead(-1, spring)] * 36)
    message = messages.digest(report, shows_money=True)
    golden("no_leads", drawn(message))


def test_the_first_week_of_all(office: Office, golden: Golden) -> None:
    report = last_week(office, lambda *_: [])
    golden("nothing_at_all", drawn(messages.digest(report, shows_money=True)))


def test_the_running_week(office: Office, golden: Golden) -> None:
    last_week(office, busy)
    rows = [lead(7, claimed=5), lead(7), lead(8, claimed=8, answered=9, rating="good")]
    report = running(office, rows, NOW + 2 * DAY)
    golden("running_week", drawn(messages.digest(report, shows_money=False)))


def test_the_running_week_before_its_first_lead(office: Office, golden: Golden) -> None:
    last_week(office, busy)
    report = running(office, [], NOW)
    golden("running_no_leads", drawn(messages.digest(report, shows_money=False)))


def test_beside_the_leads_stands_how_the_departments_work_together(office: Office) -> None:
    quarter = Quarter(date(2026, 10, 1), 3, 5, 2, 1, 0)
    report = replace(
        last_week(office, busy),
        team=TeamStats(prompts=25, answered=20, overdue=4, quarter=quarter),
    )
    message = messages.digest(report, shows_money=False, page="https://hand.example/r")
    details = messages.details(report, shows_money=False)
    drawn(message)
    drawn(details)
    words = str([*message.blocks, *details.blocks])
    assert "Standups: 20 of 25 questions answered." in words
    assert "Stay in my shoes: 3 pairs met this quarter" in words
    assert "answer 4 overdue requests from sales" in words
    assert "https://hand.example/r?from=2026-11-16&to=2026-11-22" in words
    kept = json.loads(json.dumps(report.snapshot()))
    assert kept["version"] == snapshots.VERSION
    row = {"week": report.week, "as_of": report.as_of, "is_running": report.is_running}
    assert snapshots.read(Report, kept, **row) == report


def test_a_week_that_is_read_again(office: Office, golden: Golden) -> None:
    report = last_week(office, lambda spring, _: [lead(1, spring, claimed=3, rating="great")])
    since = ["2 leads were rated", "spend corrected by +120 EUR"]
    golden("read_again", drawn(messages.digest(report, shows_money=True, corrections=since)))


def test_how_each_figure_is_computed(golden: Golden) -> None:
    golden("formulas", drawn(figure_messages.all_figures()))


def test_why_a_figure_is_what_it_is(office: Office, golden: Golden) -> None:
    last_week(office, busy)
    with office.store.transaction() as session:
        for name in ("response_sla", "romi", "unrated"):
            explained = explaining.explain(session, office.manager, name)
            golden(f"why_{name}", drawn(figure_messages.why(explained)))
        hidden = explaining.explain(session, office.seller, "romi")
    assert "EUR" not in str(figure_messages.why(hidden).blocks)


def test_which_figure_is_meant(golden: Golden) -> None:
    golden("several", drawn(figure_messages.several("sla", explaining.find_metrics("on time"))))
    for words in ("c", "r", "l"):
        drawn(figure_messages.several(words, explaining.find_metrics(words)))


def test_the_leads_behind_a_figure(office: Office, golden: Golden) -> None:
    last_week(office, busy)
    week = Week.with_day(MONDAY.date() + DAY)
    with office.store.transaction() as session:
        page = explaining.leads_for_metric(session, office.seller, week, "unclaimed", None, 1)
    modal = figure_messages.leads_view("unclaimed", week, page, is_first=True)
    golden("behind", modal)
    nobody = LeadsPage([], 0, None)
    empty = figure_messages.leads_view("won", week, nobody, is_first=False)
    golden("behind_nobody", empty)


def many(count: int) -> Report:
    """A week of so many campaigns with the longest names, as hostile as they come."""
    name = "<!channel> *&<>_~`" * 5
    figures = Figures(
        {"received": 7, "claimed": 5, "rated": 5, "weak": 5, "open": 3, "lost": 4, "won": 1,
         "unclaimed": 2, "unanswered": 3, "unrated": 3, "unattributed": 2, "uncosted": 3,
         "undisposed": 2, "spend": {"EUR": 10**14, "JPY": 10**14, "USD": 10**14},
         "revenue": {"EUR": 10**14, "JPY": 10**14, "USD": 10**14},
         "cpl": {"EUR": 10**14, "JPY": 10**14, "USD": 10**14}}
    )  # fmt: skip
    campaigns = [
        CampaignFigures(number, f"{number} {name}"[:80], figures, name[:80])
        for number in range(1, count)
    ]
    return Report(
        week=Week(MONDAY.date() + DAY), zone="America/Argentina/ComodRivadavia", as_of=NOW,
        total=figures, campaigns=(*campaigns, CampaignFigures(None, None, figures)),
        weeks=tuple(
            PastWeek((MONDAY + DAY - number * 7 * DAY).date(), figures, same_age=True)
            for number in range(1, 5)
        ),
        sources=tuple((f"{number}{name}", figures) for number in range(300)),
        dispositions=tuple((name, 9) for _ in range(10)),
        reasons=tuple((name * 2, 9) for _ in range(10)),
    )  # fmt: skip


def test_a_thousand_campaigns_fit_into_three_messages() -> None:
    parts = all_of(many(1_000))
    for part in parts.values():
        assert len(part["blocks"]) <= 50
        assert "<!channel>" not in str([b for b in part["blocks"] if b["type"] == "section"])
    assert "989 more brought 6,923 leads" in str(parts["details"])
    assert "989 more have spend" in str(parts["money"])


def test_many_campaigns_are_cut_to_the_most_important(office: Office) -> None:
    names = [f"A campaign with a long name, number {number}" for number in range(1, 15)]
    with office.store.transaction() as session:
        ids = office.campaigns(session, *names)
        office.leads(session, [lead(1)])
        for number, campaign_id in enumerate(ids):
            office.leads(session, [lead(1, campaign_id)] * (20 - number))
        report = weekly.last(session, office.seller).report
    message = messages.details(report, shows_money=False)
    drawn(message)
    rows = blocks(message, "table")[0]["rows"]
    assert [row[0]["text"] for row in rows] == ["Campaign", *names[:10], "No campaign"]
    heading = "*By campaign*\nThe 10 with the most leads; 4 more brought 34 leads."
    assert heading in [block.get("text", {}).get("text") for block in blocks(message, "section")]
    chart = blocks(message, "data_visualization")[0]["chart"]
    assert chart["axis_config"]["categories"][:3] == [
        "A campaign with a l…", "A campaign with… (2)", "A campaign with… (3)",
    ]  # fmt: skip
    assert [point["value"] for point in chart["series"][0]["data"]] == [*range(20, 10, -1), 1]


def test_a_campaign_without_a_visible_name_still_has_a_row(office: Office) -> None:
    with office.store.transaction() as session:
        [campaign_id] = office.campaigns(session, "\u202e \n\u200f ")
        office.leads(session, [lead(1, campaign_id), lead(1)])
        report = weekly.last(session, office.seller).report
    message = messages.details(report, shows_money=False)
    drawn(message)
    assert blocks(message, "table")[0]["rows"][1][0]["text"] == "Unnamed"


@pytest.mark.parametrize(
    ("monday", "named", "covered"),
    [
        (date(2026, 11, 16), "Week 47", "16–22 Nov 2026"),
        (date(2026, 11, 30), "Week 49", "30 Nov – 6 Dec 2026"),
        (date(2026, 12, 28), "Week 53", "28 Dec 2026 – 3 Jan 2027"),
    ],
)
def test_a_week_is_named_by_its_number_and_days(
    office: Office, monday: date, named: str, covered: str
) -> None:
    report = replace(running(office, [], NOW), week=Week(monday), is_running=False)
    message = messages.digest(report, shows_money=False)
    assert message.text == f"{named} · no leads"
    assert f"{covered}, as of" in str(message.blocks)


WON: dict[str, Any] = {"status": "won", "won_minor": 1_730_000, "won_currency": "EUR"}


@pytest.mark.parametrize(
    ("rows", "headline"),
    [
        ([lead(0)], "1 lead"),
        ([lead(0), lead(0, claimed=5)], "2 leads"),
        ([lead(0), lead(0), lead(-1), lead(-1)], "2 leads (no change)"),
        ([lead(0, **WON), lead(-1), lead(-1)], "1 lead (−1) · 1 won · 17,300 EUR"),
        ([lead(0, **WON), lead(0), lead(-1)], "2 leads (+1) · 1 won · 17,300 EUR"),
        ([lead(-1)], "no leads (−1)"),
    ],
)
def test_the_headline_is_a_line(office: Office, rows: list[dict[str, Any]], headline: str) -> None:
    report = last_week(office, lambda *_: rows)
    assert messages.digest(report, shows_money=True).text == f"Week 47 · {headline}"
    without = headline.removesuffix(" · 17,300 EUR")
    assert messages.digest(report, shows_money=False).text == f"Week 47 · {without}"


def test_a_week_without_leads_says_one_sentence(office: Office) -> None:
    message = messages.digest(last_week(office, lambda *_: []), shows_money=True)
    [sentence] = [each["text"]["text"] for each in blocks(message, "section")]
    assert sentence.count(".") == 1
    assert [each["type"] for each in message.blocks] == ["header", "section", "context"]


def test_what_is_a_step_is_nothing_to_fix(office: Office) -> None:
    report = last_week(office, busy)
    steps = str(messages.digest(report, shows_money=True).blocks)
    details = str(messages.details(report, shows_money=True).blocks)
    for metric in ("unclaimed", "unanswered", "unrated", "unattributed", "undisposed"):
        action = f"'digest.leads.{metric}'"
        assert (action in steps) is not (action in details), metric


def test_a_digest_and_its_list_agree_or_say_why_not(office: Office) -> None:
    last_week(office, lambda *_: [lead(0), lead(1), lead(2, claimed=3)])
    week = Week.with_day(MONDAY.date() + DAY)

    def listed() -> str:
        with office.store.transaction() as session:
            kept = explaining.kept_count(session, office.seller, week, "unclaimed")
            found = explaining.leads_for_metric(session, office.seller, week, "unclaimed", None, 9)
            explained = explaining.explain(session, office.seller, "unclaimed")
        drawn_list = figure_messages.leads_view("unclaimed", week, found, is_first=True, kept=kept)
        return f"{drawn_list.to_dict()} {figure_messages.why(explained).blocks}"

    assert "digest" not in listed().replace("digest.leads", "").replace("/digest", "")
    with office.store.transaction() as session:
        session.execute(text("UPDATE lead SET first_claimed_at = received_at WHERE id = 1"))
    words = listed()
    assert "The digest counted 2 when it was written; the list is as of now." in words
    assert "*Last week:* 1 (the digest said 2: it keeps what was known then)" in words
