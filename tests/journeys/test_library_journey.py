"""Somebody looks something up while the customer is on the line."""

from tests.journeys.conftest import Office


def test_what_was_said_is_found_as_one_types(office: Office) -> None:
    sofia = office.hand("sofia")
    office.announce({
        "name": "Spring", "kind": "email", "audience": "All", "offer": "One free visit",
        "terms": "None", "talking_points": "Installed within a day", "utm_campaign": "spring",
    })  # fmt: skip
    office.card("Campaign: Spring")
    sofia.command("/handoff", "find", office.channel)
    library = office.modal("sofia", "Library")
    assert "Type a word" in str(library.blocks)
    sofia.choose(library, "library.find", "inst")
    office.slack.wait_until(
        lambda: "library.open.campaign" in str(office.modal("sofia", "Library"))
    )
    sofia.click(office.modal("sofia", "Library"), "library.open.campaign")
    office.slack.wait_until(
        lambda: (
            "Installed within a day" in str(office.modal("sofia", "Library").blocks)
            and "library.find" not in str(office.modal("sofia", "Library").blocks)
        )
    )
    office.hand("guest").command("/handoff", "find spring", office.channel)
    office.whisper("guest", "Only people with a role can")
