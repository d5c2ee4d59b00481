"""What a page is asked for: which days, and the address of another page about the same days."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request

from bot.reports import period as periods
from bot.reports.period import Period, Span


@dataclass(frozen=True)
class Asked:
    """What the address says, and the days that it comes to."""

    words: dict[str, str]
    period: Period

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
        kept = {name: self.words.get(name) for name in ("period", "from", "to", "credit")}
        told = {name: value for name, value in (kept | changes).items() if value is not None}
        return f"{path}?{urlencode(told)}" if told else path
