"""What Slack brings in for planning: requests, drafts and proposals, answers, rules, lessons."""

from datetime import date
from secrets import token_hex

from slack_sdk.models.views import View

from bot import clock
from bot.campaigns import drafting
from bot.campaigns import queries as campaign_queries
from bot.campaigns.models import Campaign
from bot.capability import Act, Update
from bot.errors import HandoffError, below
from bot.people.models import ANY_ROLE, Person, Role, Workspace
from bot.planning import budget as planning_budget
from bot.planning import (
    capability,
    forms,
    proposal_answers,
    proposal_messages,
    proposals,
    queries,
    request_messages,
    retrospective_messages,
    retrospectives,
)
from bot.planning import requests as planning_requests
from bot.planning import rules as planning_rules
from bot.planning.forms import AfterSaving
from bot.planning.models import Request
from bot.planning.request_messages import PAGE_SIZE
from bot.slack.access import Access
from bot.slack.paging import existing_page
from bot.slack.text import safe

_ASK = Access("ask for campaigns", ANY_ROLE)
_READ_REQUESTS = Access("see requests", ANY_ROLE)
_SUPPORT = Access("support requests", ANY_ROLE)
_ANSWER = Access("answer requests", (Role.MARKETER,))
_RULES = Access("change the rules of planning", (Role.ADMIN,))
_PLAN = Access("plan campaigns", (Role.MARKETER,))
# Each thing in the menu is for others: the verbs say for whom.
_DECIDE = Access("decide about proposals", ANY_ROLE)
_AGREE = Access("answer proposals", ANY_ROLE)
_RESOLVE = Access("resolve concerns", (Role.MARKETER,))
_OVERRULE = Access("agree for sales", (Role.MANAGER,))
_READ = Access("read proposals", ANY_ROLE)
_LEARN = Access("say what a campaign has taught", ANY_ROLE)


# Requests


@capability.command("/request", "", "pass on what customers ask for", _ASK)
def new_request(act: Act) -> View:
    """The form of a request."""
    planning_requests.may_ask(act.session, act.person)
    channel = act.session.get_one(Workspace, act.workspace_id).channel
    days = planning_rules.rules_of(act.session, act.workspace_id).answer_days
    return forms.AskFor.of(token_hex(12), channel, days)


@capability.form(forms.AskFor, _ASK)
def ask_for(act: Act, form: forms.AskFor) -> None:
    """A request came."""
    planning_requests.ask_for(
        act.session, act.person, form.text, token=form.token, audience=form.audience,
        frequency=form.frequency, example=form.example, lead=form.lead,
    )  # fmt: skip


@capability.command("/request", "list", "see open requests, the most common first", _READ_REQUESTS)
def list_requests(act: Act) -> View:
    """What is asked for, page by page."""
    return _requests(act, 0)


@capability.pages(request_messages.LIST, _READ_REQUESTS)
def page_requests(act: Act) -> Update:
    """Another page of what is asked for."""
    return Update(_requests(act, act.row_id))


@capability.action(request_messages.SUPPORT_IN_LIST, _SUPPORT)
def support_in_list(act: Act) -> Update:
    """Someone hears it too, and says so in the list."""
    planning_requests.support(act.session, act.person, act.row_id)
    return Update(_requests(act, act.incoming.carried_id))


@capability.action(request_messages.SUPPORT, _SUPPORT)
def support(act: Act) -> None:
    """Someone hears it too."""
    planning_requests.support(act.session, act.person, act.row_id)


@capability.action(request_messages.SEEN, _ANSWER)
def mark_seen(act: Act) -> None:
    """Marketing has read it."""
    planning_requests.mark_seen(act.session, act.person, act.row_id)


@capability.action(request_messages.DECLINE, _ANSWER)
def decline(act: Act) -> View:
    """Why not?"""
    return forms.Decline.of(planning_requests.declinable(act.session, act.person, act.row_id))


@capability.form(forms.Decline, _ANSWER)
def save_decline(act: Act, form: forms.Decline) -> None:
    """A request is declined."""
    planning_requests.decline(act.session, act.person, form.request_id, form.reason)


@capability.command("/request", "targets", "set how soon marketing answers", _RULES)
def edit_answer_days(act: Act) -> View:
    """How soon marketing answers, to be changed."""
    rules = planning_rules.changeable(act.session, act.person)
    return forms.AnswerDays.modal(answer_days=rules.answer_days)


@capability.form(forms.AnswerDays, _RULES)
def save_answer_days(act: Act, form: forms.AnswerDays) -> None:
    """The answer target has changed."""
    planning_rules.set_answer_days(act.session, act.person, form.answer_days)


# Drafts and proposals, by marketing


@capability.command("/campaign", "propose", "plan a campaign with sales", _PLAN)
def new_plan(act: Act) -> View:
    """The form of a new campaign."""
    drafting.may_announce(act.session, act.person)
    return forms.SavePlan.new(token_hex(12), *_new_form_values(act))


@capability.action(request_messages.PLAN, _PLAN)
def plan_for_request(act: Act) -> View:
    """The form of a campaign for what customers ask for."""
    request = proposals.plannable(act.session, act.person, act.row_id)
    return forms.SavePlan.new(token_hex(12), *_new_form_values(act), request)


@capability.action(forms.ADD_DETAILS, _PLAN)
def add_details(act: Act) -> Update:
    """The same form with the details."""
    request_id = forms.SavePlan.hidden(act.incoming)["request_id"]
    request = act.session.get(Request, request_id) if request_id else None
    return Update(forms.SavePlan.with_details(act.incoming, request), keeps_typed=True)


@capability.command("/campaign", "drafts", "continue a draft", _PLAN)
def list_drafts(act: Act) -> View:
    """The drafts, page by page."""
    return _drafts(act, 0)


@capability.pages(proposal_messages.DRAFTS, _PLAN)
def page_drafts(act: Act) -> Update:
    """Another page of the drafts."""
    return Update(_drafts(act, act.row_id))


@capability.action(proposal_messages.TAKE_UP, _PLAN)
def take_up(act: Act) -> View:
    """A draft, to be written on."""
    campaign = drafting.manageable(act.session, act.person, act.row_id)
    budget = planning_budget.lines_of(act.session, campaign)
    today = campaign_queries.today(act.session, act.workspace_id)
    return forms.SavePlan.of(token_hex(12), today, campaign, budget, _owner(act, campaign))


@capability.form(forms.SavePlan, _PLAN, clears=True)
def save_plan(act: Act, form: forms.SavePlan) -> str | HandoffError | None:
    """A draft is kept, and proposed or given up."""
    if form.then is AfterSaving.GIVE_UP:
        proposals.give_up(act.session, act.person, form.campaign_id or 0)
        return None
    with below("utm_campaign", drafting.CodeTaken):
        campaign = _save_draft(act, form)
    try:
        with act.session.begin_nested():
            if form.then is AfterSaving.PROPOSE:
                proposals.propose_once(act.session, act.person, campaign.id)
            proposals.hand_over(act.session, act.person, campaign.id, form.plan())
    except HandoffError as error:
        return error  # the draft is kept, although something is missing for a proposal
    if form.then is AfterSaving.KEEP:
        return f"“{safe(campaign.name)}” is saved. `/campaign drafts` lists your drafts."
    return None


@capability.action(proposal_messages.CHANGE, _PLAN)
def revise(act: Act) -> View:
    """The form that changes a proposal."""
    campaign = proposals.revisable(act.session, act.person, act.row_id)
    budget = planning_budget.lines_of(act.session, campaign)
    today = campaign_queries.today(act.session, act.workspace_id)
    return forms.Revise.of(today, campaign, budget, _owner(act, campaign))


@capability.form(forms.Revise, _PLAN)
def save_revision(act: Act, form: forms.Revise) -> None:
    """A proposal has changed."""
    with below("utm_campaign", drafting.CodeTaken):
        proposals.revise(act.session, act.person, form.campaign_id, form.plan())


@capability.action(proposal_messages.LAUNCH, _PLAN)
def launch(act: Act) -> View:
    """The form that announces what was agreed."""
    return forms.Launch.of(drafting.manageable(act.session, act.person, act.row_id))


@capability.form(forms.Launch, _PLAN)
def save_launch(act: Act, form: forms.Launch) -> None:
    """What was agreed is announced, at once or at a set time."""
    proposals.announce(act.session, act.person, form.campaign_id, form.launch_at)


@capability.action(proposal_messages.MORE, _DECIDE)
def do_more(act: Act) -> View | None:
    """What else can be done with a proposal, chosen from its menu."""
    word, _, number = act.incoming.value.partition(" ")
    campaign_id = int(number) if number.isdecimal() else 0
    match word:
        case "take_back":
            proposals.take_back(act.session, act.person, campaign_id)
        case "give_up":
            proposals.give_up(act.session, act.person, campaign_id)
        case "overrule":
            campaign = proposal_answers.overrulable(act.session, act.person, campaign_id)
            return forms.Overrule.of(campaign)
    return None


# Answers to a proposal


@capability.action(proposal_messages.READY, _AGREE)
def ready(act: Act) -> None:
    """Someone is ready."""
    proposal_answers.answer_ready(act.session, act.person, act.row_id)


@capability.action(proposal_messages.RAISE_CONCERN, _AGREE)
def raise_concern(act: Act) -> View:
    """The form of a concern."""
    campaign = proposal_answers.answerable(act.session, act.person, act.row_id)
    return forms.RaiseConcern.of(campaign, token_hex(12))


@capability.form(forms.RaiseConcern, _AGREE)
def save_concern(act: Act, form: forms.RaiseConcern) -> None:
    """A concern came."""
    proposal_answers.raise_concern(
        act.session, act.person, form.campaign_id, form.version, form.concern, form.token
    )


@capability.action(proposal_messages.WITHDRAW, _AGREE)
def withdraw(act: Act) -> None:
    """Someone takes their concern back."""
    proposal_answers.withdraw_concern(act.session, act.person, act.row_id)


@capability.action(proposal_messages.ANSWER, _RESOLVE)
def answer_concern(act: Act) -> View:
    """The form of an answer to a concern."""
    concern = proposal_answers.concern_to_answer(act.session, act.person, act.row_id)
    return forms.AnswerConcern.of(concern)


@capability.form(forms.AnswerConcern, _RESOLVE)
def save_answer(act: Act, form: forms.AnswerConcern) -> None:
    """A concern is answered."""
    proposal_answers.answer_concern(act.session, act.person, form.concern_id, form.answer)


@capability.form(forms.Overrule, _OVERRULE)
def overrule(act: Act, form: forms.Overrule) -> None:
    """A manager agrees in place of sales."""
    proposal_answers.overrule(act.session, act.person, form.campaign_id, form.reason)


@capability.action(proposal_messages.SEE_ALL, _READ)
def see_all(act: Act) -> View:
    """All that a proposal says; the budget to those who may see money."""
    campaign = queries.readable(act.session, act.person, act.row_id)
    return proposal_messages.full_view(
        queries.proposal_details(act.session, campaign.id),
        planning_budget.lines_of(act.session, campaign),
        queries.concerns(act.session, campaign.id),
        money=act.person.has(Role.MARKETER),
    )


@capability.command("/campaign", "rules", "set when sales has agreed", _RULES)
def edit_rules(act: Act) -> View:
    """What counts as an agreement, to be changed."""
    rules = planning_rules.changeable(act.session, act.person)
    return forms.Rules.of(rules, queries.required_people(act.session, rules))


@capability.form(forms.Rules, _RULES)
def save_rules(act: Act, form: forms.Rules) -> None:
    """The rules have changed."""
    proposal_answers.change_rules(act.session, act.person, form.changes())


# Retrospectives


@capability.action(retrospective_messages.ANSWER_RETROSPECTIVE, _LEARN)
def answer_retrospective(act: Act) -> View:
    """The form, for the person who was asked."""
    return forms.Lesson.of(retrospectives.retrospective(act.session, act.person, act.row_id))


@capability.form(forms.Lesson, _LEARN)
def save_lesson(act: Act, form: forms.Lesson) -> None:
    """Somebody said what a campaign has taught."""
    retrospectives.save_lesson(
        act.session, act.person, form.retrospective_id, form.worked, form.failed, form.again
    )


def _requests(act: Act, page: int) -> View:
    """A page of what is asked for."""
    count = planning_requests.count_open(act.session, act.workspace_id)
    page = existing_page(page, count, PAGE_SIZE)
    requests = planning_requests.open_requests(act.session, act.person, PAGE_SIZE, page * PAGE_SIZE)
    return request_messages.listing(requests, page, count, clock.now())


def _drafts(act: Act, page: int) -> View:
    """A page of the drafts."""
    count = proposals.count_drafts(act.session, act.person)
    page = existing_page(page, count, PAGE_SIZE)
    drafts = proposals.drafts(act.session, act.person, PAGE_SIZE, page * PAGE_SIZE)
    return proposal_messages.drafts(drafts, page, count)


def _new_form_values(act: Act) -> tuple[date, str, str]:
    """What a new form begins with: today, the workspace's currency, and the owner."""
    workspace = act.session.get_one(Workspace, act.workspace_id)
    return workspace.day_of(clock.now()), workspace.currency, act.person.slack_id


def _save_draft(act: Act, form: forms.SavePlan) -> Campaign:
    """Write the draft, or write it anew."""
    session, person, plan = act.session, act.person, form.plan()
    if form.campaign_id is not None:
        return proposals.save_draft(session, person, form.campaign_id, plan)
    return proposals.create_draft(session, person, plan, form.token, form.request_id)


def _owner(act: Act, campaign: Campaign) -> str:
    """Slack's ID of a campaign's owner."""
    return act.session.get_one(Person, campaign.owner_id).slack_id
