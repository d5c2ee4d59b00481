"""The modals of settings: the rules of the score, the round robin, and the response SLA."""

import re
from collections.abc import Sequence
from dataclasses import asdict
from fractions import Fraction
from functools import partial
from typing import Self

from pydantic import model_validator
from slack_sdk.models.blocks import Block, SectionBlock
from slack_sdk.models.views import View

from bot.errors import FieldErrors, OutdatedForm
from bot.leads.round_robin import MOST_WEIGHT, Share
from bot.leads.routing_models import SlaTerms
from bot.leads.scoring import WORDS, Rules
from bot.people.models import Person
from bot.rounding import whole
from bot.slack.forms import Form
from bot.slack.inputs import Choice, number, select, text, tick, user
from bot.slack.text import plural, safe

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


ROUND_ROBIN = "lead.turns"

_A_SECTION = 25  # lines of at most 120 characters; a section has 3,000
_MOST_LISTED = 1_000
_WEIGHT_WORDS = {0: "0: is offered nothing", 1: "1: the usual share"}


class ChangeWeight(Form, id="lead.save_weight", title="Turns"):
    """What each salesperson was offered, and how much one of them shall be."""

    person: str = user("Whose weight shall change?")
    weight: int = select(
        "Weight",
        options=[
            Choice(weight, _WEIGHT_WORDS.get(weight, f"{weight}: {weight} times as much"))
            for weight in range(MOST_WEIGHT + 1)
        ],
    )

    @classmethod
    def of(cls, shares: Sequence[Share], days: int) -> View:
        """The form below what each was offered in the last `days`."""
        return cls.modal(weight=1, blocks=_shares(shares, days))


def _shares(shares: Sequence[Share], days: int) -> list[Block]:
    total, weights = sum(each.offered for each in shares), sum(each.weight for each in shares)
    lines = [_share_line(each, total, weights) for each in shares[:_MOST_LISTED]]
    lines = lines or ["_Nobody is a salesperson yet: `/handoff people`._"]
    title = f"*{plural(total, 'offer')} in the last {days} days.* Absences and full hands shift"
    return [
        SectionBlock(text=f"{title} shares, and should."),
        *(SectionBlock(text="\n".join(lines[start : start + _A_SECTION]))
          for start in range(0, len(lines), _A_SECTION)),
    ]  # fmt: skip


def _share_line(share: Share, total: int, weights: int) -> str:
    due = f", due {_percent(share.weight, weights)}" if weights else ""
    got = f" ({_percent(share.offered, total)}{due})" if total else ""
    weight = "" if share.weight == 1 else f" · weight {share.weight}"
    return f"• {safe(share.person.name, 60)}: {share.offered:,} offered{got}{weight}"


def _percent(part: int, of: int) -> str:
    return f"{whole(Fraction(100 * part, of))}%"


SLA = "lead.promise"

_count = partial(number, minimum=1, maximum=10_000)


class ChangeSla(Form, id="lead.save_promise", title="What sales promises"):
    """The minutes of the escalation, and the round robin's limits."""

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
    def of(cls, terms: SlaTerms, fallback: Person | None) -> View:
        """The form with what holds now; `fallback` is who is named."""
        return cls.modal(**asdict(terms), fallback=fallback.slack_id if fallback else None)

    @property
    def terms(self) -> SlaTerms:
        """What the form says, but for the fallback."""
        return SlaTerms(**self.model_dump(exclude={"fallback"}))
