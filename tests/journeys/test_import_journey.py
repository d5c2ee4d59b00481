"""A list from the file to the last call: dropped, looked at, mended, imported, worked through."""

import pytest
from sqlalchemy import select

from bot.formats import plural
from bot.leads.models import Lead
from tests.journeys.conftest import Office, drawn

WEBINAR = (
    b"Topic,Pricing\n\nVorname,Mail,Seats\nAda,ada@example.com,12\nBob,bob@example.com,3\n"
    b"Cleo,cleo(at)example.com,7\n"
)


def drop(office: Office, name: str, file: str, body: bytes) -> None:
    office.hand(name).upload(office.slack.im(office.users[name]), file, body)


def owner(office: Office, email: str) -> int | None:
    with office.application.store.transaction() as session:
        return session.scalars(select(Lead.claimed_by).where(Lead.email == email)).one()


def test_a_list_is_dropped_mended_imported_and_worked_through(either_office: Office) -> None:
    office = either_office
    drop(office, "mara", "webinar.csv", WEBINAR)
    card = office.whisper("mara", "Import webinar?", "First rows")
    assert "3 rows" in drawn(card)
    assert "Understood: Vorname → First name, Mail → Email" in drawn(card)
    assert "Kept as is: Seats" in drawn(card)
    assert "1 × email: is not an email address" in drawn(card)
    assert "UTF-8" in drawn(card)

    office.hand("mara").click(card, "import.columns")
    modal = office.modal("mara", "Columns of the list")
    refused = office.hand("mara").submit(modal, {"column:1": "note"})
    assert "No column holds" in refused.errors["campaign"]
    office.hand("mara").submit(modal, {"column:0": "last_name", "column:1": "email"})
    card = office.whisper("mara", "Import webinar?", "Vorname → Last name")
    office.hand("mara").click(card, "import.start")
    office.whisper("mara", "webinar is imported", "2 new leads", "1 refused")

    back = office.slack.wait_until(
        lambda: next((m for m in office.slack.messages(office.slack.im(office.users["mara"]))
                      if m.files and "refused" in m.text), None), timeout=60,
    )  # fmt: skip
    file = office.slack.workspace.files[back.files[0]]
    assert file.name == "webinar - refused.csv"
    lines = file.data.decode("utf-8-sig").splitlines()
    assert lines[1] == "Cleo,cleo(at)example.com,7,email: is not an email address"

    card = office.card("Call list: webinar", "0 of 2 contacts called")
    office.hand("sofia").click(card, "calls.next")
    modal = office.modal("sofia", "Next contact")
    assert "ada@example.com" in str(modal.blocks)
    assert "*Seats*: 12" in str(modal.blocks)
    office.hand("sofia").submit(modal, {"outcome": "interested", "note": "Wants 20"})
    office.slack.wait_until(
        lambda: "bob@example.com" in str(office.modal("sofia", "Next contact").blocks)
    )
    office.whisper("sofia", "Ada", "claimed the lead")
    office.card("Call list: webinar", "1 of 2 contacts called", "Interested: *1*")

    office.hand("sofia").close(office.modal("sofia", "Next contact"))
    office.slack.wait_until(lambda: owner(office, "bob@example.com") is None)
    office.hand("ben").click(office.card("Call list: webinar"), "calls.next")
    modal = office.modal("ben", "Next contact")
    office.hand("ben").submit(modal, {"outcome": "not_interested"})
    office.modal("ben", "All called")
    office.card("Call list: webinar", "All 2 contacts called.")
    assert len([m for m in office.slack.messages(office.channel) if m.blocks]) == 1


def test_what_is_no_list_a_stranger_and_a_chat_are_answered(office: Office) -> None:
    drop(office, "mara", "book.xlsx", b"PK\x03\x04" + b"x" * 50)
    office.whisper("mara", "I can't read", "save it as CSV first")
    drop(office, "guest", "list.csv", b"Email\na@example.com\n")
    office.whisper("guest", "Only people with a role can import leads")
    office.hand("mara").say(office.slack.im(office.users["mara"]), "hello")
    office.whisper("mara", "I don't read messages", "CSV")


def test_a_cancelled_list_and_an_old_button_do_nothing(office: Office) -> None:
    drop(office, "mara", "list.csv", b"Email\na@example.com\n")
    card = office.whisper("mara", "Import list?")
    old = office.slack.as_seen(card)
    office.hand("mara").click(card, "import.cancel")
    office.whisper("mara", "was not imported")
    office.hand("mara").click(old, "import.start")
    office.whisper("mara", "This import is already cancelled")


def test_the_encoding_is_shown_and_can_be_changed(office: Office) -> None:
    list_ = "Name;Email\nŁukasz Żółkiewski;l@example.org\n"
    drop(office, "mara", "polish.csv", list_.encode("cp1250"))
    card = office.whisper("mara", "Import polish?", "Łukasz Żółkiewski")
    [menu] = [block["accessory"] for block in card.blocks if "accessory" in block]
    assert menu["initial_option"]["text"]["text"] == "Windows-1250 (Central Europe)"
    chosen = menu["initial_option"]["value"].replace("cp1250", "cp1252")
    office.hand("mara").choose(card, "import.encoding", chosen)
    card = office.whisper("mara", "Import polish?", "£ukasz ¯ó³kiewski")
    office.hand("mara").choose(card, "import.encoding", chosen.replace("cp1252", "cp1250"))
    card = office.whisper("mara", "Import polish?", "Łukasz Żółkiewski")
    office.hand("mara").click(card, "import.start")
    office.whisper("mara", "polish is imported", "1 new lead")


def test_the_columns_of_a_wide_list_have_pages(office: Office) -> None:
    header = ["Email", *(f"A property of the CRM: number {number}" for number in range(120))]
    body = ",".join(header) + "\nwide@example.org" + ",a" * 120 + "\n"
    drop(office, "mara", "wide.csv", body.encode())
    card = office.whisper("mara", "Import wide?", "96 more columns")
    office.hand("mara").click(card, "import.columns")
    modal = office.modal("mara", "Columns of the list")
    hand = office.hand("mara")
    hand.choose(modal, "column", "company", "column:1")
    hand.choose(modal, "import.turn_columns", "4")
    office.slack.wait_until(
        lambda: "number 119" in str(office.modal("mara", "Columns of the list").blocks)
    )
    modal = office.modal("mara", "Columns of the list")
    hand.submit(modal, {"column:120": "job_title"})
    card = office.whisper("mara", "Import wide?", "number 0 → Company")
    hand.click(card, "import.start")
    office.whisper("mara", "wide is imported", "1 new lead")
    with office.application.store.transaction() as session:
        lead = session.scalars(select(Lead).where(Lead.email == "wide@example.org")).one()
    assert (lead.company, lead.job_title) == ("a", "a")


@pytest.mark.parametrize("rows", [1, 2_500])
def test_a_longer_list_is_taken_in_batches(office: Office, rows: int) -> None:
    body = "Email\n" + "".join(f"a{n}@example.com\n" for n in range(rows))
    drop(office, "mara", "long.csv", body.encode())
    office.hand("mara").click(office.whisper("mara", "Import long?"), "import.start")
    office.whisper("mara", "long is imported", plural(rows, "new lead"))
    office.card("Call list: long", f"0 of {plural(rows, 'contact')} called")
