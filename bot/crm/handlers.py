"""What Slack brings in for the CRM: the admins' page, and the answers to its questions."""

from slack_sdk.models.views import View

from bot.capability import Act, Update
from bot.crm import backlog, capability, page, questions, users
from bot.crm.forms import ChooseOwner
from bot.errors import FieldErrors, NotFound
from bot.people.choosing import chosen
from bot.people.models import Role
from bot.slack.access import Access

_LOOK = Access("manage the CRM", (Role.ADMIN,))
_DECIDE = Access("choose a lead's amount", (Role.SALESPERSON,))

capability.home_setting("CRM", page.OPEN, 100, Role.ADMIN)


@capability.action(page.OPEN, _LOOK)
def show(act: Act) -> View:
    """How the CRM does."""
    return page.modal(page.health(act.session, act.workspace_id))


@capability.action(page.RETRY, _LOOK)
def retry(act: Act) -> Update:
    """Write this lead again."""
    backlog.retry(act.session, act.workspace_id, [act.row_id])
    return Update(show(act))


@capability.action(page.RETRY_ALL, _LOOK)
def retry_all(act: Act) -> Update:
    """Write all that waits again."""
    backlog.retry(act.session, act.workspace_id)
    return Update(show(act))


@capability.action(page.OWNERS, _LOOK)
def choose_owner(act: Act) -> View:
    """The form that says who somebody is in the CRM."""
    return ChooseOwner.of(_connected(act))


@capability.form(ChooseOwner, _LOOK)
def save_owner(act: Act, form: ChooseOwner) -> View:
    """It is said who somebody is."""
    person_id = chosen(act.session, act.workspace_id, form.person)
    users.choose(act.session, act.person, person_id, _user_id(_connected(act), form))
    return show(act)


def _user_id(health: page.Health, form: ChooseOwner) -> str | None:
    """The user's id in the CRM. Raises FieldErrors where it has no such user."""
    known = health.connection.users
    if form.by_email:
        user = users.user_with(known, form.email)
        if user is None:
            raise FieldErrors({"email": f"No user in {health.name} has this email address."})
        return str(user["id"])
    if form.user_id not in (None, *(each["id"] for each in known)):
        raise FieldErrors({"user": f"This user is no longer in {health.name}."})
    return form.user_id


@capability.action(questions.KEEP_OURS, _DECIDE)
def keep_ours(act: Act) -> None:
    """The amount that stands here is right."""
    questions.keep_ours(act.session, act.person, act.row_id)


@capability.action(questions.TAKE_THEIRS, _DECIDE)
def take_theirs(act: Act) -> None:
    """The amount that stands in the CRM is right."""
    questions.take_theirs(act.session, act.person, act.row_id)


def _connected(act: Act) -> page.Health:
    """The state of the CRM. Raises NotFound where none is connected."""
    health = page.health(act.session, act.workspace_id)
    if health is None:
        raise NotFound(what="a CRM that is connected")
    return health
