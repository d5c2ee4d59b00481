"""The rest of the loop: announce, standup, digest, people; in both modes of delivery."""

from datetime import datetime, timedelta

from bot import clock, tasks
from bot.digests.models import Week
from bot.people.models import Person
from tests.journeys.conftest import Office, drawn


def pass_time(office: Office, by: timedelta) -> None:
    """Move the clock, with everything that waits for it."""
    with office.application.store.transaction() as session:
        tasks.advance(session, by)
    clock.move(by)


CAMPAIGN = {
    "name": "Spring start",
    "kind": "search_ads",
    "audience": "Small shops",
    "offer": "Three months free",
    "terms": "Signed within 30 days",
    "talking_points": "Set-up takes a day",
    "utm_campaign": "spring-start",
}


def announce(office: Office, **changes: str) -> None:
    today = clock.now().date()
    office.announce(CAMPAIGN | {"starts_on": today.isoformat()} | changes)


def test_a_campaign_is_announced_read_and_asked_about(either_office: Office) -> None:
    office = either_office
    announce(office)
    card = office.card("Spring start", "campaign.got_it")
    office.whisper(
        "mara", "is announced in", "Nobody has said how many leads to expect.", "2 people"
    )
    assert office.hand("sofia").click(card, "campaign.got_it").ok
    office.card("Spring start", "1 of 2")
    assert office.hand("ben").click(card, "campaign.ask").ok
    modal = office.modal("ben", "Ask about a campaign")
    block = next(block["block_id"] for block in modal.blocks if block["type"] == "input")
    assert office.hand("ben").submit(modal, {block: "Does it hold for Austria?"}).ok
    office.slack.wait_until(
        lambda: any("Austria" in drawn(reply) for reply in office.slack.thread(card)), timeout=60
    )
    answer = office.hand("sofia").command("/campaign", "list", office.channel)
    assert answer.ok
    office.whisper("sofia", "Spring start", "Three months free")


def test_a_lead_is_attributed_to_its_campaign(office: Office) -> None:
    announce(office)
    office.card("Spring start")
    office.send_lead(utm_campaign="Spring-Start")
    office.card("New lead: Ada", "Spring start", "Three months free")


def test_a_campaign_is_put_right_previewed_changed_and_announced(office: Office) -> None:
    mara = office.hand("mara")
    mara.command("/campaign", "", office.channel)
    short = office.modal("mara", "New campaign")
    assert sum(block["type"] == "input" for block in short.blocks) == 9
    today = clock.now().date()
    first_day, before = today.isoformat(), (today - timedelta(days=1)).isoformat()
    fields = {name: CAMPAIGN[name] for name in CAMPAIGN if name != "utm_campaign"}
    assert set(mara.submit(short, fields | {"starts_on": first_day, "ends_on": before}).errors) == {
        "ends_on"
    }
    mara.click(short, "campaign.add_details")
    office.slack.wait_until(lambda: "utm_campaign" in str(office.modal("mara", "New campaign")))
    details = {"budget": "a lot", "ends_on": ""}
    assert set(mara.submit(office.modal("mara", "New campaign"), details).errors) == {"budget"}
    assert mara.submit(office.modal("mara", "New campaign"), {"budget": "4,000"}).ok
    preview = office.modal("mara", "Preview")
    assert "Three months free" in str(preview.blocks)
    mara.close(preview)  # Back
    assert not office.slack.messages(office.channel)
    changed = {"offer": "Four months free"}  # the rest is still there
    assert mara.submit(office.modal("mara", "New campaign"), changed).ok
    assert "Four months free" in str(office.modal("mara", "Preview").blocks)
    assert mara.submit(office.modal("mara", "Preview")).ok
    assert office.slack.modal(office.users["mara"]) is None
    office.card("Spring start", "Four months free", "campaign.got_it")
    office.whisper("mara", "is announced in")


def test_a_standup_from_the_prompt_to_the_summary(either_office: Office) -> None:
    office = either_office

    def their_next_times() -> list[datetime]:
        """Once the clock knows in which zone everybody lives, by what Slack says of them."""
        with office.application.store.transaction() as session:
            known = session.query(tasks.Schedule).filter(tasks.Schedule.name.like("standup:%"))
            return [each.next_run_at for each in known if each.zone == "Etc/UTC"]

    office.slack.wait_until(lambda: len(their_next_times()) == 2, timeout=60)
    pass_time(office, min(their_next_times()) - clock.now() + timedelta(seconds=1))
    prompt = office.whisper("sofia", "standup.answer")
    assert office.hand("sofia").click(prompt, "standup.answer").ok
    modal = office.slack.wait_until(lambda: office.slack.modal(office.users["sofia"]), timeout=60)
    assert modal is not None
    answers = {"answers:plan": "Send the offer", "answers:blockers": "No price list"}
    assert office.hand("sofia").submit(modal, answers).ok
    assert office.hand("ben").command("/standup", "skip", office.channel).ok

    pass_time(office, timedelta(minutes=61))  # the reminder, for those who are still asked
    office.whisper("mara", "Reminder")
    pass_time(office, timedelta(minutes=90))  # the closing
    summary = office.card("No price list", "Send the offer")
    assert "1 skipped · 1 didn't answer" in drawn(summary)


def due(office: Office) -> datetime:
    """When the hour of the digests is."""
    with office.application.store.transaction() as session:
        schedule = session.query(tasks.Schedule).filter_by(name="digest:channel").one()
    return schedule.next_run_at


def monday(office: Office) -> None:
    """Let the hour of the digests come."""
    pass_time(office, due(office) - clock.now() + timedelta(seconds=1))


def past_this_weeks_digests(office: Office) -> None:
    """On a Monday before their hour, let it come: the next ones are about this week."""
    days = office.application.workspace().days
    if Week.of(due(office), days) == Week.of(clock.now(), days):
        monday(office)
        office.card("no leads", "handoff status")


def test_a_digest_comes_on_monday_and_one_can_ask_before(either_office: Office) -> None:
    office = either_office
    past_this_weeks_digests(office)
    announce(office)
    office.card("Spring start")
    office.send_lead(utm_campaign="spring-start")
    office.send_lead(email="grace@example.com", first_name="Grace")
    assert office.hand("sofia").click(office.card("Ada", "lead.claim"), "lead.claim").ok
    office.card("claimed the lead Ada")
    assert office.hand("clara").command("/digest", "", office.channel).ok
    office.whisper("clara", "so far · 2 leads")

    monday(office)
    card = office.card("Claimed", "Do this")
    office.whisper("clara", "Claimed", "digest.show_money")
    assert office.hand("sofia").click(card, "digest.show_details").ok
    office.whisper("sofia", "data_visualization", "Time to claim")


def test_an_admin_gives_roles(office: Office) -> None:
    root = office.hand("root")
    root.command("/handoff", "people", office.channel)
    people = office.modal("root", "People")
    root.click(people, "people.add")
    modal = office.modal("root", "Add someone")
    guest = office.users["guest"].id
    assert root.submit(modal, {"person": guest, "roles": ["salesperson"], "team": "0"}).ok
    office.slack.wait_until(
        lambda: guest in str((office.slack.modal(office.users["root"]) or people).blocks),
        timeout=60,
    )
    office.send_lead()
    assert office.hand("guest").click(office.card("lead.claim"), "lead.claim").ok
    office.card("claimed the lead Ada", guest)


def test_the_last_admin_stays_one(office: Office) -> None:
    root = office.hand("root")
    root.command("/handoff", "people", office.channel)
    people = office.modal("root", "People")
    row = next(each["block_id"] for each in people.blocks if "Admin" in str(each))
    root.click(people, "people.edit", row)
    modal = office.modal("root", "Change a person")
    errors = root.submit(
        modal, {"person": office.users["root"].id, "roles": [], "team": "0"}
    ).errors
    assert "only admin" in errors["roles"]


def test_admins_hear_of_a_channel_that_takes_no_messages(office: Office) -> None:
    office.slack.archive(office.channel)
    office.whisper("root", "was archived")  # Slack's own event
    office.send_lead()
    office.send_lead(email="grace@example.com")
    office.whisper("root", "I can't post to", "handoff jobs retry")


def test_help_names_every_command(office: Office) -> None:
    answer = office.hand("guest").command("/handoff", "help", office.channel)
    for command in ("/campaign", "/lead", "/standup", "/digest", "/handoff people"):
        assert command in answer.text
    assert "I don't know" in office.hand("guest").command("/standup", "dance", office.channel).text


def test_names_and_zones_follow_slack(office: Office) -> None:
    sofia = office.users["sofia"]
    office.hand("sofia").open_home()
    office.slack.change_user(sofia, real_name="Sofia Bianchi", tz="Asia/Tokyo")

    def followed() -> bool:
        with office.application.store.transaction() as session:
            person = session.query(Person).filter_by(slack_id=sofia.id).one()
            return person.timezone == "Asia/Tokyo"

    office.slack.wait_until(followed, timeout=60)
