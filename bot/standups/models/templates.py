"""Templates: the questions with which a standup begins; managers change them afterwards."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.standups.models.standup import Theme


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
class Asked:
    """A question of a template."""

    key: str
    label: str
    theme: Theme
    needs_answer: bool = False


_LABELS = {
    Template.MARKETING: "Marketing, every day",
    Template.SALES: "Sales, every day",
    Template.LOOK_BACK: "Looking back, once a week",
    Template.PLAIN: "Plain: done, next, blockers, ideas",
}

_PLAN = Asked("plan", "What will you do next?", Theme.PLANS, needs_answer=True)
_BLOCKERS = Asked("blockers", "What is in your way?", Theme.BLOCKERS)
_IDEAS = Asked("ideas", "An idea or a strategy worth trying?", Theme.IDEAS)

TEMPLATES: Mapping[Template, Sequence[Asked]] = {
    Template.MARKETING: (
        _PLAN,
        Asked("focus", "Which campaign or audience is your focus?", Theme.FOCUS),
        Asked("effectiveness", "What do the numbers and the ratings say?", Theme.EFFECTIVENESS),
        _BLOCKERS,
        _IDEAS,
    ),
    Template.SALES: (
        _PLAN,
        Asked("customers", "What do customers ask, and through which channel?", Theme.CHANNELS),
        Asked("product", "Which product material do you miss?", Theme.PRODUCT),
        _BLOCKERS,
        _IDEAS,
    ),
    Template.LOOK_BACK: (
        Asked("worked", "What worked?", Theme.WORKED, needs_answer=True),
        Asked("failed", "What failed?", Theme.FAILED, needs_answer=True),
        Asked("effectiveness", "What had the most effect, and how do you know?",
              Theme.EFFECTIVENESS),
        Asked("strategies", "What should we do differently?", Theme.STRATEGIES),
        _IDEAS,
    ),
    Template.PLAIN: (
        Asked("did", "What did you get done since last time?", Theme.DONE, needs_answer=True),
        _PLAN,
        _BLOCKERS,
        _IDEAS,
    ),
}  # fmt: skip


def template_of(name: str) -> Template:
    """The template with which a team begins."""
    return next((each for each in Template if each == name.casefold()), Template.PLAIN)
