"""The modal in which an admin says what makes a lead hot."""

import re
from typing import Any

from slack_sdk.models.blocks import InputBlock
from slack_sdk.models.blocks.block_elements import NumberInputElement
from slack_sdk.models.views import View

from bot.errors import FieldErrors
from bot.leads.forms.parts import text
from bot.leads.heat import WORDS, Rules

SAVE_RULES = "lead.save_rules"


def rules(told: Rules) -> View:
    """What makes a lead hot: a number for each rule."""
    numbers = [("hot_from", "Announced at once from how many points on?", told.hot_from)]
    numbers.append(
        ("source:*", "Came from a source that is not named below", told.points.get("source:*", 0))
    )
    numbers += [(key, words[0].upper() + words[1:], told.points.get(key, 0))
                for key, words in WORDS.items()]  # fmt: skip
    own = {key.removeprefix("source:"): each for key, each in told.points.items()
           if key.startswith("source:") and key != "source:*"}  # fmt: skip
    return View(
        type="modal",
        callback_id=SAVE_RULES,
        title="What makes a lead hot",
        submit="Save rules",
        close="Cancel",
        blocks=[
            *(_number(*each) for each in numbers),
            text(
                "sources", "Sources with points of their own", most=1000, optional=True,
                multiline=True, initial="\n".join(f"{slug} {each}" for slug, each in own.items()),
                hint="One a line, such as: zoom 10",
            ),
            text(
                "competitors", "Domains of competitors", most=2000, optional=True, multiline=True,
                initial="\n".join(sorted(told.competitors)), hint="One a line: example.com",
            ),
        ],
    )  # fmt: skip


def rules_of(fields: dict[str, Any]) -> tuple[int, dict[str, int], list[str]]:
    """What the rules' modal says: from when on a lead is hot, the points, the competitors.

    Raises FieldErrors.
    """
    keys = ["source:*", *WORDS]
    points = {key: int(fields[key] or 0) for key in keys}
    for line in (fields["sources"] or "").splitlines():
        slug, _, each = line.strip().replace(":", " ").partition(" ")
        if slug and not re.fullmatch(r"[+-]?\d{1,4}", each.strip()):
            raise FieldErrors({"sources": f"“{line.strip()[:60]}” should read like: zoom 10"})
        if slug:
            points[f"source:{slug.casefold()}"] = int(each)
    return int(fields["hot_from"] or 0), points, (fields["competitors"] or "").split()


def _number(name: str, label: str, value: int) -> InputBlock:
    element = NumberInputElement(
        action_id=name, initial_value=str(value), is_decimal_allowed=False,
        min_value="-1000", max_value="1000",
    )  # fmt: skip
    return InputBlock(block_id=name, label=label, element=element)
