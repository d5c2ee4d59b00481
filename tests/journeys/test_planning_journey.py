"""From what customers ask for to its answer: over HTTP, as its people meet it."""

from datetime import timedelta

from tests.journeys.conftest import Office, drawn
from tests.journeys.test_loop_journey import pass_time

WANTED = {
    "text": "A trial that is paid monthly",
    "audience": "Small shops",
    "heard": "weekly",
    "example": "We would start tomorrow.",
}


def ask(office: Office, **changes: str) -> None:
    sofia = office.hand("sofia")
    sofia.command("/request", "", office.channel)
    outcome = sofia.submit(office.modal("sofia", "Ask for a campaign"), WANTED | changes)
    assert outcome.ok, outcome


def test_a_request_is_seconded_seen_and_declined(either_office: Office) -> None:
    office = either_office
    ask(office)
    card = office.card("Request: A trial", "1 colleague heard it")
    told = office.whisper("sofia", "Your request", "Marketing answers by")
    assert office.hand("ben").click(card, "request.me_too").ok
    office.card("2 colleagues heard it: sofia and ben")
    assert office.hand("ben").click(card, "request.me_too").ok
    office.whisper("ben", "You have said that you hear it too")
    assert office.hand("ben").click(card, "request.decline").ok
    office.whisper("ben", "You need the role marketer")

    mara = office.hand("mara")
    assert mara.click(card, "request.seen").ok
    office.card("Seen by", office.users["mara"].id)
    office.whisper("sofia", "Your request", "Seen by")
    assert mara.click(office.card("request.decline"), "request.decline").ok
    modal = office.modal("mara", "Decline a request")
    assert "reason" in mara.submit(modal, {"reason": " "}).errors
    assert mara.submit(modal, {"reason": "The set-up costs us a year"}).ok
    assert "request.me_too" not in drawn(office.card("Declined by", "The set-up costs us a year"))
    heard = office.whisper("sofia", "declined it", "The set-up costs us a year")
    assert heard.ts == told.ts  # one message, drawn anew


def test_marketing_is_reminded_of_what_it_promised(office: Office) -> None:
    ask(office)
    card = office.slack.as_seen(office.card("Request: A trial"))
    pass_time(office, timedelta(days=30))
    reminder = office.whisper("mara", "waits for an answer", "It was promised")
    office.card("*Overdue*")
    assert office.hand("mara").click(reminder, "request.decline").ok
    modal = office.modal("mara", "Decline a request")
    assert office.hand("mara").submit(modal, {"reason": "Not this year"}).ok
    office.whisper("mara", "is answered")
    assert "Overdue" not in drawn(office.card("Declined by"))
    assert office.hand("mara").click(card, "request.seen").ok
    office.whisper("mara", "has answered this request already")


def test_the_list_is_paged_and_seconded_where_it_stands(office: Office) -> None:
    ben = office.hand("ben")
    ben.command("/request", "list", office.channel)
    assert "No request is open" in str(office.modal("ben", "Requests").blocks)
    ben.close()
    ask(office)
    office.card("Request: A trial")
    ben.command("/request", "list", office.channel)
    modal = office.modal("ben", "Requests")
    assert ben.click(modal, "request.second").ok
    office.slack.wait_until(
        lambda: "2 colleagues heard it" in str(office.modal("ben", "Requests").blocks)
    )
    assert "request.second" not in str(office.modal("ben", "Requests").blocks)
    office.card("2 colleagues heard it")


def test_a_wrong_number_is_explained_and_nothing_is_lost(office: Office) -> None:
    sofia = office.hand("sofia")
    sofia.command("/request", "", office.channel)
    modal = office.modal("sofia", "Ask for a campaign")
    errors = sofia.submit(modal, WANTED | {"lead": "#15"}).errors
    assert "no lead with this number" in errors["lead"]
    office.send_lead()
    office.card("Ada")
    assert sofia.submit(modal, {"lead": "1"}).ok
    office.card("Request: A trial", "#1")


def test_an_admin_sets_the_days(office: Office) -> None:
    office.hand("mara").command("/request", "promise", office.channel)
    office.whisper("mara", "You need the role admin")
    root = office.hand("root")
    root.command("/request", "promise", office.channel)
    assert root.submit(office.modal("root", "What marketing promises"), {"answer_days": "2"}).ok
    sofia = office.hand("sofia")
    sofia.command("/request", "", office.channel)
    assert "within 2 working days" in str(office.modal("sofia", "Ask for a campaign").blocks)
