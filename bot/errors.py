"""Errors whose message is meant for the person who caused them.

Each is a class named after what happened; its docstring is the message, with the facts filled in.
Whoever stands at the edge (a Slack listener, an HTTP handler, the command line) shows the message
and nothing else; every other exception is a fault of ours and is logged instead.
"""

import inspect
from collections.abc import Iterator
from contextlib import contextmanager


class HandoffError(Exception):
    """Something needs your attention."""

    exit_code = 1
    """What a command ends with because of it."""

    def __init__(self, **facts: object) -> None:
        self.facts = facts
        message = inspect.cleandoc(type(self).__doc__ or "").replace("\n", " ")
        super().__init__(message.format(**facts))

    @property
    def message(self) -> str:
        """The sentence to show to the person."""
        return str(self)


class NotAllowed(HandoffError):
    """Only {allowed} can {action}. {ask}"""


class NotFound(HandoffError):
    """I can't find {what}. It may have been removed."""


class OutdatedForm(HandoffError):
    """This form is from an older version of Handoff. Nothing was saved. Please open it again."""


class AlreadySent(HandoffError):
    """You've already sent this form, and it's saved. Nothing was done twice."""


class FieldErrors(HandoffError):
    """Some fields need a change: {summary}"""

    def __init__(self, errors: dict[str, str]) -> None:
        """Take the errors by field name, each a sentence that says what to write instead."""
        self.errors = errors
        super().__init__(summary=" ".join(errors.values()))


@contextmanager
def below(field: str, *kinds: type[HandoffError]) -> Iterator[None]:
    """Let an error in this block be said below a field of the form: of these kinds, or any.

    Raises FieldErrors.
    """
    caught = kinds or (HandoffError,)
    try:
        yield
    except FieldErrors:
        raise
    except caught as error:
        raise FieldErrors({field: error.message}) from error
