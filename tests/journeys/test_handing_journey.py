"""A lead rests, changes hands, and is offered in turn: by clicks, over HTTP and a socket."""

from datetime import time, timedelta

from sqlalchemy import update

from bot import clock
from bot.leads.model import Lead
from bot.people.model import Team
from tests.journeys.conftest import Office


def later(**by: float) -> int:
    return int((clock.now() + timedelta(**by)).timestamp())


def test_it_rests_goes_to_a_colleague_and_back_to_all(either_office: Office) -> None:
    office = either_office
    office.send_lead()
    office.hand("sofia").click(office.card("Ada Lovelace", "New lead"), "lead.claim")
    card = office.card("Ada Lovelace", "claimed by")

    office.hand("sofia").click(card, "lead.snooze")
    modal = office.modal("sofia", "Snooze")
    refused = office.hand("sofia").submit(modal, {"until": later(hours=-1)})
    assert refused.errors == {"until": "Please choose a time to come."}
    office.hand("sofia").submit(modal, {"until": later(hours=2)})
    card = office.card("Ada Lovelace", "snoozed until")

    office.hand("ben").click(card, "lead.reassign")
    office.whisper("ben", "owns this lead. Only they or a manager can reassign it")
    office.hand("sofia").click(card, "lead.reassign")
    modal = office.modal("sofia", "Reassign")
    choice = next(each for each in modal.blocks if each["block_id"] == "to")
    [ben] = choice["element"]["options"]
    assert ben["text"]["text"].endswith("· 0 open leads")
    office.hand("sofia").submit(modal, {"to": ben["value"]})
    office.whisper("ben", "Ada", "claimed by")

    office.hand("ben").command("/lead", "away")
    modal = office.modal("ben", "I am away")
    office.hand("ben").submit(modal, {"until": later(days=2), "leads": ["return"]})
    office.whisper("ben", "You are away until", "1 lead will be offered to others")
    office.card("Ada Lovelace", "New lead")
    office.hand("ben").command("/lead", "back")
    office.whisper("ben", "Welcome back", "1 lead came back to you")
    office.card("Ada Lovelace", "claimed by")
    office.hand("ben").command("/lead", "back")
    office.whisper("ben", "You are not away at the moment")


def test_a_nudge_stands_in_the_thread_and_is_settled_by_the_claim(office: Office) -> None:
    with office.application.store.transaction() as session:
        session.execute(update(Team).values(days=list(range(7)), opens=time(0), closes=time(0)))
    office.send_lead()
    card = office.card("Ada Lovelace", "New lead")
    with office.application.store.transaction() as session:
        an_hour_ago = clock.now() - timedelta(hours=1)
        session.execute(update(Lead).values(waits_since=an_hour_ago, look_at=clock.now()))

    def thread() -> str:
        return str(office.slack.workspace.thread(office.channel.id, card.ts))

    office.slack.wait_until(lambda: "Who takes it?" in thread(), timeout=30)
    office.hand("sofia").click(office.card("Ada Lovelace", "New lead"), "lead.claim")
    office.slack.wait_until(
        lambda: "claimed by" in thread() and "Who takes it?" not in thread(), timeout=30
    )
