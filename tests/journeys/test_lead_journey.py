"""A lead's whole way: it arrives, is claimed, worked, rated and won; and what goes against it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest

from bot import clock
from bot.leads.models import Lead
from tests.journeys.conftest import Office, drawn, pick


def test_a_lead_from_the_form_to_the_deal(either_office: Office) -> None:
    office = either_office
    sofia, ben = office.hand("sofia"), office.hand("ben")

    assert office.send_lead(company="Engines", phone="+49 30 23125001").status_code == 202
    card = office.card("Ada Lovelace", "lead.claim")
    assert sofia.click(card, "lead.claim").ok
    card = office.card("claimed the lead Ada Lovelace", office.users["sofia"].id, "lead.contacted")
    assert len(office.slack.messages(office.channel)) == 1

    assert sofia.click(card, "lead.contacted").ok
    card = office.card("Contacted <!date", "lead.won")
    assert "lead.contacted" not in drawn(card)

    assert pick(sofia, card, "lead.show").ok
    assert sofia.click(office.modal("sofia", "Lead #1"), "lead.rate.weak").ok
    modal = office.modal("sofia", "Rate as weak")
    assert sofia.submit(modal, {"reason": "Only wants a price list"}).ok
    office.card("Quality: *Weak* (Only wants a price list)")
    assert sofia.click(office.modal("sofia", "Lead #1"), "lead.rate.great").ok
    card = office.card("Quality: *Great*")
    office.slack.wait_until(lambda: "✓ Great" in str(office.modal("sofia", "Lead #1").blocks))
    sofia.close(office.modal("sofia", "Lead #1"))

    assert pick(ben, card, "lead.won").ok
    office.whisper("ben", "owns this lead", office.users["sofia"].id)
    assert pick(sofia, card, "lead.won").ok
    modal = office.modal("sofia", "Won")
    assert sofia.submit(modal, {"amount": "lots"}).errors == {
        "amount": "“lots” is not an amount. Write digits, for example 1250 or 1,250.50."
    }
    assert sofia.submit(modal, {"amount": "12,500"}).ok
    card = office.card("🏆 *Ada Lovelace*", "won *12,500 EUR*")
    assert "lead.claim" not in drawn(card)
    assert len(office.slack.messages(office.channel)) == 1


def test_a_lead_is_lost_with_its_reason(office: Office) -> None:
    sofia = office.hand("sofia")
    office.send_lead()
    sofia.click(office.card("lead.claim"), "lead.claim")
    pick(sofia, office.card("lead.lost"), "lead.lost")
    modal = office.modal("sofia", "Lost")
    assert "note" in sofia.submit(modal, {"disposition": "no_fit"}).errors
    assert sofia.submit(modal, {"disposition": "no_fit", "note": "Needs an API"}).ok
    office.card("✖️ *Ada Lovelace*", "lost: no fit (Needs an API)")


def test_a_reason_asks_for_what_it_needs(office: Office) -> None:
    sofia = office.hand("sofia")
    office.send_lead()
    sofia.click(office.card("lead.claim"), "lead.claim")
    pick(sofia, office.card("lead.lost"), "lead.lost")
    sofia.choose(office.modal("sofia", "Lost"), "lead.choose_disposition", "unable_to_reach")
    office.slack.wait_until(lambda: "How often" in str(office.modal("sofia", "Lost").blocks))
    modal = office.modal("sofia", "Lost")
    assert "try 3 times" in sofia.submit(modal, {"attempts": "1"}).errors["attempts"]
    sofia.choose(modal, "lead.choose_disposition", "bad_timing")
    office.slack.wait_until(
        lambda: "should we try again" in str(office.modal("sofia", "Lost").blocks)
    )
    modal = office.modal("sofia", "Lost")
    assert "a day in the future" in sofia.submit(modal, {"wake_on": "2026-01-01"}).errors["wake_on"]
    assert sofia.submit(modal, {"wake_on": "2099-01-02"}).ok
    office.card("💤 *Ada Lovelace*", "Paused until")


def test_a_call_is_logged_and_what_was_typed_stays(office: Office) -> None:
    sofia = office.hand("sofia")
    office.send_lead(phone="+49 30 23125001")
    sofia.click(office.card("lead.claim"), "lead.claim")
    card = office.card("lead.log_call")
    clock.move(timedelta(seconds=2))
    assert pick(sofia, card, "lead.show").ok
    sofia.close(office.modal("sofia", "Lead #1"))
    assert sofia.click(card, "lead.log_call").ok
    modal = office.modal("sofia", "Log call")
    assert sofia.submit(modal, {"outcome": "no_answer", "note": "Rang at lunch"}).ok
    card = office.card("1 attempt, last", "*Note* No answer: Rang at lunch", "lead.contacted")
    assert sofia.click(card, "lead.log_call").ok
    modal = office.modal("sofia", "Log call")
    junk = {"outcome": "reached", "quality": "junk"}
    assert "short reason" in sofia.submit(modal, junk).errors["note"]
    assert (
        "in the future"
        in sofia.submit(modal, junk | {"note": "A bot", "follow_up": "2026-01-01"}).errors[
            "follow_up"
        ]
    )
    assert sofia.submit(
        modal, {"quality": "good", "note": "Wants 40", "follow_up": "2099-01-02"}
    ).ok
    card = office.card("Quality: *Good*", "Snoozed until", "*Note* Wants 40", "1 older note")
    assert "lead.contacted" not in drawn(card)


def test_the_loser_of_a_race_is_told_who_and_when(office: Office) -> None:
    office.send_lead()
    seen_by_both = office.slack.as_seen(office.card("lead.claim"))
    assert office.hand("sofia").click(seen_by_both, "lead.claim").ok
    office.card("claimed the lead Ada Lovelace")
    assert office.hand("ben").click(seen_by_both, "lead.claim").ok
    office.whisper("ben", f"<@{office.users['sofia'].id}> claimed this lead <!date")
    assert office.hand("sofia").click(seen_by_both, "lead.claim").ok
    office.whisper("sofia", "You already own this lead")


def test_a_released_lead_can_be_claimed_again(office: Office) -> None:
    office.send_lead()
    office.hand("sofia").click(office.card("lead.claim"), "lead.claim")
    clara = office.hand("clara")
    pick(clara, office.card("claimed the lead"), "lead.show")
    assert clara.click(office.modal("clara", "Lead #1"), "lead.release").ok  # a manager may
    again = office.card("New lead: Ada Lovelace", "lead.claim")
    assert office.hand("ben").click(again, "lead.claim").ok
    office.card("claimed the lead Ada Lovelace", office.users["ben"].id)


def test_someone_without_a_role_is_told_whom_to_ask(office: Office) -> None:
    office.send_lead()
    card = office.card("lead.claim")
    assert office.hand("guest").click(card, "lead.claim").ok
    office.whisper("guest", "Only salespeople can", office.users["root"].id)
    assert "Claimed" not in drawn(office.card("lead.claim"))


def test_a_lead_is_typed_in_once_however_often_the_form_is_sent(office: Office) -> None:
    ben = office.hand("ben")
    ben.command("/lead", "", office.channel)
    modal = office.modal("ben", "New lead")
    errors = ben.submit(modal, {"first_name": "Grace"}).errors
    assert errors == {"email": "An email or a phone is needed, so that someone can answer."}
    assert ben.submit(modal, {"phone": "+44 20 7946 0018"}).ok
    office.card("New lead: Grace", "+44 20 7946 0018")
    ben.shortcut("lead.new")
    again = office.modal("ben", "New lead")
    assert again.private_metadata != modal.private_metadata


def test_the_home_tab_shows_what_is_mine_and_follows(office: Office) -> None:
    sofia, ben = office.hand("sofia"), office.hand("ben")
    assert sofia.open_home().ok
    assert ben.open_home().ok

    def home_says(*parts: str, who: str = "sofia") -> bool:
        home = office.slack.home(office.users[who])
        return home is not None and all(part in str(home.blocks) for part in parts)

    nothing = "You're all caught up"
    office.slack.wait_until(
        lambda: home_says(nothing) and home_says(nothing, who="ben"), timeout=60
    )
    office.send_lead()
    for who in ("sofia", "ben"):
        office.slack.wait_until(partial(home_says, "Now", "unclaimed", who=who), timeout=60)
    home = office.slack.home(office.users["sofia"])
    assert home is not None
    assert sofia.click(home, "lead.claim").ok
    office.slack.wait_until(lambda: home_says("Now", "lead.show"), timeout=60)
    office.slack.wait_until(lambda: home_says(nothing, who="ben"), timeout=60)
    office.card("claimed the lead Ada Lovelace")


def test_two_leads_are_merged_and_become_two_again(office: Office) -> None:
    office.send_lead(email="ada@example.com")
    office.send_lead(email="ada@home.example", first_name="Augusta")
    office.card("Ada Lovelace")
    office.card("Augusta Lovelace")
    mara = office.hand("mara")
    mara.command("/lead", "merge 2 into 1", office.channel)
    office.whisper("mara", "Lead #2 is part of #1 now")
    assert "lead.claim" not in drawn(office.card("🔗 *Augusta"))
    mara.command("/lead", "merge 2 into 1", office.channel)
    office.whisper("mara", "Lead #2 was already merged into #1")
    mara.command("/lead", "unmerge 2", office.channel)
    assert "lead.claim" in drawn(office.card("New lead: Augusta"))
    mara.command("/lead", "merge them", office.channel)
    office.whisper("mara", "Please name leads by the numbers")


def test_whoever_comes_back_joins_their_lead_and_its_owner_is_told(office: Office) -> None:
    office.send_lead(message="First")
    sofia = office.hand("sofia")
    sofia.click(office.card("Ada Lovelace"), "lead.claim")
    office.card("claimed the lead")
    office.send_lead(message="Any news?", external_id="e2")
    office.whisper("sofia", "came back", "Any news?")
    office.card("Came back", "Any news?")
    assert len(office.slack.messages(office.channel)) == 1


def test_an_admin_changes_what_makes_a_lead_hot(office: Office) -> None:
    office.hand("mara").command("/lead", "rules", office.channel)
    assert "lead.change_rules" not in drawn(
        office.whisper("mara", "50 points or more are announced at once")
    )
    root = office.hand("root")
    root.command("/lead", "rules", office.channel)
    root.click(
        office.whisper("root", "50 points or more are announced at once"), "lead.change_rules"
    )
    modal = office.modal("root", "What makes a lead hot")
    assert root.submit(modal, {"hot_from": "90", "sources": "myspace 5"}).errors
    root.submit(modal, {"hot_from": "90", "sources": "form 5"})
    root.command("/lead", "rules", office.channel)
    office.whisper("root", "90 points or more are announced at once", "HTML form: +5")


def test_a_lead_is_looked_up_and_worked_where_it_was_found(office: Office) -> None:
    office.send_lead()
    sofia = office.hand("sofia")
    sofia.click(office.card("Ada Lovelace", "New lead"), "lead.claim")
    office.card("Ada Lovelace", "claimed the lead")
    sofia.command("/lead", "mine", office.channel)
    office.whisper("sofia", "Yours:", "1 to call now")
    sofia.command("/lead", "find lovel", office.channel)
    found = office.whisper("sofia", "1 lead with “lovel”", "lead.show")
    sofia.click(found, "lead.show")
    modal = office.modal("sofia", "Lead #1")
    sofia.click(modal, "lead.contacted")
    office.slack.wait_until(lambda: "lead.contacted" not in str(office.modal("sofia", "Lead #1")))

    sofia.click(office.modal("sofia", "Lead #1"), "lead.won")
    sofia.submit(office.modal("sofia", "Won"), {"amount": "1,200"})
    office.slack.wait_until(lambda: "won *1,200 EUR*" in str(office.modal("sofia", "Lead #1")))
    office.hand("mara").command("/lead", "#1")
    assert "Ada Lovelace" in str(office.modal("mara", "Lead #1").blocks)
    office.hand("guest").command("/lead", "1", office.channel)
    office.whisper("guest", "Only people with a role can")


def test_a_message_becomes_a_lead(office: Office) -> None:
    ben = office.hand("ben")
    ben.say(office.channel, "Grace called: grace@navy.example wants an offer & a demo")
    message = office.card("Grace called")
    assert ben.message_shortcut("lead.from_message", message).ok
    modal = office.modal("ben", "New lead")
    assert ben.submit(modal, {"first_name": "Grace"}).ok
    office.card("New lead: Grace", "wants an offer & a demo")


def test_a_message_becomes_a_note_of_a_lead(office: Office) -> None:
    mara = office.hand("mara")
    mara.say(office.channel, "Ada & her team want 40 seats")
    message = office.card("her team want 40 seats")
    assert mara.message_shortcut("lead.note_from_message", message).ok
    office.whisper("mara", "There is no lead yet")
    office.send_lead()
    office.card("New lead: Ada")
    assert mara.message_shortcut("lead.note_from_message", message).ok
    assert mara.submit(office.modal("mara", "Add as note"), {"lead": "1"}).ok
    office.card("*Note* Ada &amp; her team want 40 seats · ")
    office.whisper("mara", "Your note is on lead #1")
    assert office.hand("guest").message_shortcut("lead.note_from_message", message).ok
    office.whisper("guest", "can write notes about leads")


def test_ratings_gather_in_the_campaigns_thread(office: Office) -> None:
    sofia = office.hand("sofia")
    office.announce({
        "name": "Spring", "kind": "email", "audience": "All", "offer": "One free visit",
        "terms": "None", "talking_points": "Time", "utm_campaign": "spring",
    })  # fmt: skip
    announced = office.card("Campaign: Spring")
    for number in (1, 2):
        office.send_lead(email=f"ada{number}@example.com", utm_campaign="spring",
                         last_name=f"Lovelace{number}")  # fmt: skip
        sofia.click(office.card(f"Lovelace{number}", "New lead"), "lead.claim")
        pick(sofia, office.card(f"Lovelace{number}", "claimed the lead"), "lead.show")
        sofia.click(office.modal("sofia", f"Lead #{number}"), "lead.rate.great")
        sofia.close(office.modal("sofia", f"Lead #{number}"))
    tally = office.card("What sales thinks", "2 of 2 leads rated", "Great 2")
    assert tally.thread_ts == announced.ts


def test_a_double_click_takes_one_step_and_slips_can_be_put_right(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.leads.handlers.leads.DOUBLE_CLICK", timedelta(minutes=10))
    sofia = office.hand("sofia")

    def state() -> tuple[bool, bool]:
        with office.application.store.transaction() as session:
            lead = session.get_one(Lead, 1)
            return lead.first_response_at is not None, lead.qualified_at is not None

    office.send_lead()
    first = office.slack.as_seen(office.card("lead.claim"))
    with ThreadPoolExecutor(2) as pool:
        clicks = [pool.submit(sofia.click, first, "lead.claim") for _ in range(2)]
        assert all(each.result().ok for each in clicks)
    card = office.card("lead.contacted")
    assert office.slack.ephemerals(office.users["sofia"]) == []  # that it is hers is no news
    for step in ("lead.log_call", "lead.contacted"):  # the second click of the same double click
        assert sofia.click(card, step).ok
    assert office.slack.modal(office.users["sofia"]) is None
    assert state() == (False, False)
    clock.move(timedelta(minutes=11))
    assert sofia.click(card, "lead.contacted").ok
    card = office.card("Contacted <!date")
    assert state() == (True, False)
    assert pick(sofia, card, "lead.won").ok  # a menu opens first: that is no second click
    assert sofia.submit(office.modal("sofia", "Won"), {"amount": "125,000"}).ok
    card = office.card("won *125,000 EUR*", "lead.correct")
    assert pick(sofia, card, "lead.correct").ok
    modal = office.modal("sofia", "Correct the amount")
    assert sofia.submit(modal, {"amount": "125,000"}).errors == {
        "amount": "The amount is already 125,000 EUR."
    }
    assert sofia.submit(modal, {"amount": "12,500"}).ok
    card = office.card("won *12,500 EUR*", "lead.reopen")
    pick(office.hand("ben"), card, "lead.reopen")
    office.whisper("ben", "owns this lead. Only they or a manager can reopen it")
    clock.move(timedelta(minutes=11))
    assert pick(sofia, card, "lead.reopen").ok
    office.card("claimed the lead Ada Lovelace", "Contacted <!date")


def test_slips_are_undone_reopened_and_corrected(office: Office) -> None:
    sofia = office.hand("sofia")
    office.send_lead()
    sofia.click(office.card("lead.claim"), "lead.claim")
    card = office.card("claimed the lead", "lead.contacted")

    clock.move(timedelta(minutes=1))
    assert sofia.click(card, "lead.contacted").ok  # it was the button beside it
    answer = office.whisper("sofia", "Contacted: Ada Lovelace", "Undo contacted")
    assert sofia.click(answer, "lead.undo").ok
    office.whisper("sofia", "Undone: lead #1 is as it was.")
    card = office.card("claimed the lead", "lead.contacted")

    assert pick(sofia, card, "lead.lost").ok  # instead of won
    assert sofia.submit(office.modal("sofia", "Lost"), {"disposition": "no_budget"}).ok
    assert pick(sofia, office.card("lost: no budget"), "lead.reopen").ok
    assert pick(sofia, office.card("claimed the lead", "lead.won"), "lead.won").ok
    assert sofia.submit(office.modal("sofia", "Won"), {"amount": "125,000"}).ok
    assert pick(sofia, office.card("won *125,000 EUR*"), "lead.correct").ok
    modal = office.modal("sofia", "Correct the amount")
    assert sofia.submit(modal, {"amount": "12,500"}).ok

    card = office.card("won *12,500 EUR*")
    assert pick(sofia, card, "lead.show").ok
    assert sofia.click(office.modal("sofia", "Lead #1"), "lead.rate.great").ok
    office.slack.wait_until(
        lambda: "Change quality" in str(office.modal("sofia", "Lead #1").blocks)
    )
    assert sofia.click(office.modal("sofia", "Lead #1"), "lead.rate.good").ok
    office.card("won *12,500 EUR*", "Quality: *Good*")
    clock.move(timedelta(minutes=11))
    assert sofia.click(answer, "lead.undo").ok  # that message still stands there
    office.whisper("sofia", "A step can be undone for ten minutes")
