"""The modal in which an admin says what counts as an agreement."""

from collections.abc import Sequence

from slack_sdk.models.blocks import (
    CheckboxesElement,
    InputBlock,
    Option,
    RadioButtonsElement,
    SectionBlock,
    UserMultiSelectElement,
)
from slack_sdk.models.blocks.block_elements import NumberInputElement
from slack_sdk.models.views import View

from bot.people.models import Person, Role
from bot.planning.models import MAY_ANSWER, MOST_DAYS, Enough, PlanningRules

SAVE_RULES = "proposal.save_rules"

_ROLES = {Role.SALESPERSON: "Salespeople", Role.MANAGER: "Managers"}


def rules(told: PlanningRules, must: Sequence[Person]) -> View:
    """The rules of agreement; `must` are the people whom they name."""
    return View(
        type="modal",
        callback_id=SAVE_RULES,
        title="When sales agrees",
        submit="Save",
        close="Cancel",
        blocks=[
            SectionBlock(
                text="A proposal is agreed once enough of those asked are ready and no concern is "
                "open. Silence is no answer: who is silent is reminded once, and then shown."
            ),
            InputBlock(block_id="roles", label="Who is asked", element=_roles(told)),
            InputBlock(block_id="enough", label="Who has to be ready", element=_enough(told)),
            InputBlock(
                block_id="some", label="How many, where it is a number", optional=True,
                element=_number("some", told.some, 1_000),
            ),
            InputBlock(
                block_id="must", label="In any case", optional=True,
                hint="Without these people nothing is agreed.",
                element=UserMultiSelectElement(
                    action_id="must", initial_users=[person.slack_id for person in must] or None
                ),
            ),
            InputBlock(
                block_id="days", label="Working days until answers are due",
                hint="By sales' hours (`/handoff hours`).",
                element=_number("days", told.ready_days, MOST_DAYS),
            ),
        ],
    )  # fmt: skip


def _roles(told: PlanningRules) -> CheckboxesElement:
    options = [Option(text=_ROLES[role], value=role.value) for role in MAY_ANSWER]
    chosen = [option for option in options if option.value in told.asked_roles]
    return CheckboxesElement(action_id="roles", options=options, initial_options=chosen or None)


def _enough(told: PlanningRules) -> RadioButtonsElement:
    options = [Option(text=each.label, value=each.value) for each in Enough]
    chosen = next(option for option in options if option.value == told.enough)
    return RadioButtonsElement(action_id="enough", options=options, initial_option=chosen)


def _number(name: str, value: int, most: int) -> NumberInputElement:
    return NumberInputElement(
        action_id=name, is_decimal_allowed=False, initial_value=str(value), min_value="1",
        max_value=str(most),
    )  # fmt: skip
