"""With what a form is written: a function declares a field, as pydantic's `Field` does."""

from collections.abc import Callable, Sequence
from typing import Any, ParamSpec

from pydantic import Field

from bot import formats
from bot.slack.choices import (
    MOST_OPTIONS,
    Channel,
    Checkboxes,
    Radio,
    Select,
    Tick,
    User,
    Users,
)
from bot.slack.kinds import (
    Amount,
    Changes,
    Choice,
    Clock,
    Day,
    Email,
    Input,
    Moment,
    Number,
    Text,
    Url,
    Values,
    Zone,
    time_zone,
)

__all__ = [
    "MOST_OPTIONS", "WEEKDAYS", "Changes", "Choice", "Values", "channel", "checkboxes", "clock",
    "day", "declared_by", "email", "listed", "moment", "money", "number", "radio", "select",
    "text", "tick",
    "time_zone", "url", "user", "users", "zone",
]  # fmt: skip

P = ParamSpec("P")

WEEKDAYS = tuple(Choice(name[:3].lower(), name) for name in formats.WEEKDAYS)
"""The days of the week as cron writes them."""


def declared_by(kind: Callable[P, Input]) -> Callable[P, Any]:
    """A function that declares a field of this kind in a form."""

    def declare(*args: P.args, **kwargs: P.kwargs) -> Any:
        field = Field()
        field.metadata.append(kind(*args, **kwargs))
        return field

    return declare


text = declared_by(Text)
zone = declared_by(Zone)
money = declared_by(Amount)
email = declared_by(Email)
url = declared_by(Url)
number = declared_by(Number)
day = declared_by(Day)
clock = declared_by(Clock)
moment = declared_by(Moment)
select = declared_by(Select)
radio = declared_by(Radio)
checkboxes = declared_by(Checkboxes)
tick = declared_by(Tick)
user = declared_by(User)
users = declared_by(Users)
channel = declared_by(Channel)


def listed(
    choices: Sequence[Choice], many: str, hint: str = "", *, most: int = MOST_OPTIONS - 1
) -> Changes:
    """As many of these options as a menu lists, and a hint that says so where they are more."""
    more = f"The first {most} of {len(choices):,} {many} are listed."
    words = [hint, more if len(choices) > most else ""]
    return {"options": choices[:most], "hint": " ".join(filter(None, words)) or None}
