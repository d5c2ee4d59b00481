"""What Slack brings in for the CRM: the admins' page, and the answers to its questions."""

from slack_sdk.models.views import View

from bot.capability import Act, Update
from bot.crm import backlog, capability, page, questions, users
from bot.errors import FieldErrors, NotFound
from bot.people.choosing import chosen
from bot.people.models import Role
from bot.slack.access import Access

_LOOK = Access("look after the CRM", (Role.ADMIN,))
_DECIDE = Access("decide what a lead was worth", (Role.SALESPERSON,))


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
    return page.owner_form(_connected(act))


@capability.submission(page.SAVE_OWNER, _LOOK)
def save_owner(act: Act) -> View:
    """It is said who somebody is."""
    health, fields = _connected(act), act.incoming.fields
    person_id = chosen(act.session, act.workspace_id, str(fields["person"]))
    typed = str(fields["user"] or page.NOBODY)
    known = {each["id"] for each in health.connection.users}
    by_email = users.user_with(health.connection.users, typed)
    user_id = typed if typed in known else str(by_email["id"]) if by_email else None
    if user_id is None and typed != page.NOBODY:
        raise FieldErrors({"user": f"Nobody in {health.name} has this e-mail address."})
    users.choose(act.session, act.person, person_id, user_id)
    return show(act)


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
