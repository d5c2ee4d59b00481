"""The modal in which an admin says what makes a lead hot."""

import re
from typing import Self

from pydantic import model_validator
from slack_sdk.models.views import View

from bot.errors import FieldErrors, OutdatedForm
from bot.leads.heat import WORDS, Rules
from bot.slack.forms import Form
from bot.slack.inputs import number, text

_OTHER_SOURCES = "source:*"
_LABELS = {
    _OTHER_SOURCES: "Came from a source that is not named below",
    **{key: words[0].upper() + words[1:] for key, words in WORDS.items()},
}


class ChangeRules(Form, id="lead.save_rules", title="What makes a lead hot", submit="Save rules"):
    """What makes a lead hot: a number for each rule."""

    hot_from: int = number(
        "Announced at once from how many points on?", minimum=-1000, maximum=1000
    )
    points: dict[str, int] = number("Points", minimum=-1000, maximum=1000)
    """By the keys of the rules."""
    sources: str = text(
        "Sources with points of their own", most=1000, optional=True, multiline=True,
        hint="One a line, such as: zoom 10",
    )  # fmt: skip
    competitors: str = text(
        "Domains of competitors", most=2000, optional=True, multiline=True,
        hint="One a line: example.com",
    )  # fmt: skip

    @classmethod
    def of(cls, rules: Rules) -> View:
        """The form with the rules that hold now."""
        own = {key.removeprefix("source:"): each for key, each in rules.points.items()
               if key.startswith("source:") and key != _OTHER_SOURCES}  # fmt: skip
        return cls.modal(
            hot_from=rules.hot_from,
            points={key: rules.points.get(key, 0) for key in _LABELS},
            sources="\n".join(f"{slug} {each}" for slug, each in own.items()),
            competitors="\n".join(sorted(rules.competitors)),
            fields={f"points:{key}": {"label": label} for key, label in _LABELS.items()},
        )

    @model_validator(mode="after")
    def _has_all_rules(self) -> Self:
        if self.points.keys() != _LABELS.keys():
            raise OutdatedForm
        return self

    @property
    def all_points(self) -> dict[str, int]:
        """The points, those of single sources among them. Raises FieldErrors."""
        points = dict(self.points)
        for line in self.sources.splitlines():
            slug, _, each = line.strip().replace(":", " ").partition(" ")
            if slug and not re.fullmatch(r"[+-]?\d{1,4}", each.strip()):
                raise FieldErrors({"sources": f"“{line.strip()[:60]}” should read like: zoom 10"})
            if slug:
                points[f"source:{slug.casefold()}"] = int(each)
        return points
