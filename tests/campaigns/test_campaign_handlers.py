"""Campaigns as their people meet them: in a Slack, with a worker behind it."""

from datetime import timedelta
from typing import Any

from bot.campaigns import forms, list_messages, messages, owner_messages
from bot.campaigns.models import Campaign, CampaignQuestion, CampaignReceipt
from bot.people.models import Person
from bot.tasks import advance
from playground.actor import Actor
from tests.campaigns.scene import Town
from tests.moved_clock import NINE

TYPED: dict[str, Any] = {
    "name": "Summer trial",
    "kind": "search_ads",
    "audience": "Workshops in Austria",
    "offer": "Half price for three months",
    "terms": "New customers only.",
    "talking_points": "No set-up fee\nData stays in Vienna",
    "starts_on": "2026-06-01",
    "ends_on": "2026-06-30",
    "budget": "12,500",
    "expected_leads": "80",
    "utm_campaign": "Summer-Trial",
}


def open_form(town: Town) -> Actor:
    """Let Mara ask for the form of a campaign with its details, and have it before her."""
    mara = open_short_form(town)
    form = town.slack.modal(town.company.mara.slack_id)
    assert form is not None
    assert mara.click(form, forms.ADD_DETAILS).ok
    town.slack.wait_until(lambda: "utm_campaign" in str(town.slack.modal(form.user)))
    return mara


def open_short_form(town: Town) -> Actor:
    mara = town.company.mara.slack_id
    assert town.slack.hand(mara).command("/campaign", channel=town.channel).ok
    town.slack.wait_until(lambda: town.slack.modal(mara))
    return town.slack.hand(mara)


def announce(town: Town, launch_at: int | None = None) -> None:
    mara = open_form(town)
    assert mara.submit(values=TYPED).ok
    outcome = mara.submit(values={"launch_at": launch_at} if launch_at else {})
    assert outcome.ok
    assert outcome.modal is None
    town.work()


def press(town: Town, who: Person, action_id: str) -> None:
    assert town.slack.hand(who.slack_id).click(town.posted()[0], action_id).ok


def got_it(town: Town, who: Person) -> None:
    """Press *Got it* and wait for what comes of it, since a click is acknowledged first."""
    readers = town.company.count(CampaignReceipt) + 1
    press(town, who, messages.GOT_IT)
    town.slack.wait_until(lambda: town.company.count(CampaignReceipt) == readers)
    town.work()


def ask(town: Town, who: Person) -> Actor:
    """Press *Ask* and wait for the modal."""
    press(town, who, messages.ASK)
    modal = town.slack.wait_until(lambda: town.slack.modal(who.slack_id))
    assert modal is not None
    assert modal.callback_id == forms.Ask.callback_id
    return town.slack.hand(who.slack_id)


def twice(town: Town, callback_id: str) -> None:
    """Wait until a modal was delivered twice, and taken both times."""
    town.slack.wait_until(lambda: len(town.slack.delivered(callback_id)) == 2)
    town.slack.wait_until(lambda: all(each.ok for each in town.slack.delivered(callback_id)))


def read_by(town: Town) -> str:
    [block] = [block for block in town.posted()[0].blocks if block["type"] == "context"]
    return str(block["elements"][0]["text"])


def test_a_campaign_is_announced_and_the_announcer_told_where(town: Town) -> None:
    announce(town)
    [card] = town.posted()
    mara = town.company.mara
    assert card.text.startswith(f"{mara.mention} announces the campaign “Summer trial”: Half price")
    [confirmed] = town.direct(mara)
    assert confirmed.startswith(f"“Summer trial” is announced in <#{town.channel.id}>.")


def test_errors_stand_below_their_fields_and_the_form_can_be_mended(town: Town) -> None:
    mara = open_form(town)
    wrong = {"ends_on": "2026-05-31", "budget": "much", "utm_campaign": "summer trial"}
    assert mara.submit(values=TYPED | wrong).errors == {
        "ends_on": "The last day is before the first one. Choose a later day.",
        "budget": "“much” is not an amount. Write digits, for example 1250 or 1,250.50.",
        "utm_campaign": "Use letters, digits and . _ - + ~ without spaces, "
        "for example spring-offer-2026.",
    }
    assert mara.submit(values=TYPED).ok
    assert town.company.count(Campaign) == 1


def test_going_back_from_the_preview_loses_nothing_that_was_typed(town: Town) -> None:
    mara, who = open_short_form(town), town.company.mara.slack_id
    short = {name: TYPED[name] for name in list(TYPED)[:7]} | {"ends_on": "2026-05-01"}
    assert list(mara.submit(values=short).errors) == ["ends_on"]
    form = town.slack.modal(who)
    assert form is not None
    mara.click(form, forms.ADD_DETAILS)
    town.slack.wait_until(lambda: "utm_campaign" in str(town.slack.modal(who)))
    assert list(mara.submit(values={"budget": "much"}).errors) == ["ends_on", "budget"]
    assert mara.submit(values={"ends_on": "2026-06-30", "budget": "12,500"}).ok
    preview = town.slack.modal(who)
    assert preview is not None
    assert "Campaign: Summer trial" in str(preview.blocks)
    assert "Half price for three months" in str(preview.blocks)
    town.work()
    assert town.posted() == []
    assert mara.close().ok
    assert mara.submit(values={"offer": "Two months free"}).ok
    preview = town.slack.modal(who)
    assert preview is not None
    assert "Two months free" in str(preview.blocks)
    [campaign] = town.company.all_campaigns()
    assert (campaign.stage, campaign.budget_minor) == ("draft", 1_250_000)
    assert mara.submit().modal is None
    town.work()
    assert "Two months free" in town.posted()[0].text


def test_a_code_that_is_taken_stands_below_its_field(town: Town) -> None:
    announce(town)
    mara = open_form(town)
    outcome = mara.submit(values=TYPED | {"name": "Another"})
    assert list(outcome.errors) == ["utm_campaign"]
    assert "“Summer trial” already uses this code" in outcome.errors["utm_campaign"]
    assert mara.submit(values={"utm_campaign": "another"}).ok


def test_a_form_that_slack_delivers_twice_announces_once(town: Town) -> None:
    mara = open_form(town)
    town.slack.faults.add("interaction", "duplicate")
    assert mara.submit(values=TYPED | {"utm_campaign": ""}).ok  # no code that would stop it
    twice(town, forms.NewCampaign.callback_id)
    town.slack.faults.add("interaction", "duplicate")
    assert mara.submit().ok
    twice(town, forms.Launch.callback_id)
    town.work()
    assert town.company.count(Campaign) == 1
    assert len(town.posted()) == 1
    assert len(town.direct(town.company.mara)) == 1


def test_who_may_not_announce_is_told_whom_to_ask(town: Town) -> None:
    sal = town.company.sal
    town.slack.hand(sal.slack_id).command("/campaign", channel=town.channel)
    [message] = town.messages_of(sal)
    assert message.startswith("Only marketers can announce campaigns.")
    assert town.slack.modal(sal.slack_id) is None


def test_a_campaign_that_slack_did_not_take_is_not_called_announced(town: Town) -> None:
    mara = open_form(town)
    town.slack.archive(town.channel)
    assert mara.submit(values=TYPED).ok
    assert mara.submit().ok
    town.work()
    assert town.posted() == []
    [message] = town.direct(town.company.mara)
    assert message.startswith("“Summer trial” is saved, but I couldn't post it in")


def test_got_it_shows_on_the_card_and_twice_is_told(town: Town) -> None:
    announce(town)
    assert read_by(town) == "Read by 0 of 2 in sales."
    got_it(town, town.company.sal)
    assert read_by(town) == "Read by 1 of 2 in sales: Sal. Not yet: Sue."
    press(town, town.company.sal, messages.GOT_IT)
    [message] = town.messages_of(town.company.sal)
    assert message.startswith("You already confirmed “Summer trial”")
    assert town.company.count(CampaignReceipt) == 1


def test_who_is_not_in_sales_is_thanked(town: Town) -> None:
    announce(town)
    got_it(town, town.company.mara)
    assert town.messages_of(town.company.mara) == ["Thanks! The card counts only people in sales."]
    assert read_by(town) == "Read by 0 of 2 in sales."


def test_a_question_that_slack_delivers_twice_comes_into_the_thread_once(town: Town) -> None:
    announce(town)
    sal = ask(town, town.company.sal)
    town.slack.faults.add("interaction", "duplicate")
    assert sal.submit(values={"question": "Is it for old customers too?"}).ok
    twice(town, forms.Ask.callback_id)
    town.work()
    [question] = town.slack.thread(town.posted()[0])
    asker, owner = town.company.sal.mention, town.company.mara.mention
    assert question.text == (
        f"{asker} asks {owner} about “Summer trial”: Is it for old customers too?"
    )
    assert town.company.count(CampaignQuestion) == 1


def test_a_question_without_words_says_so_below_the_field(town: Town) -> None:
    announce(town)
    outcome = ask(town, town.company.sal).submit(values={"question": "\u200e "})
    assert outcome.errors == {"question": "Write your question here."}


def test_a_campaign_that_is_over_keeps_only_ask(town: Town) -> None:
    announce(town)
    old = town.slack.as_seen(town.posted()[0])
    town.hands.forward(days=30)
    with town.company.store.transaction() as session:
        advance(session, timedelta(days=30))
    town.work()
    card, over = in_channel(town)
    assert over.text.startswith("The campaign “Summer trial” has ended. Please don't promise it")
    assert read_by(town) == "Ended on 30 Jun 2026."
    [buttons] = [block for block in card.blocks if block["type"] == "actions"]
    assert [button["action_id"] for button in buttons["elements"]] == [messages.ASK]
    town.slack.hand(town.company.sal.slack_id).click(old, messages.GOT_IT)
    assert town.messages_of(town.company.sal) == [
        "“Summer trial” has ended, so there is nothing left to confirm."
    ]


def test_the_list_is_a_private_answer(town: Town) -> None:
    sal = town.slack.hand(town.company.sal.slack_id)
    sal.command("/campaign", "list", town.channel)
    assert town.messages_of(town.company.sal)[0].startswith("No campaign is live")
    announce(town)
    sal.command("/campaign", "list", town.channel)
    assert town.messages_of(town.company.sal, 2)[1] == (
        "1 campaign live, 0 coming up, 0 ended in the last 30 days."
    )
    assert len(town.posted()) == 1


def test_help_tells_what_one_can_do(town: Town) -> None:
    def help_of(person: Person) -> str:
        return town.slack.hand(person.slack_id).command("/campaign", "help", town.channel).text

    seen = "• `/campaign list` see what's live, coming up and just ended"
    assert help_of(town.company.sal) == f"*What you can do:*\n{seen}"
    assert help_of(town.company.mara) == (
        "*What you can do:*\n"
        "• `/campaign` announce a campaign\n"
        f"{seen}\n"
        "• `/campaign manage` change, pause, end or cancel your campaigns"
    )


def wake(town: Town, **by: float) -> None:
    """Let time go by, with all timers, and a worker do what is due."""
    town.hands.forward(**by)
    with town.company.store.transaction() as session:
        advance(session, timedelta(**by))
    town.work()


def test_one_that_is_announced_at_a_set_time_waits_for_it(town: Town) -> None:
    noon = int((NINE + timedelta(hours=3)).timestamp())
    mara = open_form(town)
    assert mara.submit(values=TYPED).ok
    wrong = mara.submit(values={"launch_at": noon - 24 * 3600})
    assert wrong.errors["launch_at"].startswith("Choose a time in the future")
    assert mara.submit(values={"launch_at": noon}).ok
    town.work()
    assert town.posted() == []
    [message] = town.direct(town.company.mara)
    assert message.startswith(f"“Summer trial” will be announced in <#{town.channel.id}>")
    assert weighed(town)
    wake(town, hours=3)
    [card] = town.posted()
    assert "announces the campaign “Summer trial”" in card.text
    [message] = town.direct(town.company.mara)
    assert message.startswith(f"“Summer trial” is announced in <#{town.channel.id}>.")
    assert weighed(town)
    wake(town, hours=3)
    assert len(town.posted()) == 1
    wake(town, hours=24)
    town.slack.hand(town.company.sal.slack_id).click(town.posted()[0], messages.GOT_IT)
    town.work()
    assert not weighed(town)  # its leads are already coming


def weighed(town: Town) -> bool:
    """Whether the owner is told if sales has room for it."""
    [message] = town.slack.messages(town.slack.im(town.company.mara.slack_id))
    return "*Capacity*" in str(message.blocks)


def test_a_question_is_answered_in_the_thread_and_on_the_card(town: Town) -> None:
    announce(town)
    asker, owner = town.company.sal, town.company.mara
    assert ask(town, asker).submit(values={"question": "For old customers too?"}).ok
    town.work()
    [question] = town.slack.thread(town.posted()[0])
    town.slack.hand(asker.slack_id).click(question, messages.ANSWER)
    assert town.messages_of(asker)[0].startswith(
        "Only marketers can answer questions about campaigns."
    )
    assert town.slack.hand(owner.slack_id).click(question, messages.ANSWER).ok
    town.slack.wait_until(lambda: town.slack.modal(owner.slack_id))
    assert list(town.slack.hand(owner.slack_id).submit(values={"answer": " "}).errors) == ["answer"]
    assert town.slack.hand(owner.slack_id).submit(values={"answer": "No, new ones only."}).ok
    town.work()
    question, *_ = town.slack.thread(town.posted()[0])
    assert question.text.endswith("For old customers too? Answer: No, new ones only.")
    assert "No, new ones only." in repr(town.posted()[0].blocks)
    assert town.direct(asker) == [
        f"{owner.mention} answered your question about “Summer trial”: No, new ones only."
    ]


def test_all_questions_are_a_modal_that_pages(town: Town) -> None:
    announce(town)
    [campaign] = town.company.all_campaigns()
    for number in range(12):
        town.company.ask(town.company.sal, campaign, f"Question {number}?", f"form-{number}")
    town.work()
    press(town, town.company.sue, messages.QUESTIONS)
    sue = town.company.sue.slack_id
    modal = town.slack.wait_until(lambda: town.slack.modal(sue))
    assert modal is not None
    assert "Question 11?" in repr(modal)
    assert town.slack.hand(sue).click(modal, f"{messages.TURN}.next").ok
    town.slack.wait_until(lambda: "Question 1?" in repr(town.slack.modal(sue)))


def test_who_has_not_read_is_reminded_and_confirms_from_there(town: Town) -> None:
    announce(town)
    got_it(town, town.company.sal)
    wake(town, hours=4)
    assert town.direct(town.company.sal) == []
    [reminder] = town.slack.messages(town.slack.im(town.company.sue.slack_id))
    assert reminder.text.startswith("You haven't confirmed “Summer trial” yet.")
    assert "Not yet: Sue. 1 of them got a reminder." in repr(
        town.slack.messages(town.slack.im(town.company.mara.slack_id))[0].blocks
    )
    assert town.slack.hand(town.company.sue.slack_id).click(reminder, messages.GOT_IT).ok
    town.slack.wait_until(lambda: town.company.count(CampaignReceipt) == 2)
    town.work()
    assert town.direct(town.company.sue) == ["You've confirmed “Summer trial”. Thanks!"]
    assert read_by(town) == "Read by 2 of 2 in sales: Sal and Sue."


def test_an_offer_is_told_to_whoever_asks_and_to_nobody_else(town: Town) -> None:
    announce(town)
    sal = town.company.sal
    town.slack.hand(sal.slack_id).command("/offer", "summ", town.channel)
    assert "Valid until 30 Jun 2026." in town.messages_of(sal)[0]
    town.company.announce("form-2", name="Summer fair", utm_campaign=None)
    town.work()
    town.slack.hand(sal.slack_id).command("/offer", "", town.channel)
    assert town.messages_of(sal, 2)[1] == "2 offers valid today."
    listed = town.slack.ephemerals(sal.slack_id)[1]
    first = next(block["accessory"] for block in listed.blocks if "accessory" in block)
    assert first["action_id"] == list_messages.SHOW
    assert (
        town.slack.hand(sal.slack_id).click(listed, list_messages.SHOW, _block_of(listed, first)).ok
    )
    assert town.messages_of(sal, 3)[2].startswith("“Summer fair”: Valid until")
    town.slack.hand(sal.slack_id).command("/offer", "summer on 2026-31-01", town.channel)
    assert town.messages_of(sal, 4)[3].startswith("I can't read “2026-31-01” as a day.")
    assert len(town.posted()) == 2


def _block_of(message: Any, accessory: Any) -> str:
    return next(str(b["block_id"]) for b in message.blocks if b.get("accessory") == accessory)


def in_channel(town: Town) -> list[Any]:
    """What stands in the channel itself, not in a thread."""
    return [message for message in town.posted() if not message.thread_ts]


def owners(town: Town) -> Any:
    """The owner's own message, as it stands."""
    return town.slack.messages(town.slack.im(town.company.mara.slack_id))[0]


def labels(message: Any) -> list[str]:
    [buttons] = [block for block in message.blocks if block["type"] == "actions"]
    return [element["text"]["text"] for element in buttons["elements"]]


def test_from_the_set_time_to_the_last_word_to_late_callers(town: Town) -> None:
    noon = int((NINE + timedelta(hours=3)).timestamp())
    mara, sal = (town.slack.hand(who.slack_id) for who in (town.company.mara, town.company.sal))
    announce(town, launch_at=noon)
    assert labels(owners(town)) == ["Change…", "Reschedule…", "Unschedule", "Cancel"]
    wake(town, hours=3)
    got_it(town, town.company.sal)
    assert ask(town, town.company.sal).submit(values={"question": "For old ones too?"}).ok
    town.work()
    [question] = town.slack.thread(town.posted()[0])
    mara.click(question, messages.ANSWER)
    town.slack.wait_until(lambda: town.slack.modal(town.company.mara.slack_id))
    assert mara.submit(values={"answer": "No, new ones only."}).ok
    town.work()

    assert labels(owners(town)) == ["Change…", "Pause", "End now…"]
    assert mara.click(owners(town), owner_messages.CHANGE).ok
    town.slack.wait_until(lambda: town.slack.modal(town.company.mara.slack_id))
    assert list(mara.submit(values={"offer": " "}).errors) == ["offer"]
    assert mara.submit(values={"offer": "Two months free"}).ok
    town.work()
    card = town.posted()[0]
    assert "*Offer:* Half price for three months → Two months free" in repr(card.blocks)
    assert "Please confirm it again with *Got it*." in repr(card.blocks)
    assert "Read by 0 of 2 in sales." in repr(card.blocks)
    got_it(town, town.company.sal)
    assert "Read by 1 of 2 in sales: Sal." in repr(town.posted()[0].blocks)

    assert mara.click(owners(town), owner_messages.PAUSE).ok
    assert town.messages_of(town.company.mara)[0].startswith("“Summer trial” is paused.")
    town.work()
    assert "is paused. Please don't promise it" in town.posted()[0].text
    assert mara.click(owners(town), owner_messages.RESUME).ok
    assert town.messages_of(town.company.mara, 2)[1].startswith("“Summer trial” is live again.")
    town.work()

    assert mara.click(owners(town), owner_messages.END).ok
    town.slack.wait_until(lambda: town.slack.modal(town.company.mara.slack_id))
    assert mara.submit(values={"late_callers": "Offer the basic plan."}).ok
    town.work()
    card, over = in_channel(town)
    assert card.text == "The campaign “Summer trial” ended on 1 Jun 2026."
    assert over.text.endswith("*What to tell late callers:* Offer the basic plan.")
    _, timeline = town.slack.thread(card)
    lines = [
        block["text"]["text"].split(" · ")[-1].splitlines()[0] for block in timeline.blocks[1:]
    ]
    assert lines == [
        "Mara drafted it", "Mara scheduled it", "announced as scheduled",
        "Mara changed it", "Mara paused it", "Mara resumed it", "Mara ended it",
    ]  # fmt: skip
    sal.command("/offer", "summer", town.channel)
    assert "Ended on 1 Jun 2026. Don't promise it." in town.messages_of(town.company.sal)[0]


def test_what_one_manages_is_found_by_its_name(town: Town) -> None:
    announce(town)
    mara = town.slack.hand(town.company.mara.slack_id)
    mara.command("/campaign", "manage wint", town.channel)
    assert town.messages_of(town.company.mara)[0].startswith(
        "You have no campaigns to manage that start with"
    )
    mara.command("/campaign", "manage summ", town.channel)
    assert town.messages_of(town.company.mara, 2)[1] == "1 campaign to manage."
    shown = town.slack.ephemerals(town.company.mara.slack_id)[1]
    assert mara.click(shown, owner_messages.PAUSE).ok
    assert town.messages_of(town.company.mara, 3)[2].startswith("“Summer trial” is paused.")
    assert mara.click(shown, owner_messages.PAUSE).ok
    assert town.messages_of(town.company.mara, 4)[3] == (
        "“Summer trial” is paused, so it cannot become paused."
    )


def test_another_time_and_no_time_at_all(town: Town) -> None:
    noon = int((NINE + timedelta(hours=3)).timestamp())
    announce(town, launch_at=noon)
    mara = town.slack.hand(town.company.mara.slack_id)
    assert mara.click(owners(town), owner_messages.LAUNCH).ok
    town.slack.wait_until(lambda: town.slack.modal(town.company.mara.slack_id))
    assert mara.submit(values={"launch_at": noon + 3600}).ok
    town.work()
    wake(town, hours=3.5)
    assert town.posted() == []
    assert mara.click(owners(town), owner_messages.UNSCHEDULE).ok
    town.messages_of(town.company.mara)
    wake(town, hours=3)
    assert town.posted() == []
    assert mara.click(owners(town), owner_messages.CANCEL).ok
    assert town.messages_of(town.company.mara, 2)[1] == "“Summer trial” is cancelled."


def test_all_campaigns_are_a_modal_that_pages(town: Town) -> None:
    for number in range(17):
        town.company.announce(f"form-{number}", name=f"Campaign {number}", utm_campaign=None)
    sal = town.slack.hand(town.company.sal.slack_id)
    sal.command("/campaign", "list", town.channel)
    town.messages_of(town.company.sal)
    assert sal.click(town.slack.ephemerals(town.company.sal.slack_id)[0], list_messages.LIST).ok
    modal = town.slack.wait_until(lambda: town.slack.modal(town.company.sal.slack_id))
    assert "17 campaigns, page 1 of 2" in repr(modal)
    assert modal is not None
    assert sal.click(modal, f"{list_messages.LIST}.next").ok
    town.slack.wait_until(
        lambda: "page 2 of 2" in repr(town.slack.modal(town.company.sal.slack_id))
    )
