"""The form of the library: a field to type in, with what was found below it."""

from slack_sdk.models.views import View

from bot.library import messages
from bot.library.models import SearchPage
from bot.slack.forms import Form
from bot.slack.inputs import text


class Search(Form, id=messages.FIND, title="Library", submit="Search", close="Done"):
    """What somebody looks for; it is drawn anew with each character."""

    words: str = text(
        "What are you looking for?",
        most=100,
        hint="Talking points, objections, answers, requests and what worked.",
        optional=True,
        refresh=messages.FIND,
        each_character=True,
    )

    @classmethod
    def of(cls, page: SearchPage) -> View:
        """The form with what was found by the words so far."""
        return cls.modal(words=page.words, below=messages.results(page))
