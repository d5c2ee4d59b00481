"""What Slack brings in for the library: `/handoff find`, and what is typed and clicked there."""

from slack_sdk.models.views import View

from bot.capability import Act, Handler, Update
from bot.library import capability, messages, service
from bot.library.forms import Search
from bot.library.models import Shelf
from bot.people.models import ANY_ROLE
from bot.slack.access import Access

_LOOK = Access("search the library", ANY_ROLE)


@capability.command(
    "/handoff",
    "find",
    "`price`: look up talking points, objections, answers and what worked",
    _LOOK,
)
def find(act: Act) -> View:
    """Open the library, with words or without."""
    return _results(act, act.words)


@capability.action(messages.FIND, _LOOK)
def typed(act: Act) -> Update:
    """Another character."""
    return Update(_results(act, act.incoming.value), keeps_typed=True)


@capability.form(Search, _LOOK, once=False)
def search(act: Act, form: Search) -> Update:
    """*Search* was pressed, or Enter: what was typed is looked for, and the modal stays."""
    return Update(_results(act, form.words), keeps_typed=True)


@capability.pages(messages.TURN, _LOOK)
def turn(act: Act) -> Update:
    """Another page of what was found."""
    words = Search.so_far(act.incoming).get("words", "")
    return Update(_results(act, words, act.row_id), keeps_typed=True)


def _results(act: Act, words: str, page: int = 0) -> View:
    return Search.of(service.find(act.session, act.person, words, page))


def _show(shelf: Shelf) -> Handler:
    return lambda act: messages.piece(service.piece(act.session, act.person, shelf, act.row_id))


for _shelf in Shelf:
    capability.action(messages.open_action(_shelf), _LOOK)(_show(_shelf))
