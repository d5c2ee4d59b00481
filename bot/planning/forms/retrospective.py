"""The form in which somebody says what they learned from a campaign."""

from slack_sdk.models.blocks import InputBlock, Option, RadioButtonsElement
from slack_sdk.models.views import View

from bot.leads.forms.parts import text
from bot.planning.messages.parts import quoted
from bot.planning.models import LONGEST_LESSON, Again, Retrospective

SAVE_LESSON = "retrospective.save"


def look_back(found: Retrospective) -> View:
    """The form, with what was said before; the question comes with its campaign."""
    options = [Option(text=each.label, value=each.value) for each in Again]
    chosen = next((option for option in options if option.value == found.again), options[0])
    return View(
        type="modal",
        callback_id=SAVE_LESSON,
        private_metadata=str(found.id),
        title="Look back",
        submit="Save",
        close="Cancel",
        blocks=[
            quoted(found.campaign.name),
            text("worked", "What worked?", most=LONGEST_LESSON, optional=True, multiline=True,
                 initial=found.worked),
            text("failed", "What failed?", most=LONGEST_LESSON, optional=True, multiline=True,
                 initial=found.failed),
            InputBlock(
                block_id="again", label="Shall we do it again?",
                element=RadioButtonsElement(
                    action_id="again", options=options, initial_option=chosen
                ),
            ),
        ],
    )  # fmt: skip
