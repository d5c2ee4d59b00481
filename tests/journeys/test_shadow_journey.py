"""Stay in my shoes, from the settings to a debrief that became a request, over HTTP."""

from datetime import timedelta

from icalendar import Calendar

from bot import clock
from bot.people import service as people
from bot.shadowing import messages, notices, queries, rounds
from playground.state import Message, View
from tests.journeys.conftest import Office, drawn
from tests.journeys.test_loop_journey import pass_time

ON = {"active": "yes", "every_weeks": "4", "day": "mon", "at": "10:00"}


def to_the_round(office: Office) -> None:
    with office.application.store.transaction() as session:
        due = rounds.next_round_at(session, office.application.workspace().id)
    assert due is not None
    pass_time(office, due - clock.now() + timedelta(seconds=1))


def card(office: Office, name: str, *parts: str) -> Message:
    """The person's card, once it says so."""
    return office.whisper(name, "Stay in my shoes: you and", *parts)


def home(office: Office, name: str, *parts: str) -> View:
    """The person's home tab, once it says so."""

    def found() -> View | None:
        tab = office.slack.home(office.users[name])
        return tab if tab and all(part in str(tab.blocks) for part in parts) else None

    return office.slack.wait_until(found, timeout=60)


def block_of(message: Message, action_id: str) -> str:
    """The first block with this button."""
    blocks = [b for b in message.blocks if (b.get("accessory") or {}).get("action_id") == action_id]
    return str(blocks[0]["block_id"])


def the_two(office: Office) -> tuple[str, str]:
    """Mara, and who of sales was paired with her."""
    mine = card(office, "mara", messages.PICK)
    other = next(name for name in ("sofia", "ben") if office.users[name].id in drawn(mine))
    return "mara", other


def agree(office: Office) -> tuple[str, str]:
    mara, other = the_two(office)
    first = card(office, mara, messages.PICK)
    office.hand(mara).click(first, messages.PICK, block_of(first, messages.PICK))
    seen = card(office, other, f"works for <@{office.users[mara].id}>")
    # What works for the other comes first.
    office.hand(other).click(seen, messages.PICK, block_of(seen, messages.PICK))
    for name in (mara, other):
        card(office, name, "You're meeting")
    return mara, other


def files(office: Office, name: str) -> list[Calendar]:
    """The calendar files among a person's messages with us; they stand in the card's thread."""
    received = office.slack.messages(office.slack.im(office.users[name]))
    ids = [file_id for message in received if message.thread_ts for file_id in message.files]
    return [Calendar.from_ical(office.slack.workspace.files[each].data) for each in ids]


def wait_for_files(office: Office, name: str, count: int) -> list[Calendar]:
    office.slack.wait_until(lambda: len(files(office, name)) == count, timeout=60)
    return files(office, name)


def switch_on(office: Office) -> None:
    office.hand("sofia").command("/shadow", "settings", office.channel)
    office.whisper("sofia", "Only managers can change how people are paired")
    office.hand("clara").command("/shadow", "settings", office.channel)
    modal = office.modal("clara", "Stay in my shoes")
    assert office.hand("clara").submit(modal, ON).ok


def test_from_a_round_to_a_debrief_that_became_a_request(office: Office) -> None:
    switch_on(office)
    to_the_round(office)
    for name in ("sofia", "ben"):
        office.hand(name).open_home()
    mara, other = agree(office)
    [left] = {"sofia", "ben"} - {other}
    office.whisper(left, "you have no partner", "You're first in line for the next one")

    for name in (mara, other):
        [calendar] = wait_for_files(office, name, 1)
        [event] = calendar.walk("VEVENT")
        assert event["STATUS"] == "CONFIRMED"

    office.hand(other).click(home(office, other, "Set goals"), messages.GOALS)
    modal = office.modal(other, "Goals")
    assert office.hand(other).submit(modal, {"goals": ["tools"], "own": "How budgets work"}).ok
    card(office, mara, "See the other department's tools and reports; How budgets work")
    office.hand(other).click(home(office, other, messages.SHOW), messages.SHOW)
    office.modal(other, "Stay in my shoes")

    with office.application.store.transaction() as session:
        who = people.person(session, office.application.workspace().id, office.users[mara].id)
        [mine] = queries.mine(session, who).participants
        assert mine.pair is not None
        assert mine.pair.agreed is not None
        starts_at, ends_at = mine.pair.agreed.starts_at, mine.pair.agreed.ends_at
    pass_time(office, starts_at - timedelta(hours=1) - clock.now())
    for name in (mara, other):
        office.whisper(name, "you're meeting today", "How budgets work")
    pass_time(office, ends_at - clock.now() + timedelta(seconds=1))

    office.whisper(other, "How was it with")
    office.hand(mara).click(office.whisper(mara, "How was it with"), messages.WRITE)
    office.hand(other).click(home(office, other, messages.WRITE), messages.WRITE)
    for name, idea in ((mara, ""), (other, "Ask for the phone number last")):
        modal = office.modal(name, "How was it?")
        assert set(office.hand(name).submit(modal, {"surprised": " ", "change": "x"}).errors) == {
            "surprised"
        }
        fields = {"surprised": f"{name} was surprised", "change": "The texts", "idea": idea,
                  "shares": ["yes"]}  # fmt: skip
        assert office.hand(name).submit(modal, fields).ok
    for name in (mara, other):
        together = office.whisper(name, "mara was surprised", f"{other} was surprised")
    office.card("mara was surprised", f"{other} was surprised")
    for _ in range(2):
        office.hand(other).click(together, notices.REQUEST)
    office.whisper(mara, "This idea is now a request")
    office.card("Ask for the phone number last", "request.")

    office.hand(mara).command("/shadow", "", office.channel)
    page = office.modal(mara, "Stay in my shoes")
    assert "The next round is" in str(page.blocks)


def test_moved_and_called_off_from_the_page_of_shadow(office: Office) -> None:
    switch_on(office)
    to_the_round(office)
    mara, other = agree(office)
    hand = office.hand(mara)
    hand.command("/shadow", "", office.channel)
    hand.click(office.modal(mara, "Stay in my shoes"), messages.ANOTHER)
    modal = office.modal(mara, "Propose a time")
    assert set(hand.submit(modal, {"starts_at": int(clock.now().timestamp())}).errors) == {
        "starts_at"
    }
    later = int((clock.now() + timedelta(days=5)).timestamp())
    assert hand.submit(modal, {"starts_at": later, "minutes": "120"}).ok
    office.slack.wait_until(
        lambda: "Another time was proposed" in str(office.modal(mara, "Stay in my shoes").blocks)
    )
    seen = card(office, other, "Another time was proposed")
    office.hand(other).click(seen, messages.PICK)
    card(office, mara, f"!date^{later}^", "You're meeting")
    wait_for_files(office, other, 2)
    office.hand(other).click(card(office, other, f"!date^{later}^"), messages.CANCEL)
    card(office, mara, "cancelled. You're first in line for the next round.")
    sent = [each.walk("VEVENT")[0] for each in wait_for_files(office, mara, 3)]
    assert sorted(event.decoded("SEQUENCE") for event in sent) == [1, 2, 3]
    assert len({str(event["UID"]) for event in sent}) == 1


def test_out_in_and_not_with(office: Office) -> None:
    sofia = office.hand("sofia")
    sofia.command("/shadow", "out", office.channel)
    office.whisper("sofia", "skip future rounds")
    sofia.command("/shadow", "in", office.channel)
    office.whisper("sofia", "You're back in. No rounds are planned.")
    sofia.command("/shadow", "", office.channel)
    page = office.modal("sofia", "Stay in my shoes")
    sofia.click(page, messages.OUT)
    office.slack.wait_until(
        lambda: "skipping rounds" in str(office.modal("sofia", "Stay in my shoes").blocks)
    )
    sofia.click(office.modal("sofia", "Stay in my shoes"), messages.APART)
    modal = office.modal("sofia", "Not with…")
    mine = office.users["sofia"].id
    assert "two different people" in sofia.submit(modal, {"other": mine}).errors["other"]
    assert sofia.submit(modal, {"other": office.users["mara"].id}).ok
    office.slack.wait_until(lambda: "Remove" in str(office.modal("sofia", "Not with…").blocks))
    sofia.click(office.modal("sofia", "Not with…"), "shadow.let_meet")
    office.slack.wait_until(lambda: "Remove" not in str(office.modal("sofia", "Not with…").blocks))
    help_text = sofia.command("/shadow", "help", office.channel).text
    for word in ("`/shadow`", "`/shadow out`", "`/shadow in`"):
        assert word in help_text
    assert "`/shadow settings`" not in help_text
