"""Templates: the questions with which a standup begins; managers change them afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.standups.models import Theme


class Template(StrEnum):
    """A set of questions to begin with."""

    MARKETING = "marketing"
    SALES = "sales"
    LOOK_BACK = "look_back"
    PLAIN = "plain"

    @property
    def label(self) -> str:
        """The template as forms write it."""
        return _LABELS[self]


@dataclass(frozen=True)
class TemplateQuestion:
    """A question of a template."""

    key: str
    label: str
    theme: Theme
    needs_answer: bool = False


_LABELS = {
    Template.MARKETING: "Marketing, every day",
    Template.SALES: "Sales, every day",
    Template.LOOK_BACK: "Weekly retrospective",
    Template.PLAIN: "Basic: done, next, blockers, ideas",
}

_PLAN = TemplateQuestion("plan", "What will you do next?", Theme.PLANS, needs_answer=True)
_BLOCKERS = TemplateQuestion("blockers", "What's blocking you?", Theme.BLOCKERS)
_IDEAS = TemplateQuestion("ideas", "Any ideas worth trying?", Theme.IDEAS)

TEMPLATES: Mapping[Template, Sequence[TemplateQuestion]] = {
    Template.MARKETING: (
        _PLAN,
        TemplateQuestion("focus", "Which campaign or audience are you focusing on?", Theme.FOCUS),
        TemplateQuestion("effectiveness", "What do the numbers and ratings tell you?",
                         Theme.EFFECTIVENESS),
        _BLOCKERS,
        _IDEAS,
    ),
    Template.SALES: (
        _PLAN,
        TemplateQuestion("customers", "What are customers asking, and where?",
                         Theme.CHANNELS),
        TemplateQuestion("product", "What product material is missing?", Theme.PRODUCT),
        _BLOCKERS,
        _IDEAS,
    ),
    Template.LOOK_BACK: (
        TemplateQuestion("worked", "What worked?", Theme.WORKED, needs_answer=True),
        TemplateQuestion("failed", "What didn't work?", Theme.FAILED, needs_answer=True),
        TemplateQuestion("effectiveness", "What had the most impact, and how do you know?",
                         Theme.EFFECTIVENESS),
        TemplateQuestion("strategies", "What should we do differently?", Theme.STRATEGIES),
        _IDEAS,
    ),
    Template.PLAIN: (
        TemplateQuestion("did", "What did you get done?", Theme.DONE,
                         needs_answer=True),
        _PLAN,
        _BLOCKERS,
        _IDEAS,
    ),
}  # fmt: skip


def template_of(name: str) -> Template:
    """The template with which a team begins."""
    return next((each for each in Template if each == name.casefold()), Template.PLAIN)
