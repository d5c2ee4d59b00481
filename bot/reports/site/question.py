"""Which leads an address asks for, as far as the reader may ask: for the page and for its files."""

from dataclasses import dataclass

from bot.metrics import BY_NAME, By, Key
from bot.reports.columns import ALL, Wanted
from bot.reports.policy import Matter, Sight
from bot.reports.service import figures
from bot.reports.site.asked import NOBODY, Asked

WORDS = ("metric", "by", "key")
"""What an address asks with."""


@dataclass(frozen=True)
class Question:
    """Which leads: those behind a metric, of one group where one is named."""

    metric: str
    group: tuple[By, Key] | None

    @property
    def is_of_all(self) -> bool:
        """Whether it asks for all leads received."""
        return self.metric == ALL and self.group is None

    @classmethod
    def of(cls, asked: Asked, sight: Sight) -> "Question":
        """Read an address; what the reader may not ask is all leads received."""
        metric = asked.words.get("metric", "")
        known = metric in BY_NAME and figures.shows(sight, metric)
        return cls(metric if known else ALL, _group(asked, sight))

    def wanted(self, asked: Asked) -> Wanted:
        """What a sheet of these leads holds."""
        return Wanted(asked.period, asked.credit, self.metric, self.group)


def _group(asked: Asked, sight: Sight) -> tuple[By, Key] | None:
    said, key = asked.words.get("by"), asked.words.get("key")
    if said not in set(figures.splits(sight)) or key is None:
        return None
    by, key = By(said), None if key == NOBODY else key
    if by in (By.CAMPAIGN, By.SALESPERSON):
        number = int(key) if key and key.isdecimal() and len(key) < 19 else None
        if by is By.SALESPERSON and not sight.sees(Matter.PEOPLE, number):
            return None
        return by, number
    return by, key
