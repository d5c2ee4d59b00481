"""A lead rests, changes hands, and is offered in turn: by clicks, over HTTP and a socket."""

from datetime import time, timedelta

from sqlalchemy import update

from bot import clock
from bot.leads.models import Lead
from bot.leads.notice_models import EscalationStep
from bot.people.models import Team
from tests.journeys.conftest import Office, pick


def later(**by: float) -> int:
    return int((clock.now() + timedelta(**by)).timestamp())


def sofia_covers(office: Office) -> None:
    """She acts on Ben's lead, which stays his, until she ends it."""
    office.hand("ben").command("/lead", "cover")
    modal = office.modal("ben", "I'm away")
    fields = {"until": later(hours=3), "leads": "cover"}
    themselves = office.hand("ben").submit(modal, fields | {"cover": office.users["ben"].id})
    assert themselves.errors == {"cover": "Choose a colleague."}
    office.hand("ben").submit(modal, fields | {"cover": office.users["sofia"].id})
    office.whisper("ben", f"<@{office.users['sofia'].id}> covers for you")
    message = office.whisper("sofia", "You're covering for", "Work on their 1 open lead")
    office.hand("sofia").click(message, "lead.show")
    office.hand("sofia").click(office.modal("sofia", "Lead #1"), "lead.rate.good")
    office.card("Ada Lovelace", "Quality: *Good*")
    office.hand("sofia").close(office.modal("sofia", "Lead #1"))
    office.hand("sofia").click(message, "lead.end_cover")
    office.whisper("ben", "no longer covers for you")
    office.whisper("sofia", "You covered for")
    office.hand("ben").command("/lead", "back")
    office.whisper("ben", "Welcome back")


def is_away_and_back(office: Office) -> None:
    """Ben keeps his lead the first time, as his Slack status suggests; Sofia covers the second
    time, and has the lead the third."""
    ends = later(days=2)
    office.slack.set_status(office.users["ben"], ":palm_tree:", "Vacationing", ends)
    question = office.whisper("ben", "Your Slack status says you're away until")
    office.hand("ben").click(question, "lead.away_too")
    modal = office.modal("ben", "I'm away")
    assert f"'initial_date_time': {ends}" in str(modal.blocks)
    office.hand("ben").submit(modal, {"until": ends})
    office.whisper("ben", "You're away until", "1 open lead stays with you")
    office.hand("ben").command("/lead", "back")
    office.whisper("ben", "Welcome back")
    sofia_covers(office)
    office.hand("ben").command("/lead", "away")
    office.hand("ben").choose(office.modal("ben", "I'm away"), "lead.choose_leads", "hand_over")
    office.slack.wait_until(
        lambda: "What should they know?" in str(office.modal("ben", "I'm away").blocks), timeout=60
    )
    modal = office.modal("ben", "I'm away")
    [field] = [
        each["block_id"] for each in modal.blocks if each["block_id"].startswith("stand_ins:")
    ]
    fields = {"until": later(days=2), "leads": "hand_over"}
    refused = office.hand("ben").submit(modal, fields | {field: office.users["mara"].id})
    assert refused.errors == {field: "Mara isn't a salesperson here. "
                              "Admins assign roles with /handoff people."}  # fmt: skip
    sofia = {field: office.users["sofia"].id, "note": "She wants a call on Friday"}
    office.hand("ben").submit(modal, fields | sofia)
    office.whisper("ben", "You handed over 1 lead. It comes back to you")
    office.whisper("sofia", "is away until", "Ada Lovelace")
    office.whisper("sofia", "She wants a call on Friday")
    office.hand("ben").command("/lead", "back")
    office.whisper("ben", "Welcome back", "1 lead came back to you")
    office.whisper("sofia", "is back. 1 lead came back to them")


def test_it_rests_goes_to_a_colleague_and_back_to_all(either_office: Office) -> None:
    office = either_office
    office.send_lead()
    office.hand("sofia").click(office.card("Ada Lovelace", "New lead"), "lead.claim")
    card = office.card("Ada Lovelace", "claimed the lead")

    sofia = office.hand("sofia")
    pick(sofia, card, "lead.show")
    sofia.click(office.modal("sofia", "Lead #1"), "lead.snooze")
    modal = office.modal("sofia", "Snooze")
    refused = office.hand("sofia").submit(modal, {"until": later(hours=-1)})
    assert refused.errors == {"until": "Choose a time in the future."}
    office.hand("sofia").submit(modal, {"until": later(hours=2)})
    card = office.card("Ada Lovelace", "Snoozed until")
    sofia.close(office.modal("sofia", "Lead #1"))

    pick(office.hand("ben"), card, "lead.reassign")
    office.whisper("ben", "owns this lead. Only they or a manager can reassign it")
    pick(sofia, card, "lead.reassign")
    modal = office.modal("sofia", "Hand over")
    choice = next(each for each in modal.blocks if each["block_id"] == "to")
    [ben] = choice["element"]["options"]
    assert ben["text"]["text"].endswith("· 0 open leads")
    fields = {"to": ben["value"], "reason": "too_busy", "note": "Wants 40 seats"}
    office.hand("sofia").submit(modal, fields)
    office.whisper("ben", "Ada", "Handed over by", "too busy", "Wants 40 seats")

    is_away_and_back(office)
    office.hand("sofia").command("/lead", "take")
    office.whisper("sofia", "Please name leads by the numbers on their cards: `/lead take 12`")
    office.hand("sofia").command("/lead", "1")
    office.hand("sofia").click(office.modal("sofia", "Lead #1"), "lead.take_over")
    office.slack.wait_until(
        lambda: "You asked for Ada Lovelace (#1)" in str(office.slack.modal(office.users["sofia"])),
        timeout=60,
    )
    office.hand("ben").click(office.whisper("ben", "would like to take over"), "lead.agree")
    office.whisper("sofia", "Ada", "Handed over by")
    office.card(f"<@{office.users['sofia'].id}> claimed the lead Ada Lovelace")
    office.card("Ada Lovelace", "claimed the lead")
    office.hand("ben").command("/lead", "back")
    office.whisper("ben", "You aren't away")


def test_a_nudge_stands_in_the_thread_and_is_settled_by_the_claim(office: Office) -> None:
    with office.application.store.transaction() as session:
        session.execute(update(Team).values(days=list(range(7)), opens=time(0), closes=time(0)))
    office.send_lead()
    card = office.card("Ada Lovelace", "New lead")
    with office.application.store.transaction() as session:
        an_hour_ago = clock.now() - timedelta(hours=1)
        session.execute(update(Lead).values(step_started_at=an_hour_ago, next_check_at=clock.now()))

    def thread() -> str:
        return str(office.slack.workspace.thread(office.channel.id, card.ts))

    office.slack.wait_until(lambda: "Can somebody take it?" in thread(), timeout=60)
    office.hand("sofia").click(office.card("Ada Lovelace", "New lead"), "lead.claim")
    office.slack.wait_until(
        lambda: " now." in thread() and "Can somebody take it?" not in thread(), timeout=60
    )


def test_an_admin_changes_the_promise_and_the_hours(office: Office) -> None:
    root = office.hand("root")
    office.hand("sofia").command("/lead", "targets")
    office.whisper("sofia", "Only admins can change the response targets")
    root.command("/lead", "targets")
    modal = office.modal("root", "Response targets")
    late = {"nudge_minutes": "7"}
    assert "at most 5" in root.submit(modal, late).errors["nudge_minutes"]
    root.submit(modal, {"nudge_minutes": "4", "most_open": "12",
                        "fallback": office.users["mara"].id})  # fmt: skip
    root.command("/lead", "targets")
    again = str(office.modal("root", "Response targets").blocks)
    assert "'initial_value': '4'" in again
    assert "'initial_value': '12'" in again
    assert office.users["mara"].id in again
    root.close(office.modal("root", "Response targets"))

    root.command("/handoff", "hours")
    modal = office.modal("root", "Teams and hours")
    assert "Monday to Friday, 09:00 to 17:00" in str(modal.blocks)
    root.click(modal, "people.edit_hours", modal.blocks[-1]["block_id"])
    office.slack.wait_until(
        lambda: (top := office.slack.modal(office.users["root"])) and top.id != modal.id
    )
    form = office.modal("root", "Working hours")
    wrong = {"closes": "08:00", "zone": "Mars/Base", "country": "Atlantis"}
    assert set(root.submit(form, wrong).errors) == {"closes", "zone", "country"}
    root.submit(form, {"days": ["0", "5"], "opens": "10:00", "closes": "00:00",
                       "zone": "Europe/Vienna", "country": "at"})  # fmt: skip
    expected = "Monday, Saturday, 10:00 to 24:00 (Europe/Vienna), off on public holidays in AT"
    office.slack.wait_until(lambda: expected in str(office.modal("root", "Teams and hours").blocks))


def test_a_manager_assigns_overdue_leads_from_one_message(office: Office) -> None:
    with office.application.store.transaction() as session:
        session.execute(update(Team).values(days=list(range(7)), opens=time(0), closes=time(0)))
    names = ["Ada", "Bea", "Cleo"]
    for name in names:
        office.send_lead(first_name=name, email=f"{name}@example.com")
        office.card(f"{name} Lovelace", "New lead")
    with office.application.store.transaction() as session:
        an_hour_ago = clock.now() - timedelta(hours=1)
        waiting = {"step": EscalationStep.SUGGEST, "step_started_at": an_hour_ago}
        session.execute(update(Lead).values(**waiting, next_check_at=clock.now()))
    office.whisper("clara", "3 leads are still unclaimed. Assign someone?", *names)
    clara = office.users["clara"]
    seen = len(office.slack.messages(office.slack.im(clara)))

    def assign_to_ben(name: str) -> None:
        message = office.whisper("clara", "still unclaimed", name)
        block = next(each for each in message.blocks if name in str(each.get("text")))
        ben = next(
            option["value"]
            for option in block["accessory"]["options"]
            if option["text"]["text"].startswith("Ben")
        )
        office.hand("clara").choose(message, "lead.assign", ben, block["block_id"])

    assign_to_ben("Ada")
    office.whisper("ben", "Ada Lovelace", "is yours. Assigned by")
    office.whisper("clara", "2 leads are still unclaimed. Assign someone?")
    office.hand("sofia").click(office.card("Bea Lovelace", "New lead"), "lead.claim")
    office.whisper("clara", "Cleo Lovelace (#3) is still unclaimed. Assign someone?")
    assign_to_ben("Cleo")
    office.whisper("clara", "None of these 3 leads is unclaimed any more.")
    assert len(office.slack.messages(office.slack.im(clara))) == seen
