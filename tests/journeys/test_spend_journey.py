"""Money: spend entered, corrected, imported from an ad platform, and warned about."""

import re

from sqlalchemy import func, select

from bot.spend.models import SpendEntry, stands
from tests.journeys.conftest import Office, drawn

FORM = {
    "name": "Summer trial",
    "kind": "search_ads",
    "audience": "Workshops",
    "offer": "Half price",
    "terms": "None",
    "talking_points": "Cheap",
    "budget": "1000",
    "utm_campaign": "summer-trial",
}
EXPORT = (
    b"Day,Campaign,Currency code,Cost\n"
    b"2026-06-01,Summer trial,EUR,300.00\n2026-06-02,Winter,EUR,50.00\n"
)


def spent(office: Office) -> int:
    with office.application.store.transaction() as session:
        total = func.coalesce(func.sum(SpendEntry.minor), 0)
        return int(session.scalars(select(total).where(stands())).one())


def announce(office: Office) -> None:
    office.announce(FORM)
    office.card("Half price")


def test_spend_is_entered_corrected_imported_and_warned_about(either_office: Office) -> None:
    office = either_office
    announce(office)
    mara = office.hand("mara")
    mara.command("/campaign", "spend summer", office.channel)
    modal = office.modal("mara", "Enter spend")
    refused = mara.submit(modal, {"line": "Google Ads", "amount": "900 USD"})
    assert "EUR and USD" in refused.errors["amount"]
    assert mara.submit(modal, {"line": "Google Ads", "amount": "900"}).ok
    warning = office.whisper("mara", "80% of its budget")
    assert "900 EUR of 1,000 EUR" in drawn(warning)

    mara.command("/campaign", 'spend list "Summer trial"', office.channel)
    mara.click(office.modal("mara", "Spend"), "spend.correct")
    assert mara.submit(office.modal("mara", "Correct spend"), {"amount": "700"}).ok
    office.slack.wait_until(lambda: "corrected by" in str(office.modal("mara", "Spend").blocks))
    assert spent(office) == 70_000

    mara.upload(office.slack.im(office.users["mara"]), "june.csv", EXPORT)
    card = office.whisper("mara", "Import spend from Google Ads?", "1 row refused")
    mara.click(card, "spend.start")
    office.whisper("mara", "june is imported", "1 new entry")
    office.whisper("mara", "“Summer trial” has spent its whole budget")
    assert spent(office) == 100_000
    back = office.slack.wait_until(
        lambda: next((m for m in office.slack.messages(office.slack.im(office.users["mara"]))
                      if m.files and "refused" in m.text), None), timeout=60,
    )  # fmt: skip
    lines = office.slack.workspace.files[back.files[0]].data.decode("utf-8-sig").splitlines()
    assert lines[1].startswith("2026-06-02,Winter,EUR,50.00,No campaign is called")


def test_a_report_is_asked_for_chosen_and_turned(office: Office) -> None:
    announce(office)
    mara = office.hand("mara")
    office.announce({**FORM, "name": "Summer fair", "utm_campaign": "summer-fair"})
    office.send_lead(utm_campaign="summer-trial")
    office.card("Ada")
    mara.command("/campaign", "spend “Summer\u00a0trial”", office.channel)
    fields = {"line": "Ads", "amount": "10"}
    assert mara.submit(office.modal("mara", "Enter spend"), fields).ok

    mara.command("/campaign", "report summer", office.channel)
    question = office.whisper("mara", "Several campaigns have “summer”")
    mara.choose(question, "report.first_touch", "1")
    found = office.whisper("mara", "Report: Summer trial", "Attributed by first touch", "10 EUR")
    mara.click(found, "report.last_touch")
    office.whisper("mara", "Report: Summer trial", "Attributed by last touch", "1 lead")
    office.hand("ben").command("/campaign", "report “Summer trial” last", office.channel)
    assert "EUR" not in drawn(office.whisper("ben", "Report: Summer trial", "last touch"))


def test_any_table_can_be_spend(office: Office) -> None:
    announce(office)
    mara = office.hand("mara")
    mara.upload(
        office.slack.im(office.users["mara"]), "bills.csv", b"When,What,Paid\n5.6.2026,Flyers,120\n"
    )
    mara.click(office.whisper("mara", "Import bills?"), "import.as_spend")
    mara.click(office.whisper("mara", "Import spend?"), "spend.columns")
    modal = office.modal("mara", "Columns of the export")
    fields = {"columns:0": "day", "columns:1": "line", "columns:2": "amount"}
    refused = mara.submit(modal, fields)
    assert "campaign" in refused.errors["campaign"]
    options = str(modal.blocks)
    number = options.split("Summer trial")[1].split("'value': '")[1].split("'", maxsplit=1)[0]
    fields["campaign"] = number
    assert "which platform" in mara.submit(modal, fields).errors["platform"]
    assert mara.submit(modal, {**fields, "other_platform": "Bills"}).ok
    card = office.whisper("mara", "Import spend from Bills?", "120 EUR for 1 campaign")
    mara.click(card, "spend.start")
    office.whisper("mara", "bills is imported")
    assert spent(office) == 12_000


def test_what_no_column_says_is_asked_for_in_the_form(office: Office) -> None:
    """Which platform it is from, and what a point in its amounts means."""
    announce(office)
    mara = office.hand("mara")
    body = b"Date,Campaign,Spend\n2026-06-01,Summer trial,45.123\nTotal,,45.123\n"
    mara.upload(office.slack.im(office.users["mara"]), "ads.csv", body)
    mara.click(office.whisper("mara", "Import ads?"), "import.as_spend")
    card = office.whisper("mara", "Import spend?", "Which platform is it from?", "two ways")
    assert "spend.start" not in drawn(card)
    mara.click(card, "spend.columns")
    answers = {"columns:2": "decimal_point", "platform": "tiktok"}
    assert mara.submit(office.modal("mara", "Columns of the export"), answers).ok
    card = office.whisper("mara", "Import spend from TikTok?", "45.12 EUR for 1 campaign")
    assert "1 row left out as totals of other rows: “Total” 45.123" in drawn(card)
    mara.click(card, "spend.start")
    office.whisper("mara", "ads is imported", "1 new entry")
    assert spent(office) == 4_512


def test_a_salesperson_learns_whom_to_ask(office: Office) -> None:
    announce(office)
    ben = office.hand("ben")
    for words in ("spend", "spend list", "margin", "costs"):
        ben.command("/campaign", words, office.channel)
    office.slack.wait_until(lambda: len(office.slack.ephemerals(office.users["ben"])) >= 4)
    texts = [message.text for message in office.slack.ephemerals(office.users["ben"])]
    assert all(re.match("Only (marketers|managers) can ", text) for text in texts)
    ben.upload(office.slack.im(office.users["ben"]), "june.csv", EXPORT)
    office.whisper("ben", "like an ad spend report", "Only marketers can")
