"""The modal in which an admin says what sales promises, and what happens when it is not kept."""

from dataclasses import asdict
from functools import partial

from slack_sdk.models.views import View

from bot.leads.models import Promise
from bot.people.models import Person
from bot.slack.forms import Form
from bot.slack.inputs import number, tick, user

PROMISE = "lead.promise"

_count = partial(number, minimum=1, maximum=10_000)


class ChangePromise(Form, id="lead.save_promise", title="What sales promises"):
    """The minutes of the ladder, and the rotation's limits."""

    respond_minutes: int = _count(
        "First response promised within (minutes)",
        above="All minutes are working time, each counted from the step before.",
    )
    nudge_minutes: int = _count(
        "A word in the lead's thread",
        above="*While nobody claims a hot lead*, after so many minutes:",
    )
    message_minutes: int = _count("Then a direct message to all on duty")
    suggest_minutes: int = _count("Then it is offered to the next in turn")
    manager_minutes: int = _count("Then the managers are told")
    remind_minutes: int = _count(
        "The owner is reminded",
        above="*While its owner has not been in contact*, after so many minutes:",
    )
    take_back_minutes: int = _count("Then it returns to the channel")
    most_open: int | None = _count(
        "Nobody is offered more than so many open leads", above="*The rotation*",
        optional=True, hint="Empty: no limit.",
    )  # fmt: skip
    head_start_seconds: int = number(
        "A returning customer is kept for who knows them (seconds)", minimum=0, maximum=10_000
    )
    stalled_days: int = _count(
        "A contacted lead stands still after so many days without a step",
        hint="Its owner hears of it; after twice as many, the managers do.",
    )
    attempts: int = _count("Somebody counts as unable to reach after so many attempts")
    fallback: str | None = user(
        "Who hears of it when everybody is out", optional=True, hint="Empty: the managers."
    )
    names_only: bool = tick(
        "Personal data", "The channel sees name and company only",
        description="The rest goes to the lead's owner alone.", value="names_only", optional=True,
    )  # fmt: skip

    @classmethod
    def of(cls, promise: Promise, fallback: Person | None) -> View:
        """The form with what holds now; `fallback` is who is named."""
        return cls.modal(**asdict(promise), fallback=fallback.slack_id if fallback else None)

    @property
    def promise(self) -> Promise:
        """What the form says, but for the fallback."""
        return Promise(**self.model_dump(exclude={"fallback"}))
