"""What Slack brings in for campaigns: `/campaign`, `/offer`, their forms, the cards' buttons."""

from secrets import token_hex

from slack_sdk.models.views import View

from bot.campaigns import (
    announcing,
    capability,
    changing,
    drafting,
    forms,
    list_messages,
    messages,
    owner_messages,
    queries,
)
from bot.campaigns import offers as campaign_offers
from bot.campaigns import questions as campaign_questions
from bot.campaigns.models import Campaign
from bot.capability import Act, Push, Update
from bot.errors import below
from bot.people.models import ANY_ROLE, Role, Workspace
from bot.slack import Message
from bot.slack.access import Access
from bot.slack.text import safe

_ANNOUNCE = Access("announce campaigns", (Role.MARKETER,))
_LIST = Access("list campaigns", ANY_ROLE)
_CONFIRM = Access("confirm campaigns", ANY_ROLE)
_ASK = Access("ask about campaigns", ANY_ROLE)
_ANSWER = Access("answer questions about campaigns", (Role.MARKETER,))
_LOOK_UP = Access("look offers up", ANY_ROLE)
_CHANGE = Access("change campaigns", (Role.MARKETER,))


# Announcing, and what everybody does with what was announced


@capability.command("/campaign", "", "announce a campaign", _ANNOUNCE)
@capability.action(list_messages.NEW, _ANNOUNCE)
def new(act: Act) -> View:
    """The form of a new campaign."""
    drafting.may_announce(act.session, act.person)
    workspace = act.session.get_one(Workspace, act.workspace_id)
    today = queries.today(act.session, workspace.id)
    return forms.NewCampaign.of(token_hex(12), today, workspace.currency)


@capability.action(forms.ADD_DETAILS, _ANNOUNCE)
def add_details(act: Act) -> Update:
    """The same form with the details below what was typed."""
    return Update(forms.NewCampaign.with_details(act.incoming), keeps_typed=True)


@capability.form(forms.NewCampaign, _ANNOUNCE, once=False)
def preview(act: Act, form: forms.NewCampaign) -> Push:
    """A campaign is kept as a draft, and shown as it will be announced."""
    with below("utm_campaign", drafting.CodeTaken):
        campaign = drafting.keep_draft(act.session, act.person, form.draft(), form.token)
    return Push(_preview(act, campaign.id))


@capability.command("/campaign", "list", "see what's live, coming up and just ended", _LIST)
def show_current(act: Act) -> Message:
    """The campaigns that matter today."""
    today = queries.today(act.session, act.workspace_id)
    return list_messages.listing(queries.overview(act.session, act.workspace_id, today))


@capability.action(list_messages.LIST, _LIST)
def show_all(act: Act) -> View:
    """All campaigns, page by page."""
    return _page(act, act.row_id)


@capability.pages(list_messages.LIST, _LIST)
def turn_all(act: Act) -> Update:
    """Another page of all campaigns."""
    return Update(_page(act, act.row_id))


@capability.action(messages.GOT_IT, _CONFIRM)
def got_it(act: Act) -> str | None:
    """Someone has read the announcement; the card shows it, where it counts them."""
    if announcing.got_it(act.session, act.person, act.row_id):
        return None
    return "Thanks! The card counts only people in sales."


# Questions and answers


@capability.action(messages.ASK, _ASK)
def ask(act: Act) -> View:
    """The form of a question."""
    campaign = campaign_questions.askable(act.session, act.person, act.row_id)
    return forms.Ask.of(campaign, token_hex(12))


@capability.form(forms.Ask, _ASK)
def save_question(act: Act, form: forms.Ask) -> None:
    """A question came."""
    campaign_questions.ask(act.session, act.person, form.campaign_id, form.question, form.token)


@capability.action(messages.QUESTIONS, _ASK)
def show_questions(act: Act) -> View:
    """All questions about a campaign, page by page."""
    return _questions(act, act.row_id)


@capability.pages(messages.TURN, _ASK)
def turn_questions(act: Act) -> Update:
    """Another page of a campaign's questions."""
    return Update(_questions(act, act.incoming.carried_id, act.row_id))


@capability.action(messages.ANSWER, _ANSWER)
def answer(act: Act) -> View:
    """The form of an answer."""
    return forms.Answer.of(campaign_questions.answerable(act.session, act.person, act.row_id))


@capability.form(forms.Answer, _ANSWER)
def save_answer(act: Act, form: forms.Answer) -> None:
    """An answer came."""
    campaign_questions.answer(act.session, act.person, form.question_id, form.answer)


# Looking offers up


@capability.command(
    "/offer",
    "<words>",
    "see the exact terms of one, today or on a day: `/offer summer on 2026-05-01`",
    _LOOK_UP,
    hint="summer | summer on 2026-05-01",
)
@capability.command("/offer", "", "see the offers that are valid today", _LOOK_UP)
def look_up(act: Act) -> View | Message:
    """What exactly is promised; of several offers there is a list to choose from."""
    offers = campaign_offers.offers(act.session, act.person, act.words)
    if offers.count > len(offers.offers):
        return list_messages.pages(offers, act.words, 0, campaign_offers.MOST)
    return list_messages.offers(offers)


@capability.pages(list_messages.OFFERS, _LOOK_UP)
def turn_offers(act: Act) -> Update:
    """Another page of what was looked up."""
    words, page = act.incoming.carried, act.row_id
    offers = campaign_offers.offers(act.session, act.person, words, page)
    return Update(list_messages.pages(offers, words, page, campaign_offers.MOST))


@capability.action(list_messages.SHOW, _LOOK_UP)
def show_offer(act: Act) -> View | Message:
    """One of several offers, over their list or as an answer of its own."""
    offer = campaign_offers.offer(act.session, act.person, act.row_id)
    return (
        list_messages.whole_offer(offer) if act.incoming.standing[0] else list_messages.offer(offer)
    )


@capability.action(list_messages.SHOW_ALL, _LOOK_UP)
def show_whole_offer(act: Act) -> View:
    """All of an offer whose terms one has read."""
    return list_messages.whole_offer(campaign_offers.offer(act.session, act.person, act.row_id))


# What the owner of a campaign does with it, and managers with all; the thread says what was done


@capability.command(
    "/campaign",
    "manage",
    "change, pause, end or cancel your campaigns",
    _CHANGE,
    hint="manage summer",
)
def manage(act: Act) -> Message:
    """What the person may manage."""
    campaigns, count = queries.to_manage(act.session, act.person, act.words)
    today = queries.today(act.session, act.workspace_id)
    return owner_messages.manage(campaigns, count, act.words, today)


@capability.action(owner_messages.CHANGE, _CHANGE)
def change(act: Act) -> View:
    """The form with what a campaign says."""
    campaign = changing.changeable(act.session, act.person, act.row_id)
    return forms.Change.of(campaign, queries.today(act.session, act.workspace_id))


@capability.form(forms.Change, _CHANGE)
def save_change(act: Act, form: forms.Change) -> None:
    """A campaign says something else."""
    changing.changeable(act.session, act.person, form.campaign_id)
    with below("utm_campaign", drafting.CodeTaken):
        changing.change(act.session, act.person, form.campaign_id, form.draft())


@capability.action(owner_messages.END, _CHANGE)
def end(act: Act) -> View:
    """The form that ends a campaign."""
    return forms.End.of(drafting.manageable(act.session, act.person, act.row_id))


@capability.form(forms.End, _CHANGE)
def save_end(act: Act, form: forms.End) -> None:
    """A campaign ends now."""
    changing.end(act.session, act.person, form.campaign_id, form.late_callers)


@capability.action(owner_messages.LAUNCH, _CHANGE)
def launch(act: Act) -> View:
    """What will be announced, and the form that sets when."""
    return _preview(act, act.row_id)


@capability.form(forms.Launch, _CHANGE, clears=True)
def save_launch(act: Act, form: forms.Launch) -> None:
    """A campaign is announced at once, or at the time that was set."""
    announcing.launch(act.session, act.person, form.campaign_id, form.launch_at)


@capability.action(owner_messages.PAUSE, _CHANGE)
def pause(act: Act) -> str:
    """Nobody may promise it for now."""
    campaign = changing.pause(act.session, act.person, act.row_id)
    return f"{_named(campaign)} is paused. The channel sees it on its card."


@capability.action(owner_messages.RESUME, _CHANGE)
def resume(act: Act) -> str:
    """It may be promised again."""
    campaign = changing.resume(act.session, act.person, act.row_id)
    return f"{_named(campaign)} is live again. The channel sees it on its card."


@capability.action(owner_messages.CANCEL, _CHANGE)
def cancel(act: Act) -> str:
    """It is given up before it runs."""
    return f"{_named(changing.cancel(act.session, act.person, act.row_id))} is cancelled."


@capability.action(owner_messages.UNSCHEDULE, _CHANGE)
def unschedule(act: Act) -> str:
    """The time that was set is taken back."""
    campaign = announcing.unschedule(act.session, act.person, act.row_id)
    return f"{_named(campaign)} is no longer scheduled."


def _preview(act: Act, campaign_id: int) -> View:
    campaign = changing.changeable(act.session, act.person, campaign_id)
    workspace = act.session.get_one(Workspace, act.workspace_id)
    return forms.Launch.of(campaign, workspace.channel)


def _named(campaign: Campaign) -> str:
    return f"“{safe(campaign.name)}”"


def _page(act: Act, number: int) -> View:
    """A page of all campaigns; the first, where that one is empty by now."""
    campaigns, count = queries.page(act.session, act.person, number)
    if not campaigns and number:
        return _page(act, 0)
    readers = queries.readers(act.session, [campaign.id for campaign in campaigns])
    return list_messages.all_campaigns(campaigns, number, count, queries.LISTED, readers)


def _questions(act: Act, campaign_id: int, page: int = 0) -> View:
    """A page of a campaign's questions; the last one there is, where there are fewer."""
    campaign = campaign_questions.askable(act.session, act.person, campaign_id)
    questions, count = campaign_questions.questions(act.session, campaign.id, page)
    if not questions and page:
        return _questions(act, campaign_id, (count - 1) // campaign_questions.PAGE if count else 0)
    return messages.questions(campaign, questions, page, count, campaign_questions.PAGE)
