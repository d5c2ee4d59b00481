"""The first day: whoever installed Handoff sets it up on the home tab, and leads can be claimed."""

import pytest
from sqlalchemy import select

from bot.tasks import Schedule
from tests.journeys.conftest import Office, drawn, wait_until_idle

HOURS = {"opens": "08:30", "closes": "16:00", "days": ["0", "1", "2", "3"], "country": "AT"}


def test_from_the_first_home_tab_to_the_first_claim(
    new_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.people.tasks._MOST_ASKED", 1)  # so that several jobs ask
    office, slack = new_office, new_office.slack
    people = office.users
    slack.change_user(people["guest"], is_restricted=True)
    closed = slack.add_channel("closed", members=[people["root"]], with_app=False)
    deals = slack.add_channel("deals", members=people.values())
    root = office.hand("root")

    def home_says(words: str) -> bool:
        home = slack.home(people["root"])
        return home is not None and words in str(home.blocks)

    assert root.open_home().ok
    slack.wait_until(lambda: home_says("Nobody has set up Handoff here yet"))
    home = slack.home(people["root"])
    assert home is not None
    root.click(home, "people.set_up")
    form = office.modal("root", "Set up Handoff")
    filled = {
        "zone": "Europe/Vienna", "currency": "chf", "marketers": [people["mara"].id],
        "managers": [people["clara"].id], **HOURS,
    }  # fmt: skip
    refused = root.submit(form, filled | {"channel": closed.id})
    assert "Invite Handoff to the channel first" in str(refused)
    assert root.submit(form, filled | {"channel": deals.id}).ok
    office.whisper("root", "Saved. I'm adding everybody in")
    office.whisper("root", f"2 people can now claim leads in <#{deals.id}>", "1 guest or app")
    slack.wait_until(lambda: home_says("You're all caught up"))
    assert not home_says("Nobody can claim leads yet")

    with office.application.store.transaction() as session:
        digests = select(Schedule.zone).where(Schedule.name.like("digest:%"))
        assert set(session.scalars(digests)) == {"Europe/Vienna"}

    assert office.send_lead().status_code == 202
    card = slack.wait_until(lambda: next(iter(slack.messages(deals)), None))
    assert office.hand("ben").click(card, "lead.claim").ok
    slack.wait_until(lambda: people["ben"].id in drawn(slack.messages(deals)[0]))
    assert not slack.messages(office.channel)
    wait_until_idle(office)
