"""The digest from Monday's hour to the leads behind a figure: over HTTP, as its readers meet it."""

from typing import Any

from tests.journeys.conftest import Office
from tests.journeys.test_loop_journey import monday, past_this_weeks_digests


def change(office: Office, name: str, **fields: Any) -> None:
    hand = office.hand(name)
    hand.command("/digest", "settings", office.channel)
    overview = office.modal(name, "Weekly digests")
    assert hand.click(overview, "digest.change", "channel").ok
    assert hand.submit(office.modal(name, "Change a digest"), fields).ok


def see(office: Office, name: str, part: str) -> None:
    """Wait until the settings, drawn anew, say so."""
    office.slack.wait_until(
        lambda: part in str(office.modal(name, "Weekly digests").blocks), timeout=60
    )


def test_a_manager_reads_doubts_and_traces(office: Office) -> None:
    past_this_weeks_digests(office)
    office.send_lead()
    assert office.hand("sofia").click(office.card("Ada", "lead.claim"), "lead.claim").ok
    office.card("claimed the lead Ada")
    monday(office)
    card = office.card("Do this", "· 1 lead")
    assert office.hand("sofia").click(card, "digest.show_details").ok
    office.whisper("sofia", "Details", "Funnel:")
    managed = office.whisper("clara", "Do this", "digest.show_money")

    clara = office.hand("clara")
    assert clara.click(managed, "digest.leads.unanswered").ok
    assert "Ada" in str(office.modal("clara", "Unanswered").blocks)
    clara.close()
    clara.command("/digest", "why on time share answered", office.channel)
    office.whisper("clara", "on time ÷ (on time + late + overdue)")
    clara.command("/digest", "last", office.channel)
    again = office.whisper("clara", "digest.show_money")
    assert clara.click(again, "digest.show_money").ok
    office.whisper("clara", "Money", "No spend has been entered")


def test_a_salesperson_gets_their_own_until_they_want_it_no_more(office: Office) -> None:
    past_this_weeks_digests(office)
    office.send_lead()
    assert office.hand("sofia").click(office.card("Ada", "lead.claim"), "lead.claim").ok
    office.card("claimed the lead Ada")
    monday(office)
    own = office.whisper("sofia", "Your week", "· 1 lead")
    assert office.hand("sofia").click(own, "digest.opt_out").ok
    redrawn = office.whisper("sofia", "Your week", "digest.opt_in")
    assert redrawn.ts == own.ts
    office.hand("sofia").command("/digest", "me last", office.channel)
    office.whisper("sofia", "Your week", "digest.opt_in")


def test_managers_move_it_and_an_admin_lets_the_channel_see_amounts(office: Office) -> None:
    office.hand("sofia").command("/digest", "settings", office.channel)
    office.whisper("sofia", "Only managers can")
    change(office, "clara", day="fri", at="16:00")
    see(office, "clara", "Fridays at 16:00")
    change(office, "root", money="yes")
    see(office, "root", "with amounts")
