"""What a page is asked for: which days, and the address of another page about the same days."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from bot.metrics import Attribution, By, Key
from bot.reports import period as periods
from bot.reports.period import Period, Span
from bot.reports.service.figures import DIMENSIONS

NOBODY = "none"
"""The key of those that belong to no group."""


@dataclass(frozen=True)
class Asked:
    """What the address says, and the days that it comes to."""

    words: dict[str, str]
    period: Period

    @property
    def credit(self) -> Attribution:
        """The rule that credits leads to campaigns: first touch, if nothing else is said."""
        last = self.words.get("credit") == Attribution.LAST_TOUCH
        return Attribution.LAST_TOUCH if last else Attribution.FIRST_TOUCH

    @property
    def by(self) -> By:
        """What tells the leads apart: campaigns, if nothing else is said."""
        said = self.words.get("by")
        return By(said) if said in set(DIMENSIONS) else By.CAMPAIGN

    @classmethod
    def of(cls, request: Request, today: date) -> "Asked":
        """Read an address; without days it is last week. Raises NotAPeriod."""
        words = {name: value for name, value in request.query_params.items() if value}
        if "from" in words or "to" in words:
            return cls(words, periods.days(words.get("from"), words.get("to"), today))
        known = words.get("period") in set(Span)
        return cls(words, periods.named(Span(words["period"]) if known else Span.LAST_WEEK, today))

    @property
    def kept(self) -> list[tuple[str, str]]:
        """What stays when somebody chooses other days."""
        gone = {"period", "from", "to", "after"}
        return [(name, value) for name, value in self.words.items() if name not in gone]

    def address(self, path: str, **changes: Any) -> str:
        """The address of a page about the same days; a change to None leaves a word out."""
        kept = dict(self.days) | {"credit": self.words.get("credit")}
        told = {name: value for name, value in (kept | changes).items() if value is not None}
        return f"{path}?{urlencode(told)}" if told else path

    def of_group(self, path: str, metric: str, by: By, key: Key) -> str:
        """The address of a page about the leads of one group that stand behind a metric."""
        return self.address(path, metric=metric, by=by, key=NOBODY if key is None else key)

    def for_span(self, path: str, span: Span) -> str:
        """The address of the same page about other days."""
        told = {"period": span.value} | dict(self.kept)
        return f"{path}?{urlencode(told)}"

    @property
    def days(self) -> list[tuple[str, str]]:
        """The days as an address says them."""
        return [(name, self.words[name]) for name in ("period", "from", "to") if name in self.words]

    def words_for_form(self) -> list[tuple[str, str]]:
        """What a form sends along to be about the same days."""
        credit = self.words.get("credit")
        return [*self.days, *([("credit", credit)] if credit else [])]
