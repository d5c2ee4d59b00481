"""From what customers ask for to its answer: over HTTP, as its people meet it."""

from datetime import timedelta

from bot.campaigns import changing as campaigns
from bot.campaigns.models import Campaign
from bot.people import service as people
from playground.state import Message, View
from tests.journeys.conftest import Office, drawn, pick
from tests.journeys.test_loop_journey import pass_time

WANTED = {
    "text": "A trial that is paid monthly",
    "audience": "Small shops",
    "frequency": "weekly",
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
    message = office.whisper("sofia", "Your request", "Marketing will answer by")
    assert office.hand("ben").click(card, "request.me_too").ok
    office.card("2 colleagues heard it: Sofia and Ben")
    assert office.hand("ben").click(card, "request.me_too").ok
    office.whisper("ben", "You've already said that you hear it too")
    assert office.hand("ben").click(card, "request.decline").ok
    office.whisper("ben", "Only marketers can")

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
    assert heard.ts == message.ts  # one message, drawn anew


def test_marketing_is_reminded_of_what_it_promised(office: Office) -> None:
    ask(office)
    card = office.slack.as_seen(office.card("Request: A trial"))
    pass_time(office, timedelta(days=30))
    reminder = office.whisper("mara", "is waiting for an answer", "It was due")
    office.card("*Overdue*")
    assert office.hand("mara").click(reminder, "request.decline").ok
    modal = office.modal("mara", "Decline a request")
    assert office.hand("mara").submit(modal, {"reason": "Not this year"}).ok
    office.whisper("mara", "request has been answered")
    assert "Overdue" not in drawn(office.card("Declined by"))
    assert office.hand("mara").click(card, "request.seen").ok
    office.whisper("mara", "already answered this request")


def test_the_list_is_paged_and_seconded_where_it_stands(office: Office) -> None:
    ben = office.hand("ben")
    ben.command("/request", "list", office.channel)
    assert "No open requests" in str(office.modal("ben", "Requests").blocks)
    ben.close()
    ask(office)
    office.card("Request: A trial")
    ben.command("/request", "list", office.channel)
    modal = office.modal("ben", "Requests")
    assert ben.click(modal, "request.support").ok
    office.slack.wait_until(
        lambda: "2 colleagues heard it" in str(office.modal("ben", "Requests").blocks)
    )
    assert "request.support" not in str(office.modal("ben", "Requests").blocks)
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
    office.hand("mara").command("/request", "targets", office.channel)
    office.whisper("mara", "Only admins can")
    root = office.hand("root")
    root.command("/request", "targets", office.channel)
    assert root.submit(office.modal("root", "Answer targets"), {"answer_days": "2"}).ok
    sofia = office.hand("sofia")
    sofia.command("/request", "", office.channel)
    assert "within 2 working days" in str(office.modal("sofia", "Ask for a campaign").blocks)


PLAN = {
    "name": "Monthly trial",
    "kind": "email",
    "offer": "Three months, paid monthly",
    "terms": "New customers only",
    "talking_points": "Cancel any time",
    "channels": "newsletter",
    "budget": "Newsletter 1,200\nFlyers 300.50",
    "expected_leads": "20",
    "utm_campaign": "monthly-trial",
}


def propose(office: Office, **changes: str) -> None:
    mara = office.hand("mara")
    assert mara.click(office.card("request.plan"), "request.plan").ok
    outcome = mara.submit(with_details(office), PLAN | changes)
    assert outcome.ok, outcome


def with_details(office: Office) -> View:
    """Mara's form of a proposal, once she has added the details."""

    def form() -> View:
        return office.modal("mara", "Propose a campaign")

    office.hand("mara").click(form(), "proposal.add_details")
    office.slack.wait_until(lambda: "utm_campaign" in str(form()))
    return form()


def end(office: Office, name: str) -> None:
    """Let a campaign end, as its owner."""
    application = office.application
    with application.store.transaction() as session:
        mara = people.person(session, application.workspace().id, office.users["mara"].id)
        campaign = session.query(Campaign).filter_by(name=name).one()
        campaigns.end(session, mara, campaign.id)


def reply(office: Office, card: Message, *parts: str) -> Message:
    """Wait for a reply in the card's thread."""

    def found() -> Message | None:
        replies = office.slack.thread(card)
        return next((m for m in replies if all(part in drawn(m) for part in parts)), None)

    return office.slack.wait_until(found, timeout=60)


def test_from_what_customers_ask_for_to_the_deal(office: Office) -> None:
    mara, sofia, ben = (office.hand(name) for name in ("mara", "sofia", "ben"))
    ask(office)
    assert ben.click(office.card("Request: A trial"), "request.me_too").ok
    office.card("2 colleagues heard it")

    propose(office)
    card = office.card("Proposal: Monthly trial", "Not answered yet (2)", "Small shops")
    assert "1,500" not in drawn(card)  # the budget is not for the channel
    office.whisper("sofia", "Your request", "proposed the campaign", "Monthly trial")

    assert sofia.click(card, "proposal.ready").ok
    office.card("*Ready (1 of 2)*: Sofia")
    assert ben.click(card, "proposal.raise_concern").ok
    assert ben.submit(office.modal("ben", "Concern"), {"concern": "What of old customers?"}).ok
    office.card("*Concern (1)*: Ben", "What of old customers?")
    worry = reply(office, card, "What of old customers?", office.users["mara"].id)

    assert mara.click(card, "proposal.change").ok
    form = office.modal("mara", "Change a proposal")
    assert mara.submit(form, {"terms": "New and old customers"}).ok
    reply(
        office, card, "*Version 2*", "New customers only → New and old customers", "are you ready"
    )
    office.card("Proposal: Monthly trial", "Version 2", "*Not answered yet (1)*: Sofia")

    assert mara.click(worry, "proposal.answer").ok
    fields = {"answer": "Version 2 has them too"}
    assert mara.submit(office.modal("mara", "Answer a concern"), fields).ok
    reply(office, card, "What of old customers?", "Version 2 has them too")
    assert sofia.click(card, "proposal.ready").ok
    office.card("*Ready (1 of 2)*: Sofia", "*Not answered yet (1)*: Ben")
    assert ben.click(card, "proposal.ready").ok
    message = office.whisper("mara", "Sales is ready", "proposal.launch")

    assert mara.click(message, "proposal.launch").ok
    assert mara.submit(office.modal("mara", "Announce")).ok
    office.card("Campaign: Monthly trial", "New and old customers", "campaign.got_it")
    office.card("Proposal: Monthly trial", "It was announced.")
    office.whisper("sofia", "Your request", "announced the campaign")

    office.send_lead(utm_campaign="monthly-trial")
    lead = office.card("Ada Lovelace", "Three months, paid monthly", "lead.claim")
    assert sofia.click(lead, "lead.claim").ok
    assert pick(sofia, office.card("claimed the lead Ada"), "lead.won").ok
    assert sofia.submit(office.modal("sofia", "Won"), {"amount": "9,000"}).ok
    office.card("🏆 *Ada Lovelace*", "won *9,000 EUR*")

    end(office, "Monthly trial")
    office.whisper("sofia", "the campaign for your request", "9,000 EUR")
    office.whisper("sofia", "Your request", "for it has ended")
    question = office.whisper("sofia", "What worked? What failed?")
    assert sofia.click(question, "retrospective.answer").ok
    form = office.modal("sofia", "Retrospective")
    assert "worked" in sofia.submit(form, {"worked": " "}).errors
    fields = {"worked": "Monthly payment", "failed": "Too short", "again": "changed"}
    assert sofia.submit(form, fields).ok
    office.whisper("sofia", "What you said about “Monthly trial”", "Change my answer")
    reply(office, office.card("Campaign: Monthly trial"), "Retrospective", "Monthly payment")
    office.whisper("mara", "What worked? What failed?")  # both sides are asked


def test_a_draft_is_kept_and_taken_up_again_and_loses_nothing(office: Office) -> None:
    mara = office.hand("mara")
    mara.command("/campaign", "drafts", office.channel)
    assert "No drafts." in str(office.modal("mara", "Drafts").blocks)
    mara.close()
    mara.command("/campaign", "propose", office.channel)
    form = office.modal("mara", "Propose a campaign")
    required = {"audience", "offer", "terms", "talking_points"}
    assert set(mara.submit(form, {"name": "Fair", "kind": "event"}).errors) == required
    form = with_details(office)  # the name and the kind are still there
    wrong = {"budget": "Booth", "utm_campaign": "a b"}
    assert set(mara.submit(form, wrong).errors) == {"budget", "utm_campaign"}
    mended = {"budget": "Booth 1,200", "utm_campaign": "", "terms": "None"}
    assert set(mara.submit(form, mended).errors) == {"audience", "offer", "talking_points"}
    # What was written was kept, although it could not be proposed, and the form may be sent again.
    assert mara.submit(form, {"then": "keep"}).ok
    office.whisper("mara", "“Fair” is saved")

    mara.command("/campaign", "drafts", office.channel)
    drafts = office.modal("mara", "Drafts")
    assert mara.click(drafts, "proposal.take_up").ok
    form = office.modal("mara", "Propose a campaign")
    assert "Booth 1200" in str(form.blocks)
    assert mara.submit(form, {"then": "keep", "offer": "Come and see"}).ok
    office.whisper("mara", "“Fair” is saved")
    assert not office.slack.messages(office.channel)
    mara.command("/campaign", "drafts", office.channel)
    assert mara.click(office.modal("mara", "Drafts"), "proposal.take_up").ok
    form = office.modal("mara", "Propose a campaign")
    rest = {"audience": "Shops", "talking_points": "We are there", "then": "propose"}
    assert mara.submit(form, rest).ok
    office.card("Proposal: Fair", "Come and see")


def test_the_silent_are_reminded_and_a_manager_may_decide(office: Office) -> None:
    ask(office)
    office.card("Request: A trial")
    propose(office)
    card = office.card("Proposal: Monthly trial")
    pass_time(office, timedelta(days=7))
    reminder = office.whisper("sofia", "Are you ready for")
    office.card("*No answer (2)*: Ben and Sofia")
    assert office.hand("sofia").click(reminder, "proposal.ready").ok
    office.whisper("sofia", "no longer needs your answer")
    office.card("*Ready (1 of 2)*: Sofia", "*No answer (1)*: Ben")

    clara = office.hand("clara")
    more = next(
        option["value"]
        for block in card.blocks if block["type"] == "actions"
        for element in block["elements"] if element["type"] == "overflow"
        for option in element["options"] if option["value"].startswith("overrule")
    )  # fmt: skip
    assert office.hand("ben").choose(card, "proposal.more", more).ok
    office.whisper("ben", "Only managers can")
    assert clara.choose(card, "proposal.more", more).ok
    modal = office.modal("clara", "Agree for sales")
    assert clara.submit(modal, {"reason": "The fair is on Friday"}).ok
    office.card("Proposal: Monthly trial", "agreed for sales: The fair is on Friday")


def test_the_rules_and_the_whole(office: Office) -> None:
    root = office.hand("root")
    office.hand("mara").command("/campaign", "rules", office.channel)
    office.whisper("mara", "Only admins can")
    root.command("/campaign", "rules", office.channel)
    rules = office.modal("root", "When sales agrees")
    assert root.submit(rules, {"quorum": "some", "quorum_number": "1", "days": "4"}).ok
    ask(office)
    office.card("Request: A trial")
    propose(office)
    card = office.card("Proposal: Monthly trial", "agreed once 1 person is ready")
    for name, sees in (("sofia", False), ("mara", True)):
        assert office.hand(name).click(card, "proposal.see_all").ok
        whole = office.modal(name, "Proposal")
        assert ("1,500.50 EUR" in str(whole.blocks)) is sees
    assert office.hand("sofia").click(card, "proposal.ready").ok
    office.card("Proposal: Monthly trial", "Sales is ready")
