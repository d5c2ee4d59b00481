"""The modals of requests: asking, declining, and the days in which marketing answers."""

from slack_sdk.models.blocks import (
    InputBlock,
    Option,
    PlainTextInputElement,
    SectionBlock,
    StaticSelectElement,
)
from slack_sdk.models.blocks.block_elements import NumberInputElement
from slack_sdk.models.views import View

from bot.planning.messages.parts import quoted
from bot.planning.models import LONGEST, MOST_DAYS, Heard, Request
from bot.slack.text import plural

SAVE = "request.save"
SAVE_DECLINE = "request.save_decline"
SAVE_PROMISE = "request.save_promise"


def ask(token: str, channel: str, days: int) -> View:
    """The form of a request; its token makes a submission that comes twice one request."""
    options = [Option(text=heard.label, value=heard.value) for heard in Heard]
    heard = StaticSelectElement(action_id="heard", placeholder="How often?", options=options)
    return View(
        type="modal",
        callback_id=SAVE,
        private_metadata=token,
        title="Ask for a campaign",
        submit="Ask",
        close="Cancel",
        blocks=[
            SectionBlock(
                text=f"It goes to <#{channel}>, where colleagues can say that they hear it too. "
                f"Marketing answers within {plural(days, 'working day')}."
            ),
            _text("text", "What do customers ask for?", multiline=True),
            _text("audience", "Who asks for it?", hint="For example “small shops in Austria”."),
            InputBlock(block_id="heard", label="How often do you hear it?", element=heard),
            _text(
                "example",
                "An example",
                multiline=True,
                optional=True,
                hint="What somebody said, without their name: the whole channel reads it.",
            ),
            InputBlock(
                block_id="lead",
                label="The lead that it came from",
                optional=True,
                hint="Its number, which stands on its card: #15.",
                element=PlainTextInputElement(action_id="lead", max_length=20),
            ),
        ],
    )


def decline(request: Request) -> View:
    """The modal that asks why not."""
    return View(
        type="modal",
        callback_id=SAVE_DECLINE,
        private_metadata=str(request.id),
        title="Decline a request",
        submit="Decline",
        close="Cancel",
        blocks=[
            quoted(request.text),
            _text(
                "reason",
                "Why not?",
                multiline=True,
                hint="The one who asked reads it, and so does the channel.",
            ),
        ],
    )


def promise(days: int) -> View:
    """The modal in which an admin says how soon marketing answers."""
    element = NumberInputElement(
        action_id="answer_days",
        initial_value=str(days),
        is_decimal_allowed=False,
        min_value="1",
        max_value=str(MOST_DAYS),
    )
    return View(
        type="modal",
        callback_id=SAVE_PROMISE,
        title="What marketing promises",
        submit="Save",
        close="Cancel",
        blocks=[
            InputBlock(
                block_id="answer_days",
                label="Working days until a request is answered",
                hint="By marketing's hours (`/handoff hours`). It holds for what is asked from "
                "now on; marketing is reminded a working day before.",
                element=element,
            )
        ],
    )


def _text(
    name: str,
    label: str,
    *,
    hint: str | None = None,
    multiline: bool = False,
    optional: bool = False,
) -> InputBlock:
    element = PlainTextInputElement(action_id=name, multiline=multiline, max_length=LONGEST[name])
    return InputBlock(block_id=name, label=label, hint=hint, optional=optional, element=element)
