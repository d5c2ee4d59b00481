"""A standup over HTTP: from the prompt to a blocker that the other department has resolved."""

from datetime import datetime, timedelta

import pytest

from bot import clock, tasks
from bot.standups.models import Standup
from playground.state import Message
from tests.journeys.conftest import Office, drawn


def pass_time(office: Office, by: timedelta) -> None:
    """Move the clock, with everything that waits for it."""
    with office.application.store.transaction() as session:
        tasks.advance(session, by)
    clock.move(by)


def to_the_standup(office: Office) -> None:
    """Once the clock knows in which zone everybody lives, by what Slack says of them."""

    def next_times() -> list[datetime]:
        with office.application.store.transaction() as session:
            known = session.query(tasks.Schedule).filter(tasks.Schedule.name.like("standup:%"))
            return [each.next_run_at for each in known if each.zone == "Etc/UTC"]

    office.slack.wait_until(lambda: len(next_times()) == 2, timeout=60)
    pass_time(office, min(next_times()) - clock.now() + timedelta(seconds=1))


def answer(office: Office, name: str, **texts: str) -> None:
    prompt = office.whisper(name, "standup.answer")
    assert office.hand(name).click(prompt, "standup.answer").ok
    modal = office.slack.wait_until(lambda: office.slack.modal(office.users[name]), timeout=60)
    assert modal is not None
    assert (
        office.hand(name).submit(modal, {f"answers:{key}": text for key, text in texts.items()}).ok
    )


def block_of(message: Message, words: str) -> str:
    return str(next(b["block_id"] for b in message.blocks if words in str(b)))


@pytest.mark.timeout(400)
def test_a_blocker_is_resolved_by_another_team(office: Office) -> None:
    marketing = office.slack.add_channel("marketing", members=office.users.values())
    with office.application.store.transaction() as session:
        for standup in session.query(Standup):
            if standup.name.startswith("Sales"):
                standup.readers, standup.readers_in_thread = marketing.id, True
    to_the_standup(office)
    idea = "Ask for the phone number last"
    answer(office, "sofia", plan="Send the offer", blockers="No price list", ideas=idea)
    answer(office, "ben", plan="Call Nordwind", blockers="The form is broken")
    answer(office, "mara", plan="Write the landing page", focus="Spring start")
    pass_time(office, timedelta(minutes=151))

    summary = office.card("No price list", "Send the offer", "Call Nordwind")
    assert "2 of 3 answered, 2 blockers" in summary.text
    week = office.slack.wait_until(lambda: office.slack.messages(marketing), timeout=60)[0]
    assert "Sales standups, week of" in week.text
    read = office.slack.wait_until(lambda: office.slack.thread(week), timeout=60)[-1]
    assert "No price list" in drawn(read)

    office.hand("ben").click(summary, "standup.take", block_of(summary, "No price list"))
    office.whisper("ben", "Only people outside")
    assert office.hand("mara").click(read, "standup.take", block_of(read, "No price list")).ok
    office.card("No price list", "Mara is helping")
    office.whisper("sofia", "Sofia is blocked", "Mara is helping")
    card = office.whisper("mara", "Sofia is blocked", "standup.hand_back")

    office.hand("mara").click(card, "standup.hand_back")
    card = office.whisper("mara", "Nobody is helping yet")
    office.hand("mara").click(card, "standup.take")
    card = office.whisper("mara", "standup.hand_back")
    office.hand("mara").click(card, "standup.resolve")
    office.whisper("sofia", "Sofia is no longer blocked")
    office.card("No price list", "Resolved by Mara")

    def thread() -> str:
        return "".join(drawn(reply) for reply in office.slack.thread(week))

    office.slack.wait_until(lambda: "Resolved by Mara" in thread(), timeout=60)

    summary = office.card("Send the offer", idea)
    assert office.hand("clara").click(summary, "standup.make", block_of(summary, idea)).ok
    office.card("Send the offer", "Now a request.")
    office.card("Idea by Sofia", idea)
